"""What a published site leaves out: secrets, and what the environment says of people and places.

Works on the index before any page model is made, so no page can show what was taken out.
Distinct values are scanned once. ``docs/publishing.md`` says what is found and how to allow it.
"""

from runreport.report.redaction.config_names import published_config
from runreport.report.redaction.files import SearchedFile, published_file
from runreport.report.redaction.index import (
    make_redactor,
    private_names,
    public_record,
    redact_index,
)
from runreport.report.redaction.redactor import REDACTED, Redactor
from runreport.report.redaction.stored import STORED

__all__ = [
    "REDACTED",
    "STORED",
    "Redactor",
    "SearchedFile",
    "make_redactor",
    "private_names",
    "public_record",
    "published_config",
    "published_file",
    "redact_index",
]

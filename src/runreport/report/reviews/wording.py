"""Names and values in a review: as a site may show them, since it goes to where one is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from runreport.query.samples import Settings
from runreport.query.syntax import Comparison
from runreport.report.redaction import Redactor, public_record

LONGEST = 120
"""Characters of a name or value; a review is read, not parsed."""


class Wording:
    """Texts of two archives as they may be published."""

    def __init__(self, redactor: Redactor) -> None:
        """Prepare.

        Args:
            redactor: knows both archives.
        """
        self.redactor = redactor

    def name(self, text: str) -> str:
        """The name of a run, experiment, metric, param or model."""
        return cut(self.redactor.name(text, "names"))

    def value(self, text: str, key: str) -> str:
        """A value that was logged under a name."""
        return cut(self.redactor.value(text, f"params.{key}", key))

    def text(self, text: str) -> str:
        """Another text."""
        return cut(self.redactor.text(text, "reviews"))

    def label(self, text: str, asked: Iterable[Comparison] = ()) -> str:
        """What somebody called a side; values of a filter as its fields' values may be shown."""
        for comparison in asked:
            for value in filter(lambda own: isinstance(own, str), comparison.values):
                shown = self.redactor.value(str(value), "filters", comparison.field.key)
                text = text.replace(str(value), shown) if value else text
        return self.text(text)

    def settings(self, settings: Settings) -> Settings:
        """Params with their values."""
        return tuple((self.name(key), self.value(value, key)) for key, value in settings)

    def record(self, record: dict[str, Any]) -> Mapping[str, Any]:
        """What of a recorded environment may be published."""
        return public_record(record, self.redactor)


def cut(text: str) -> str:
    """A text of one line that is not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"

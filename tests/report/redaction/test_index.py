"""An index as a site shows it."""

from __future__ import annotations

import json

from builders import event, events_of

from runreport.query.fold import fold
from runreport.report.redaction import Redactor, private_names, redact_index

TOKEN = "AKIA" + "IOSFODNN7EXAMPLE"

RECORD = {
    "user": "ada", "host": "trainbox", "folder": "/home/ada/lab", "python": "3.11.7",
    "command": ["python", "/home/ada/x.py", "--token", "abcdefgh"],
    "packages": {"numpy": "2.0", "google-auth": "2.40.3", "tokenizers": "0.21"},
    "git": {"commit": "c" * 40, "branch": "main", "dirty": True, "diff": "+secret line"},
}  # fmt: skip


def private_index() -> object:
    return fold(
        events_of(
            event("run", data=json.dumps(RECORD)),
            event("tag", "mlflow.user", "ada", seq=1),
            event("tag", "mlflow.source.name", "/home/ada/lab/train.py", seq=2),
            event("tag", "mlflow.runName", "run " + TOKEN, seq=3),
            event("param", "api_key", "abc", seq=4),
            event("param", "data", "/home/ada/d.csv", seq=5),
            event("param", "ada on trainbox", "by ada", seq=6),
            event("dataset", "set of ada", "d1", seq=7, data="{}"),
        )
    )


def test_a_published_index_names_no_person_place_or_secret() -> None:
    full = private_index()
    redactor = Redactor(names=private_names(full))  # type: ignore[arg-type]
    index = redact_index(full, redactor)  # type: ignore[arg-type]
    tables = (index.runs, index.params, index.tags, index.records, index.datasets)
    text = json.dumps([table.to_pylist() for table in tables])
    for private in ("ada", "trainbox", "secret line", "abcdefgh", TOKEN):
        assert private not in text
    assert '"2.40.3"' in text.replace("\\", "")
    assert "train.py" in text and "numpy" in text and "c" * 40 in text
    assert {finding.place for finding in redactor.findings} >= {"run names", "params.api_key"}


def test_the_environment_is_published_when_asked_for() -> None:
    redactor = Redactor(publish_environment=True)
    index = redact_index(private_index(), redactor)  # type: ignore[arg-type]
    text = json.dumps([index.runs.to_pylist(), index.tags.to_pylist(), index.records.to_pylist()])
    assert "trainbox" in text and "secret line" in text and "/home/ada/lab/train.py" in text
    assert "abcdefgh" not in text  # a token on the command line is a secret all the same

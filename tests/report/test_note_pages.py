from __future__ import annotations

from pathlib import Path

import pytest
from report.test_assemble import report_of

import runreport
from runreport.errors import ConfigError
from runreport.report.note_pages import read_notes
from runreport.report.redaction import Redactor


def test_markdown_files_become_pages_with_their_first_heading(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "b.md").write_text("# What we learned\n\n<b>Width</b> *matters*.\n")
    (tmp_path / "notes" / "a.md").write_text("no heading")
    first, second = read_notes("notes", str(tmp_path), Redactor())
    assert (first.title, second.title) == ("a", "What we learned")
    assert "<b>" not in second.html and "<em>matters</em>" in second.html
    assert second.folder == "n/b" and second.excerpt == "<b>Width</b> matters."


def test_a_missing_folder_or_other_bytes_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="notes is 'none'"):
        read_notes("none", str(tmp_path), Redactor())
    (tmp_path / "x.md").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        read_notes(".", str(tmp_path), Redactor())


def test_notes_of_runs_and_experiments_are_listed(archive: Path) -> None:
    runreport.set_experiment("One")
    runreport.set_experiment_tag("mlflow.note.content", "# Why\nbecause")
    with runreport.start_run(run_name="a", description="It diverged."):
        runreport.log_metric("loss", 1.0)
    notes = report_of(archive).notes
    assert [(noted.run.name, noted.excerpt) for noted in notes.runs] == [("a", "It diverged.")]
    assert [(name, text) for name, _, text in notes.experiments] == [("One", "Why because")]

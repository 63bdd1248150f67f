from __future__ import annotations

from pathlib import Path

import pytest
from report.test_assemble import report_of

import runreport
from runreport.errors import ConfigError
from runreport.report.pages.notes import read_notes
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


def test_images_that_a_note_shows_come_with_it(tmp_path: Path) -> None:
    (tmp_path / "notes" / "plots").mkdir(parents=True)
    (tmp_path / "notes" / "plots" / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "notes" / "plots" / "other.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "secret.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    text = "# T\n\n![a](plots/a.png) ![up](../secret.png)"
    (tmp_path / "notes" / "n.md").write_text(text)
    (page,) = read_notes("notes", str(tmp_path), Redactor())
    assert [file.path for file in page.files] == ["files/plots/a.png"]
    assert 'src="files/plots/a.png"' in page.html and "<img" not in page.html.split("up")[1]

from __future__ import annotations

from pathlib import Path

import pytest
from builders import pages_of
from report.test_assemble import report_of

import runreport
from runreport.pipeline import build_site
from runreport.report import notes
from runreport.report.config import Config


def test_a_runs_note_and_its_markdown_show_the_runs_own_images(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    runreport.set_experiment("x")
    with runreport.start_run():
        runreport.set_tag("mlflow.note.content", "![loss](plots/loss.png)")
        (tmp_path / "loss.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        runreport.log_artifact(tmp_path / "loss.png", "plots")
        runreport.log_text("![loss](loss.png)", "plots/read.md")
    (page,) = pages_of(report_of(tmp_path / "a"))
    assert '<img src="files/plots/loss.png"' in page.note_html
    shown = [f.preview.html for folder in page.files for f in folder.files if "read" in f.path]
    assert '<img src="files/plots/loss.png"' in shown[0]


def test_a_note_that_cannot_be_read_as_markdown_is_shown_as_text_and_said(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def render(self, text: str, env: object) -> str:
            raise RecursionError("too deep")

    with runreport.start_run(run_name="a", description="<b>*why*</b>") as run:
        pass
    monkeypatch.setattr(notes, "_markdown", Broken)
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    (notice,) = made.notices
    assert "RecursionError: too deep" in str(notice) and "note of a" in str(notice)
    page = tmp_path / "site" / "r" / run.info.run_id[:2] / run.info.run_id / "index.html"
    assert "<pre>&lt;b&gt;*why*&lt;/b&gt;</pre>" in page.read_text()

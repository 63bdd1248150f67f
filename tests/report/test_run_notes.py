from __future__ import annotations

from pathlib import Path

from builders import pages_of
from report.test_assemble import report_of

import runreport


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

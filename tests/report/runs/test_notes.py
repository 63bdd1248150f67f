from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders import pages_of
from report.test_assemble import report_of

import runreport
from runreport.errors import BuildError
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
    report = report_of(tmp_path / "a")
    (page,) = pages_of(report)
    note = report.run_note(page)
    assert note is not None
    address = re.search(r'src="(\.\./\.\./shared/[0-9a-f]{2}/[0-9a-f]{16}-loss\.png)"', note.html)
    assert address is not None
    shown = [f.preview.html for folder in page.files for f in folder.files if "read" in f.path]
    assert f'src="{address[1]}"' in shown[0]


def test_a_note_that_cannot_be_read_as_markdown_is_shown_as_text_and_said(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def render(self, text: str, env: object) -> str:
            raise RecursionError("too deep")

        parse = render

    with runreport.start_run(run_name="a", description="<b>*why*</b>") as run:
        pass
    monkeypatch.setattr(notes, "_markdown", Broken)
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    (notice,) = made.notices
    assert "RecursionError: too deep" in str(notice) and "note of a" in str(notice)
    page = tmp_path / "site" / "r" / run.info.run_id[:2] / f"{run.info.run_id}.html"
    assert "<pre>&lt;b&gt;*why*&lt;/b&gt;</pre>" in page.read_text()


BLOCKS = """Against [the other](run:first):

```value
metric = "accuracy"
title = "best of all"
```

```chart
chart = "bar;x=run_name;y=metrics.accuracy"
```
"""


def page_of(site: Path, run_id: str) -> str:
    return (site / "r" / run_id[:2] / f"{run_id}.html").read_text()


def test_blocks_of_a_runs_note_show_its_experiment_and_follow_later_runs(
    archive: Path, tmp_path: Path
) -> None:
    with runreport.start_run(run_name="first") as first:
        runreport.log_metric("accuracy", 0.5)
    with runreport.start_run(run_name="noted", description=BLOCKS) as noted:
        runreport.log_metric("accuracy", 0.25)
    with runreport.start_run(run_name="plain", description="As **before**.") as plain:
        pass
    runreport.set_experiment("other")
    with runreport.start_run():
        runreport.log_metric("accuracy", 0.875)
    site = tmp_path / "site"
    build_site(str(archive), str(site), Config())
    page = page_of(site, noted.info.run_id)
    assert f'href="../../r/{first.info.run_id[:2]}/{first.info.run_id}.html"' in page
    assert '<span class="big">0.5</span>' in page and 'class="chart-svg"' in page
    before = (site / "r" / plain.info.run_id[:2] / f"{plain.info.run_id}.html").stat()
    runreport.set_experiment("Default")
    with runreport.start_run(run_name="later"):
        runreport.log_metric("accuracy", 0.75)
    build_site(str(archive), str(site), Config())
    assert '<span class="big">0.75</span>' in page_of(site, noted.info.run_id)
    after = (site / "r" / plain.info.run_id[:2] / f"{plain.info.run_id}.html").stat()
    assert after.st_mtime_ns == before.st_mtime_ns, "its note asks for nobody"


def test_what_a_runs_note_names_in_vain_is_said_and_fails_a_strict_build(
    archive: Path, tmp_path: Path
) -> None:
    with runreport.start_run(run_name="a", description='```value\nmetric = "acuracy"\n```') as run:
        runreport.log_metric("accuracy", 0.5)
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert "Did you mean 'accuracy'" in str(made.notices)
    assert "Did you mean" in page_of(tmp_path / "site", run.info.run_id)
    with pytest.raises(BuildError, match=r"note of a.*no run has 'acuracy'"):
        build_site(str(archive), str(tmp_path / "strict"), Config(), strict=True)
    assert not (tmp_path / "strict").exists()


@pytest.mark.parametrize(
    ("note", "asks"),
    [
        ("text\r```value\rmetric = 'loss'\r```\r", True),
        ("[x](run&#58;other)", True),
        ("[x](run\\:other)", True),
        ("[x](Run:other)", True),
        ("[x]: run:other\n\n[x]", True),
        ("```python\nvalue = 1\n```", False),
        ("[x](https://example.org) and a run: it went well", False),
        ("plain", False),
    ],
)
def test_whether_a_note_asks_for_others_is_read_as_it_is_shown(note: str, asks: bool) -> None:
    assert notes.asks_for_others(note) is asks

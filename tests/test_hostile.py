"""Whatever was logged, a build ends with a site; at most its own picture or preview is missing."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest

import runreport as mlflow
from runreport.errors import BuildError
from runreport.pipeline import build_site
from runreport.report.config import parse_config
from runreport.report.runs import files as run_files
from runreport.site import pictures
from runreport.site.chart_svg import NotDrawn

TEXTS = (
    "\x1b[31mred", "a\x00b", "\x07", "\ud800lone", "\ufffe", "\uffff", "\x7f\x85", "\u2028",
    "\u202ertl", "<script>", "&amp;", "]]>", "constructor", "\U0001f600" * 60,
)  # fmt: skip
NUMBERS = (1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf, 0.0)
CHARTS = (
    "scatter;x=metrics.odd;y=metrics.even", "scatter;x=params.text;y=metrics.even",
    "line;y=metrics.odd", "bar;x=params.text;y=metrics.odd", "box;x=params.text;y=metrics.even",
    "parallel;x=params.text,params.number;c=metrics.even", "histogram;x=metrics.odd",
    "heatmap;x=params.text;y=params.number;c=metrics.even",
)  # fmt: skip
CONFIG = {"views": {"all": {"charts": list(CHARTS)}}}


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """Runs whose every text is one that something has stumbled over."""
    place = str(tmp_path / "archive")
    mlflow.set_tracking_uri(place)
    with warnings.catch_warnings(action="ignore"):  # of halves of characters
        mlflow.set_experiment("odd \x1b[31m")
        for number, text in enumerate(TEXTS):
            with mlflow.start_run(run_name=f"run {text}"):
                mlflow.log_params({"text": text, f"also {number % 3}": text, "number": number})
                mlflow.set_tags({"text": text, "mlflow.note.content": f"# {text}"})
                mlflow.log_metric("even", number)
                for step, value in enumerate(NUMBERS):
                    mlflow.log_metric("odd", value * (1 if number % 2 else 0.5), step=step)
                mlflow.log_dict({text.encode(errors="replace").decode(): [text]}, "odd.json")
                rows = [["\ud800", 1.0], [text, math.nan], [text, 10**400]]
                table = {"columns": ["inputs", "length/score"], "data": rows}
                mlflow.log_dict(table, "eval_results_table.json")
                mlflow.log_text("x", "d" * 200 + "/" + "e" * 200 + f"/{number}.txt")
    return place


def left_beside(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if ".building" in one.name or ".old" in one.name]


def test_a_site_of_hostile_texts_and_numbers_is_whole(archive: str, tmp_path: Path) -> None:
    made = build_site(archive, str(tmp_path / "site"), parse_config(CONFIG), strict=True)
    assert made.notices == () and made.runs == len(TEXTS) and made.charts >= 8
    pages = [*(tmp_path / "site").rglob("*.html")]
    unfit = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0x7F, 0x85, 0xFFFE)]
    for page in pages:
        text = page.read_text()
        assert not [sign for sign in unfit if sign in text], page
    assert any("␛[31mred" in page.read_text() for page in pages)
    assert left_beside(tmp_path) == []


def fail(*_: object, **__: object) -> None:
    raise NotDrawn("the moon is full")


def test_what_cannot_be_drawn_says_so_in_its_place(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "chart_svg", fail)
    made = build_site(archive, str(tmp_path / "site"), parse_config(CONFIG))
    assert any(one.endswith("could not be shown: the moon is full") for one in made.notices)
    page = next((tmp_path / "site" / "e").glob("*/index.html")).read_text()
    assert "This chart could not be drawn: the moon is full." in page


def test_what_cannot_be_previewed_is_named_also_by_the_next_build(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_files, "make_preview", fail)
    for _ in range(2):
        made = build_site(archive, str(tmp_path / "site"), parse_config({}))
        assert any("odd.json: could not be shown" in one for one in made.notices)
    page = next((tmp_path / "site" / "r").glob("*/*.html")).read_text()
    assert "It could not be shown here: the moon is full." in page


def test_strict_tries_everything_and_leaves_the_earlier_site(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    build_site(archive, str(site), parse_config({"title": "earlier"}))
    monkeypatch.setattr(pictures, "chart_svg", fail)
    monkeypatch.setattr(run_files, "make_preview", fail)
    with pytest.raises(BuildError, match=r"(?s)the moon is full.*odd\.json"):
        build_site(archive, str(site), parse_config(CONFIG), strict=True)
    assert "earlier" in (site / "index.html").read_text()
    assert left_beside(tmp_path) == []


def test_strict_fails_on_what_of_the_config_names_nothing(archive: str, tmp_path: Path) -> None:
    config = parse_config({"experiments": {"od": {"primary_metric": "even"}}})
    with pytest.raises(BuildError, match=r"runreport\.toml"):
        build_site(archive, str(tmp_path / "site"), config, strict=True)

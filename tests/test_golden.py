"""The whole sites of stored archives of format 1, byte for byte, but for what a release changes.

One is of odd names and values, one of evaluations, model versions, views and charts of every kind.

After a change that is meant, look at it and then:

    RUNREPORT_UPDATE_GOLDEN=1 .venv/bin/pytest tests/test_golden.py
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

import runreport
from runreport.pipeline import build_site
from runreport.report.config import parse_config

GOLDEN = Path(__file__).parent / "golden"
SITES: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "archive": ("site", {"title": "Golden", "primary_metric": "loss", "direction": "min"}),
    "evaluated": (
        "evaluated-site",
        {
            "title": "Evaluated",
            "primary_metric": "val_loss",
            "direction": "min",
            "experiments": {"Answers": {"primary_metric": "exact/v1/mean", "direction": "max"}},
            "models": {"answerer": {"primary_metric": "exact/v1/mean", "direction": "max"}},
            "views": {
                "Depth": {
                    "description": "Does *depth* pay?",
                    "experiments": ["Sweep"],
                    "filter": "params.optimizer = 'adam'",
                    "charts": [
                        "line;y=metrics.val_loss;g=params.depth",
                        "bar;x=params.depth;y=metrics.val_accuracy",
                        "scatter;x=params.lr;y=metrics.val_accuracy;c=params.depth",
                        "box;x=params.depth;y=metrics.val_accuracy",
                        "histogram;x=metrics.val_accuracy",
                        "heatmap;x=params.lr;y=params.depth;c=metrics.val_accuracy",
                        "parallel;x=params.lr,params.depth;c=metrics.val_accuracy",
                    ],
                },
                "Prompts": {
                    "experiments": ["Answers"],
                    "charts": ["bar;x=run_name;y=exact/v1/mean"],
                },
            },
        },
    ),
}
_CHART = re.compile(r'<svg class="chart-svg".*?</svg>', re.DOTALL)
_MARKS = re.compile(r'<g class="mark-(\w+) role-mark[^"]*"[^>]*>(.*?)</g>', re.DOTALL)


def numbers_of(chart: re.Match[str]) -> str:
    """A chart without its ink: what axes, legends and titles say, and how many marks it has."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", chart[0])
    marks: Counter[str] = Counter()
    for kind, content in _MARKS.findall(chart[0]):
        marks[kind] += len(re.findall(r"<(?:path|line|rect|text)\b", content))
    counted = " ".join(f"{kind}:{count}" for kind, count in sorted(marks.items()))
    return f"<svg>{counted} | {' | '.join(texts)}</svg>"


def steady(text: str) -> str:
    """A page without versions, asset hashes and the layout that fonts of a machine decide."""
    text = _CHART.sub(numbers_of, text)
    text = re.sub(r"(static/[a-z.-]+)-[0-9a-f]{12}\.", r"\1-HASH.", text)
    return text.replace(runreport.__version__, "VERSION")


def pages(site: Path) -> dict[str, str]:
    return {
        str(path.relative_to(site)): steady(path.read_text())
        for path in sorted(site.rglob("*"))
        if path.is_file()
        and "static" not in path.parts
        and not path.name.startswith("charts-")
        and path.suffix != ".parquet"
    }


@pytest.mark.parametrize("archive", SITES)
def test_a_stored_archive_is_built_as_before(tmp_path: Path, archive: str) -> None:
    name, config = SITES[archive]
    build_site(str(GOLDEN / archive), str(tmp_path / "site"), parse_config(config))
    found = pages(tmp_path / "site")
    if os.environ.get("RUNREPORT_UPDATE_GOLDEN"):
        shutil.rmtree(GOLDEN / name, ignore_errors=True)
        for path, text in found.items():
            (GOLDEN / name / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name / path).write_text(text)
    expected = {
        str(path.relative_to(GOLDEN / name)): path.read_text()
        for path in sorted((GOLDEN / name).rglob("*"))
        if path.is_file()
    }
    strip = re.compile(r"charts-[0-9a-f]{12}")
    assert sorted(found) == sorted(expected)
    for path, text in expected.items():
        assert strip.sub("charts", found[path]) == strip.sub("charts", text), path


def test_the_second_site_has_what_the_first_lacks() -> None:
    """That the golden files hold these pages, and numbers in their charts."""
    site = GOLDEN / "evaluated-site"
    kinds = ("compare/*/index.html", "m/*/*/index.html", "e/*/evaluations/index.html",
             "r/*/*/evaluation/index.html")  # fmt: skip
    assert all(list(site.glob(kind)) for kind in kinds)
    charts = "".join(path.read_text() for path in site.rglob("*.html"))
    drawn = re.findall(r"<svg>([a-z]+:\d+[^|]*) \|", charts)
    assert len(drawn) >= 8
    assert {kind.split(":")[0] for one in drawn for kind in one.split()} >= {
        "line", "symbol", "rect", "area",
    }  # fmt: skip

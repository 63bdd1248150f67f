"""The whole site of a stored archive of format 1, byte for byte, but for what a release changes.

After a change that is meant, look at it and then:

    RUNREPORT_UPDATE_GOLDEN=1 .venv/bin/pytest tests/test_golden.py
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import runreport
from runreport.pipeline import build_site
from runreport.report.config import parse_config

GOLDEN = Path(__file__).parent / "golden"
CONFIG = {"title": "Golden", "primary_metric": "loss", "direction": "min"}


def steady(text: str) -> str:
    """A page without versions, asset hashes and the layout that fonts of a machine decide."""
    text = re.sub(r'<svg class="chart-svg".*?</svg>', "<svg/>", text, flags=re.DOTALL)
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


def test_the_stored_archive_is_built_as_before(tmp_path: Path) -> None:
    build_site(str(GOLDEN / "archive"), str(tmp_path / "site"), parse_config(CONFIG))
    found = pages(tmp_path / "site")
    if os.environ.get("RUNREPORT_UPDATE_GOLDEN"):
        shutil.rmtree(GOLDEN / "site", ignore_errors=True)
        for name, text in found.items():
            (GOLDEN / "site" / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / "site" / name).write_text(text)
    expected = {
        str(path.relative_to(GOLDEN / "site")): path.read_text()
        for path in sorted((GOLDEN / "site").rglob("*"))
        if path.is_file()
    }
    strip = re.compile(r"charts-[0-9a-f]{12}")
    assert sorted(found) == sorted(expected)
    for name, text in expected.items():
        assert strip.sub("charts", found[name]) == strip.sub("charts", text), name

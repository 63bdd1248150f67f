from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest

from runreport.report.charts.forms import all_forms
from runreport.report.charts.templates import (
    FILE,
    chart_templates,
    template,
    written,
)


def test_the_templates_are_what_altair_writes_of_the_specs() -> None:
    """With RUNREPORT_UPDATE_GOLDEN they are written anew."""
    path = Path(str(files("runreport.report.charts").joinpath(FILE)))
    if os.environ.get("RUNREPORT_UPDATE_GOLDEN"):
        path.write_text(written(), encoding="utf-8")
        chart_templates.cache_clear()
    assert path.read_text(encoding="utf-8") == written()


@pytest.mark.parametrize("name", [form.name for form in all_forms()])
def test_a_template_holds_no_data_no_url_and_only_theme_colours(name: str) -> None:
    text = json.dumps({k: v for k, v in template(name).items() if k != "$schema"})
    assert "http" not in text and "datasets" not in text

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runreport.cli.formats import print_as

CASES = json.loads((Path(__file__).parent / "written_tables.json").read_text())


@pytest.mark.parametrize("form", ["md", "latex"])
def test_tables_for_other_programs_are_written_as_in_the_browser(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for case in CASES:
        print_as(form, case["heads"], case["rows"], case["numeric"])
        assert capsys.readouterr().out.splitlines() == case[form]

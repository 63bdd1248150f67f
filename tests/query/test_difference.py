from __future__ import annotations

import math

from builders import event, events_of

from runreport.query.difference import Entry, compare_runs
from runreport.query.fold import fold
from runreport.query.index import RunIndex

LEFT, RIGHT = "a" * 32, "b" * 32


def index_of(left: str, right: str) -> RunIndex:
    return fold(
        events_of(
            event("run", run_id=LEFT, data=left),
            event("param", "lr", "0.1", run_id=LEFT, seq=1),
            event("param", "model", "tree", run_id=LEFT, seq=2),
            event("run", run_id=RIGHT, writer_id="w2", data=right),
            event("param", "lr", "0.2", run_id=RIGHT, seq=1, writer_id="w2"),
            event("param", "model", "tree", run_id=RIGHT, seq=2, writer_id="w2"),
            event("tag", "team", "red", run_id=RIGHT, seq=3, writer_id="w2"),
        )
    )


def test_what_two_runs_differ_in_is_told_from_what_they_share() -> None:
    difference = compare_runs(index_of("{}", "{}"), LEFT, RIGHT)
    assert difference.differing("params") == (Entry("lr", "0.1", "0.2"),)
    assert [entry.key for entry in difference.sections["params"]] == ["lr", "model"]
    assert difference.differing("tags") == (Entry("team", None, "red"),)
    assert difference.differing("metrics") == difference.differing("environment") == ()
    assert difference.code == ()


def test_environments_are_compared_member_by_member_and_code_line_by_line() -> None:
    left = '{"python":"3.11","packages":{"numpy":"1"},"git":{"commit":"c1","diff":"+a\\n+b"}}'
    right = '{"python":"3.12","packages":{"numpy":"2"},"git":{"commit":"c1","diff":"+a\\n+c"}}'
    difference = compare_runs(index_of(left, right), LEFT, RIGHT)
    keys = {entry.key for entry in difference.differing("environment")}
    assert keys == {"python", "packages.numpy"}
    assert "git.commit" in {entry.key for entry in difference.sections["environment"]}
    assert "-+b" in difference.code and "++c" in difference.code


def test_numbers_change_and_nan_is_the_same_as_nan() -> None:
    assert Entry("m", 1.0, 1.5).change == 0.5
    assert Entry("m", None, 1.5).change is None
    assert Entry("m", math.nan, math.nan).is_same and not Entry("m", math.nan, 1.0).is_same

"""A review as Markdown that fits a comment, and as text."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.reviews.forms import MOST_BYTES, as_json, as_markdown, as_text
from runreport.report.reviews.review import (
    BETTER,
    UNCLEAR,
    WORSE,
    Amount,
    FactRow,
    MetricRow,
    Review,
    RunRow,
)

EMPTY = Review(
    base="main", head="feature", known=frozenset(), runs=(1, 2), new_total=0, failed=0,
    new=(), gone_total=0, gone=(),
    went_on_total=0, went_on=(), metrics=(), lacking=(), settings=(), alone=(), environment=(),
    code=(), models=(), scores=(), notices=(), site="https://a.org/b/",
)  # fmt: skip


def with_new(review: Review, *runs: RunRow) -> Review:
    failed = sum(run.is_failed for run in runs)
    return replace(review, new=runs, new_total=len(runs), failed=failed)


def metric(name: str, state: str = WORSE, **values: object) -> MetricRow:
    own = Amount(0.9, 3, 0, ("a",)), Amount(0.8, 3, 0, ("b",))
    row = MetricRow(
        "Digits", (), name, "max", False, state, *own, -0.1, -0.2, 0.05, 0.01, "Welch", "r/b/b/"
    )
    return replace(row, **values)  # type: ignore[arg-type]


def run(name: str, status: str = "FINISHED", why: str = "") -> RunRow:
    return RunRow("b", name, "Digits", status, why, "acc 0.8", "r/b/b/")


def test_markdown_says_first_what_got_worse_and_folds_what_is_not_clear() -> None:
    rows = (metric("acc"), metric("f1", BETTER), metric("time", UNCLEAR))
    told = as_markdown(
        with_new(replace(EMPTY, metrics=rows), run("one"), run("two", "FAILED", "no"))
    )
    assert "2 new runs, 1 of them failed. 3 metrics compared: 1 worse, 1 better, 1 without" in told
    places = [told.index(word) for word in ("[acc]", "[f1]", "failed\n", "[time]", "New runs (1)")]
    assert places == sorted(places)
    assert "[acc](https://a.org/b/r/b/b/)" in told and "`━━━●━━━┿━━·····`" in told
    assert "| **−0.1 (−11.1 %)** |" in told and "━" in told


def test_what_is_logged_is_no_markup_no_mention_and_no_link() -> None:
    name = "a|b @octocat #12 <!-- x --> [x](y) https://evil.org `code` **b**"
    name += " &commat;x ~~s~~ $m$ :tada:"
    told = as_markdown(replace(EMPTY, metrics=(metric(name),), site=""))
    (line,) = [own for own in told.splitlines() if "octocat" in own]
    assert "@octocat" not in line and "#12" not in line and "https://" not in line
    assert "\\<!--" in line and line.count(" | ") == 7
    assert "\\[x\\](y)" in line and "\\`code\\`" in line
    assert "\\&commat;" in line and "\\~\\~s" in line and "\\$m" in line and ":tada" not in line


def test_a_cell_never_breaks_its_row() -> None:
    told = as_markdown(replace(EMPTY, code=(FactRow("x", "commit", "a\nb\r\n| c", "d"),)))
    rows = [line for line in told.splitlines() if line.startswith("| commit")]
    assert len(rows) == 1


texts = st.text(max_size=120).filter(lambda text: "FAILED" not in text)


@given(st.lists(texts, max_size=40), st.integers(2_000, 20_000))
def test_markdown_fits_and_counts_what_was_left_out(names: list[str], most: int) -> None:
    review = replace(EMPTY, metrics=tuple(map(metric, names)))
    review = with_new(review, *(run(name, "FAILED") for name in names))
    told = as_markdown(review, most=most)
    assert len(told.encode(errors="replace")) <= most
    shown = told.count("FAILED")
    left_out = re.search(r"([\d,]+) runs? left out", told)
    assert shown + (int(left_out[1]) if left_out else 0) == len(names)


def test_a_thousand_of_everything_fits_the_most_a_comment_may_have() -> None:
    many = range(5_000)
    review = replace(
        EMPTY,
        metrics=tuple(metric(f"metric/{n:05} " + "é" * 100) for n in many),
        gone=tuple(run(f"run {n}") for n in many[:1000]),
        gone_total=7_000,
        environment=tuple(FactRow("x", f"package {n}", "1", "2") for n in many),
    )
    review = with_new(review, *(run(f"run {n}", "FAILED", "why " * 20) for n in many))
    told = as_markdown(review, "é" * 50_000)
    assert 60_000 < len(told.encode()) <= MOST_BYTES
    assert "metric/00000" in told and "metrics left out" in told and "5,000 runs left out" in told
    assert "7,000 runs left out" in told


def test_text_and_json_say_the_same() -> None:
    review = with_new(replace(EMPTY, metrics=(metric("acc"),)), run("one\x1b[31m"))
    text = as_text(review, "Nightly")
    assert text.startswith("Nightly\nmain → feature\n1 new run. 1 metric compared: 1 worse.\n")
    assert "\x1b" not in text and "✗  acc" in text
    assert as_json(review)["metrics"][0]["state"] == "worse"


def test_nothing_new_is_said() -> None:
    assert "No run is new." in as_markdown(EMPTY)
    went_on = replace(EMPTY, went_on=(run("one"),), went_on_total=1)
    assert "0 new runs, 1 run went on." in as_markdown(went_on)

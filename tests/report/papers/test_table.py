"""A table for a paper: which runs are in a cell, what it comes to, which cells are best."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import runreport
from runreport.archive.directory import open_archive
from runreport.entities import ViewType
from runreport.query.pivoting import Pivot, pivot
from runreport.query.syntax import Field
from runreport.report.papers.amounts import Aggregate
from runreport.report.papers.table import PaperTable, best_of, make_paper_table
from runreport.report.papers.writing import written
from runreport.tracking.store import Store

SITE = "https://example.org/a_b%c/"


def around(mean: float, count: int = 6, seed: int = 0) -> list[float]:
    rng = random.Random(seed)
    return [mean + rng.gauss(0, 0.004) for _ in range(count)]


def log(
    model: str | None, data: str | None, values: list[float], status: str = "FINISHED"
) -> None:
    for value in values:
        runreport.start_run()
        if model is not None:
            runreport.log_param("model", model)
        if data is not None:
            runreport.set_tag("data", data)
        runreport.log_metric("acc", value)
        runreport.end_run(status)


def pivoted(archive: Path) -> Pivot:
    found = Store(open_archive(archive)).search(None, "", ViewType.ACTIVE_ONLY, 10**6, [])
    rows, columns = [Field("param", "model")], [Field("tag", "data")]
    return pivot(found, rows, columns, [Field("metric", "acc")])


def table(archive: Path, direction: str | None = "max") -> PaperTable:
    ways = {"metrics.acc": direction} if direction else {}
    return make_paper_table(pivoted(archive), ["model"], Aggregate("mean", "std"), ways)


def test_rows_and_columns_are_in_the_order_people_count(archive: Path) -> None:
    for model in ("v10", "v9", "v1"):
        for data in ("100", "20"):
            log(model, data, [0.5])
    log(None, "20", [0.5])
    found = pivoted(archive)
    assert found.rows == (("v1",), ("v9",), ("v10",), (None,))
    assert found.columns == (("20",), ("100",))


def test_a_run_that_did_not_end_well_is_no_result_and_is_counted(archive: Path) -> None:
    log("a", "x", [0.9])
    log("a", "x", [0.1], "FAILED")
    found = pivoted(archive)
    (cell,) = found.cells.values()
    assert [entry.value for entry in cell] == [0.9] and found.unfinished == 1


def test_the_best_is_marked_with_what_is_not_clearly_worse(archive: Path) -> None:
    for model, mean in (("good", 0.95), ("alike", 0.9495), ("bad", 0.90)):
        log(model, "x", around(mean))
    best = {labels[0]: cells[0].is_best for labels, cells in table(archive).rows}
    assert best == {"good": True, "alike": True, "bad": False}
    least = {labels[0]: cells[0].is_best for labels, cells in table(archive, "min").rows}
    assert least == {"good": False, "alike": False, "bad": True}
    assert not any(cells[0].is_best for _, cells in table(archive, None).rows)


def best(*values: list[float], direction: str = "max") -> set[int]:
    reached = [sum(own) / len(own) if own else None for own in values]
    return best_of(values, direction, reached)


def test_few_values_prove_nothing_and_mark_the_best_alone() -> None:
    assert best([0.9], [0.8]) == {0}
    assert best([0.9, 0.91], [0.9, 0.905]) == {0}
    assert best([0.9], [0.9], [0.1]) == {0, 1}, "equal is equal"
    assert best([0.9], []) == set(), "of one there is no best"
    assert best([0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.1, 0.3, 0.2]) == {0, 1, 2}, "in any order"


def test_what_is_printed_decides_what_is_best(archive: Path) -> None:
    log("mean", "x", [0.9, 0.1, 0.1])
    log("median", "x", [0.35, 0.35, 0.35])
    ways = {"metrics.acc": "max"}
    made = make_paper_table(pivoted(archive), ["model"], Aggregate("median"), ways)
    assert {labels[0]: cells[0].is_best for labels, cells in made.rows} == {
        "mean": False, "median": True,
    }  # fmt: skip
    counted = make_paper_table(pivoted(archive), ["model"], Aggregate("n"), ways)
    assert not any(cells[0].is_best for _, cells in counted.rows)


def test_a_cell_tells_of_what_diverged_and_of_what_is_not_there(archive: Path) -> None:
    log("a", "x", [0.5, float("nan"), 0.7])
    log("b", "y", [float("inf")])
    rows = dict(table(archive).rows)
    x, y = rows[("a",)]
    assert x.value == "0.60" and x.note == "1 run of 3 NaN or infinite, left out"
    assert (y.value, y.runs) == ("–", ())
    assert rows[("b",)][1].value == "NaN"


def test_a_number_leads_to_its_runs(archive: Path) -> None:
    log("one", "x", [0.5])
    log("two", "x", [0.5, 0.6])
    log("many", "x", around(0.5, 40))
    cells = {labels[0]: cells[0] for labels, cells in table(archive).rows}
    assert cells["one"].url == f"r/{cells['one'].runs[0][:2]}/{cells['one'].runs[0]}.html"
    assert cells["two"].url.startswith("compare/index.html#v=1&sel=")
    assert all(run in cells["two"].url for run in cells["two"].runs)
    assert cells["many"].url.startswith("e/")


HOSTILE = "[a & b_c #1 50% $x$ {y} ~ ^ \\ | <b>"


@pytest.mark.parametrize("siunitx", [False, True])
def test_latex_is_a_table_whatever_was_logged(archive: Path, siunitx: bool) -> None:
    log(HOSTILE, "x", [1234.5, 1235.5])
    log("other", "x", [-2e-12, -3e-12])
    text = written(table(archive), "latex", site=SITE, siunitx=siunitx)
    lines = [line for line in text.splitlines() if not line.startswith("%")]
    assert lines[0] == r"\begin{tabular}{lr}" and lines[-1] == r"\end{tabular}"
    cells = [line for line in lines if line.endswith(r" \\")]
    assert "{}[a" in text, "a bracket after the end of a row would be taken for its own"
    assert len(cells) == 3 and all(line.count(" & ") == 1 for line in cells)
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert r"\href{https://example.org/a_b\%c/compare/index.html\#v=1\&sel=" in text
    if siunitx:
        assert r"\num[separate-uncertainty,reset-math-version=false]{1235.00 +- 0.71}" in text
    else:
        assert r"$\mathbf{1{,}235.00 \pm 0.71}$" in text


def test_markdown_and_html_are_tables_whatever_was_logged(archive: Path) -> None:
    log(HOSTILE, "x", [0.5])
    log("other", "x", [0.6])
    made = table(archive)
    rows = written(made, "md", site=SITE).splitlines()
    assert all(row.replace(r"\|", "").count("|") == 3 for row in rows)
    html = written(made, "html", site=SITE)
    assert "<b>" not in html and "&lt;b&gt;" in html and f'<a href="{SITE}r/' in html
    assert "<strong>0.6</strong>" in html


def test_an_empty_text_is_another_row_than_none(archive: Path) -> None:
    log("", "x", [0.5])
    log(None, "x", [0.6])
    assert [labels for labels, _ in table(archive).rows] == [('""',), ("–",)]


def test_csv_counts_what_its_numbers_are_of(archive: Path) -> None:
    log("a", "x", [0.5, float("nan"), 0.7])
    assert written(table(archive), "csv").splitlines()[1].endswith(",2,1")


def test_csv_has_every_digit(archive: Path) -> None:
    log("a", "x", [0.1, 0.2])
    assert written(table(archive), "csv").splitlines() == [
        "model,x,x ±,x n",
        "a,0.15000000000000002,0.07071067811865477,2",
    ]

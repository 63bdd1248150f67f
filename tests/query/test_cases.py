"""Every conformance case: on an archive, by the slow evaluator, and against MLflow itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from query import slowly
from query.conformance import ARCHIVES, CASES, NOW_MS, ROOT, write_runs

from runreport.archive.directory import open_archive
from runreport.errors import InvalidFilter
from runreport.query.index import RunIndex
from runreport.query.search import find_runs, load_index, make_query


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RunIndex]]:
    found, running = {}, []
    for name, runs in ARCHIVES.items():
        storage = open_archive(tmp_path_factory.mktemp(name) / "archive", create=True)
        running += write_runs(storage, runs)
        found[name] = load_index(storage)
    yield found
    for writer in running:
        writer.finish()


def answer(index: RunIndex, case: dict[str, Any], *, strict: bool = False) -> list[str]:
    order = case.get("order_by")
    query = make_query(
        None, case["filter"], order_by=order, strict=strict, now_ms=NOW_MS, index=lambda: index
    )
    return [run.info.run_name for run in find_runs(index, query, ROOT).runs()]


def named(case: dict[str, Any]) -> str:
    return " ".join([case["filter"][:60] or "all", *case.get("order_by", ())])


GOOD = [case for case in CASES if "runs" in case]
BAD = [case for case in CASES if "error" in case]


def test_there_are_as_many_cases_as_were_asked_for() -> None:
    assert len(CASES) >= 400 and len(BAD) >= 60
    assert len({(c["archive"], c["filter"], str(c.get("order_by"))) for c in CASES}) == len(CASES)


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_a_filter_finds_these_runs_in_this_order(
    indexes: dict[str, RunIndex], case: dict[str, Any]
) -> None:
    assert answer(indexes[case["archive"]], case) == case["runs"]


@pytest.mark.parametrize("case", GOOD, ids=named)
def test_the_slow_evaluator_agrees(indexes: dict[str, RunIndex], case: dict[str, Any]) -> None:
    runs, index = ARCHIVES[case["archive"]], indexes[case["archive"]]
    query = make_query(None, case["filter"], order_by=case.get("order_by"), index=lambda: index)
    kept = slowly.find(runs, query.filter, NOW_MS)
    ordered = slowly.sort([run for run in runs if run["run_id"] in kept], query.order_by)
    assert [run["name"] for run in ordered] == case["runs"]


@pytest.mark.parametrize("case", BAD, ids=named)
def test_an_error_points_at_the_column_and_suggests_the_nearest_name(
    indexes: dict[str, RunIndex], case: dict[str, Any]
) -> None:
    with pytest.raises(InvalidFilter) as caught:
        answer(indexes["basic"], case)
    assert caught.value.column == case["error"], caught.value
    if "suggests" in case:
        assert f"did you mean {case['suggests']}?" in str(caught.value)


@pytest.mark.parametrize("case", CASES, ids=named)
def test_strict_refuses_exactly_the_extensions(
    indexes: dict[str, RunIndex], case: dict[str, Any]
) -> None:
    index = indexes[case["archive"]]
    if case.get("extra") or "error" in case:
        with pytest.raises(InvalidFilter):
            answer(index, case, strict=True)
    elif case.get("mlflow", True):
        assert answer(index, case, strict=True) == case["runs"]

"""Any file store of MLflow comes back as it was written, with its odd lines and numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stores import BEGUN, Taken, mlflow_experiment, mlflow_run, write

from runreport.archive.verify import verify_archive

KEYS = st.from_regex(r"[a-z][a-z0-9_. -]{0,6}[a-z0-9](/[a-z0-9]{1,4})?", fullmatch=True)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"), max_size=20
)
NUMBERS = st.floats(width=64) | st.sampled_from([0.0, -0.0, math.nan, math.inf, -math.inf])
STEPS = st.integers(-(10**6), 10**12)


@dataclass
class Line:
    """A point, and how it is spelled in its file."""

    value: float
    step: int
    time: int
    form: int
    end: str

    @property
    def text(self) -> str:
        parts = [str(self.time), repr(self.value), str(self.step), "data", "digest"]
        return " ".join(parts[: self.form]) + self.end

    @property
    def point(self) -> tuple[int, int, str]:
        return (0 if self.form == 2 else self.step), self.time, repr(self.value)


LINES = st.builds(
    Line, NUMBERS, STEPS, st.integers(BEGUN, BEGUN + 10**9), st.sampled_from([2, 3, 4, 5]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)  # fmt: skip


@dataclass
class Written:
    """A run as it is written."""

    status: int
    params: dict[str, str]
    tags: dict[str, str]
    metrics: dict[str, list[Line]]
    is_deleted: bool
    has_end: bool
    parent: int | None
    files: dict[str, bytes] = field(default_factory=dict)


def without_folders(found: dict[str, object]) -> dict[str, object]:
    """Keys of which none is a folder of another, as no disk could hold both."""
    return {
        key: value
        for key, value in found.items()
        if not any(other.startswith(f"{key}/") for other in found)
    }


def mapped(values: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(KEYS, values, max_size=4).map(without_folders)


RUNS = st.builds(
    Written, st.integers(1, 5), mapped(TEXTS), mapped(TEXTS),
    mapped(st.lists(LINES, max_size=5)), st.booleans(), st.booleans(),
    st.none() | st.integers(0, 3), mapped(st.binary(max_size=20)),
)  # fmt: skip
STATUSES = {1: "UNKNOWN", 2: "SCHEDULED", 3: "FINISHED", 4: "FAILED", 5: "KILLED"}


def build(store: Path, runs: list[Written]) -> None:
    """Write a store."""
    experiment = mlflow_experiment(store)
    for number, run in enumerate(runs):
        tags = dict(run.tags)
        if run.parent is not None:
            tags["mlflow.parentRunId"] = f"{run.parent:032x}"
        mlflow_run(
            experiment,
            f"{number:032x}",
            params={key: text.encode() for key, text in run.params.items()},
            metrics={k: "".join(one.text for one in lines) for k, lines in run.metrics.items()},
            artifacts=run.files,
            run_name=f"run {number}",
            status=run.status,
            end_time=BEGUN + 1000 if run.has_end else None,
            lifecycle_stage="deleted" if run.is_deleted else "active",
        )
        for key, text in tags.items():
            write(experiment / f"{number:032x}" / "tags" / key, text.encode())


def stripped(text: str) -> str:
    """A param of one line without its line end."""
    bare = text.rstrip("\r\n")
    return text if "\n" in bare else bare


def check(store: Path, runs: list[Written], archive: Path) -> None:
    taken = Taken(store.parent, archive)
    assert taken.lost == []
    assert taken.index.runs.num_rows == len(runs)
    for number, run in enumerate(runs):
        own = taken.run(f"run {number}")
        assert own.info.run_id == f"{number:032x}"
        assert own.info.status == STATUSES[run.status]
        assert own.data.params == {key: stripped(text) for key, text in run.params.items()}
        assert run.tags.items() <= own.data.tags.items()
        assert (own.info.lifecycle_stage == "deleted") == run.is_deleted
        points: dict[str, list[tuple[int, int, str]]] = {}
        for p in taken._reader.points_of(own.info.run_id).to_pylist():
            points.setdefault(p["key"], []).append((p["step"], p["time"], repr(p["value"])))
        assert {key: sorted(found) for key, found in points.items()} == {
            key: sorted(line.point for line in lines)
            for key, lines in run.metrics.items()
            if lines
        }
        assert taken.artifacts(f"run {number}") == run.files
    assert verify_archive(taken.storage).problems == ()


def check_round_trip(folder: Path, runs: list[Written]) -> None:
    build(folder / "project" / "mlruns", runs)
    check(folder / "project" / "mlruns", runs, folder / "archive")


@settings(max_examples=60)
@given(st.lists(RUNS, min_size=1, max_size=4))
def test_a_store_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, runs: list[Written]
) -> None:
    check_round_trip(tmp_path_factory.mktemp("store"), runs)


@pytest.mark.long
@settings(max_examples=1000)
@given(st.lists(RUNS, min_size=1, max_size=4))
def test_a_thousand_stores_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, runs: list[Written]
) -> None:
    check_round_trip(tmp_path_factory.mktemp("store"), runs)

"""Pages that list runs of several experiments: those with a tag's value, those of one job."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.events import data_object
from runreport.numbers import ROUGH
from runreport.query.arrow import as_array, one_dictionary
from runreport.query.index import RunIndex
from runreport.report.links import RunLink
from runreport.report.shown import Shown, show_number
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table
from runreport.report.urls import job_folder, slug, tag_folder
from runreport.tags import RECORDED_TAGS

LEAST_RUNS = 2
"""A value of a tag gets a page when this many runs have it."""
MOST_VALUES = 200
"""Values of one tag that get pages, those of most runs first."""
MOST_KEYS = 100
"""Tags that get pages, those with most runs first."""
LISTED = 50
"""Runs that a page lists."""
MOST_METRICS = 12

Places = Mapping[int, tuple[str, Table, int]]
"""Experiment, table and place in it of each run, by the run's number."""


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """What some runs reached in one metric."""

    name: str
    runs: int
    mean: Shown
    std: Shown
    """Standard deviation of a sample; a dash for one run."""
    min: Shown
    max: Shown


@dataclass(frozen=True, slots=True)
class Listing:
    """Some runs, whatever their experiment."""

    folder: str
    """Of the page, from the site's root."""
    title: str
    """A tag's value, or a job's id."""
    kind: str
    """A tag's key, or the kind of job."""
    total: int
    runs: tuple[RunLink, ...]
    """The newest."""
    metrics: tuple[MetricSummary, ...]


@dataclass(frozen=True, slots=True)
class ListingGroup:
    """The listings of one tag, or of all jobs of a kind."""

    name: str
    listings: tuple[Listing, ...]
    left_out: int
    """Values that have too few runs, or that are too many."""
    anchor: str


def tag_listings(index: RunIndex, shown: pa.Array, places: Places) -> tuple[ListingGroup, ...]:
    """The pages of each tag's values.

    Args:
        shown: int32[n], the runs that the site shows.
    """
    tags = index.tags.filter(pc.is_in(index.tags.column("run"), value_set=shown))
    for prefix in RECORDED_TAGS:
        tags = tags.filter(pc.invert(pc.starts_with(tags.column("key"), prefix)))
    counts = pc.value_counts(tags.column("key")).to_pylist()
    keys = sorted(counts, key=lambda entry: (-entry["counts"], entry["values"]))[:MOST_KEYS]
    groups = []
    for key in sorted(entry["values"] for entry in keys):
        own = tags.filter(pc.equal(tags.column("key"), key))
        members = _members(own.column("run").to_pylist(), own.column("value").to_pylist())
        chosen = _most(members)
        listings = _listings(index, places, key, chosen, tag_folder)
        groups.append(ListingGroup(key, listings, len(members) - len(chosen), f"tag-{slug(key)}"))
    return tuple(groups)


def job_listings(index: RunIndex, shown: pa.Array, places: Places) -> tuple[ListingGroup, ...]:
    """The pages of the CI, SLURM and Spark jobs that runs recorded."""
    records = index.records.filter(pc.is_in(index.records.column("run"), value_set=shown))
    coded = one_dictionary(records.column("data"))
    jobs = [_job_of(data) for data in coded.dictionary.to_pylist()]
    kinds: dict[str, dict[str, list[int]]] = {}
    rows = zip(records.column("run").to_pylist(), coded.indices.to_pylist(), strict=True)
    for run, code in rows if any(jobs) else ():
        if (job := jobs[code]) is not None:
            kind, identity = job
            kinds.setdefault(kind, {}).setdefault(identity, []).append(run)
    groups = []
    for kind, members in sorted(kinds.items()):
        listings = _listings(index, places, kind, members, job_folder)
        groups.append(ListingGroup(kind, listings, 0, f"job-{slug(kind)}"))
    return tuple(groups)


def _job_of(record: str) -> tuple[str, str] | None:
    """Kind and id of the job in which a run recorded its environment."""
    job = data_object(record).get("job") if '"job"' in record else None
    if not isinstance(job, dict) or not job.get("id"):
        return None
    return str(job.get("kind") or "job"), str(job["id"])


def _members(runs: Iterable[int], values: Iterable[str]) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for run, value in zip(runs, values, strict=True):
        members.setdefault(value, []).append(run)
    return members


def _most(members: Mapping[str, list[int]]) -> dict[str, list[int]]:
    found = [(value, runs) for value, runs in members.items() if len(runs) >= LEAST_RUNS]
    found.sort(key=lambda pair: (-len(pair[1]), pair[0]))
    return dict(found[:MOST_VALUES])


def _listings(
    index: RunIndex,
    places: Places,
    kind: str,
    members: Mapping[str, list[int]],
    folder_of: Callable[[str, str], str],
) -> tuple[Listing, ...]:
    summaries = _summaries(index, members)
    return tuple(
        Listing(
            folder=folder_of(kind, value),
            title=value,
            kind=kind,
            total=len(runs),
            runs=tuple(_link(places, run) for run in sorted(runs)[:LISTED]),
            metrics=summaries.get(value, ()),
        )
        for value, runs in members.items()
    )


def _link(places: Places, run: int) -> RunLink:
    experiment, table, place = places[run]
    return run_link(table, place, experiment)


def _summaries(
    index: RunIndex, members: Mapping[str, list[int]]
) -> dict[str, tuple[MetricSummary, ...]]:
    """Mean and spread of each metric over the runs of each value, in one pass over the metrics."""
    values = list(members)
    owners: list[int | None] = [None] * index.runs.num_rows
    for place, own in enumerate(members.values()):
        for run in own:
            owners[run] = place
    metrics = index.metrics.select(["run", "key", "last"])
    place_of = pa.array(owners, pa.int32()).take(as_array(metrics.column("run")))
    metrics = metrics.append_column("place", place_of)
    metrics = metrics.filter(pc.and_(pc.is_valid(place_of), pc.is_finite(metrics.column("last"))))
    # In the order of the runs and on one thread: a sum of floats depends on its order.
    grouped = metrics.group_by(["place", "key"], use_threads=False).aggregate(
        [
            ("last", "count"),
            ("last", "mean"),
            ("last", "stddev", pc.VarianceOptions(ddof=1)),
            ("last", "min"),
            ("last", "max"),
        ]
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in grouped.to_pylist():
        found.setdefault(values[row["place"]], []).append(row)
    return {value: _metric_summaries(rows) for value, rows in found.items()}


def _metric_summaries(rows: Sequence[dict[str, Any]]) -> tuple[MetricSummary, ...]:
    ordered = sorted(rows, key=lambda row: (-row["last_count"], row["key"]))[:MOST_METRICS]
    summaries = []
    for row in ordered:
        summaries.append(
            MetricSummary(
                row["key"],
                row["last_count"],
                show_number(row["last_mean"]),
                show_number(None if row["last_count"] < LEAST_RUNS else row["last_stddev"], ROUGH),
                show_number(row["last_min"]),
                show_number(row["last_max"]),
            )
        )
    return tuple(summaries)

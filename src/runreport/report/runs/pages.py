"""The pages of all runs, made one after the other, so that memory is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.storage import Storage
from runreport.entities import Run
from runreport.events import data_object
from runreport.query.arrow import as_array
from runreport.query.index import RunIndex
from runreport.query.search import make_runs
from runreport.query.summaries import with_stats
from runreport.report.charts.curves import CurveReader
from runreport.report.config import Config, ExperimentConfig
from runreport.report.evaluations.page import EvaluationTable
from runreport.report.links import VersionLink
from runreport.report.redaction import Redactor
from runreport.report.runs.packages import Packages, make_packages
from runreport.report.runs.page import RunPage, make_run_page
from runreport.report.runs.record import RunFacts
from runreport.report.urls import run_folder
from runreport.tags import PARENT_TAG

BLOCK_RUNS = 256
"""Runs that one script of details holds."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class RunPages:
    """Makes run pages one after the other."""

    index: RunIndex
    numbers: pa.Array
    experiments: dict[str, tuple[str, str]]
    """Name and folder by id."""
    curves: CurveReader
    storage: Storage
    redactor: Redactor
    config: Config
    evaluated: Mapping[str, EvaluationTable]
    """The results tables of runs, by run id."""
    registered: Mapping[str, tuple[VersionLink, ...]]
    """The versions that runs were saved as, by run id."""
    baselines: Mapping[str, str]
    """The run that each experiment's are compared with, by experiment id."""
    primaries: Mapping[str, str]
    """What the report takes for each experiment's primary metric, by experiment id."""
    paged: frozenset[int] | None
    """The runs that get a page; None: all."""
    room: int
    """Of each run for points of its long curves beside its page."""

    def make(self, numbers: pa.Array) -> Iterator[RunPage]:
        """The page models of some runs, in their order."""
        for start in range(0, len(numbers), _BATCH):
            for facts in self._facts(numbers[start : start + _BATCH]):
                owner = facts.run.info.experiment_id
                yield make_run_page(
                    facts,
                    *self.experiments[owner],
                    self.curves,
                    self.storage,
                    self.redactor,
                    self.config,
                    self.settings(owner),
                    self.evaluated.get(facts.run.info.run_id),
                    room=self.room,
                    with_files=self.paged is None or bool(facts.number in self.paged),
                )

    def settings(self, owner: str) -> ExperimentConfig:
        """How the runs of an experiment are shown, by its id."""
        own = self.config.for_experiment(self.experiments[owner][0])
        return own.settled(self.primaries.get(owner, ""))

    @property
    def own(self) -> pa.Array:
        """The runs with a page, newest first."""
        if self.paged is None:
            return self.numbers
        return self.numbers.filter(
            pc.is_in(self.numbers, value_set=pa.array(sorted(self.paged), self.numbers.type))
        )

    def folders(self) -> dict[int, str]:
        """Where the pages of runs lie, by the runs' numbers."""
        ids = self.index.attribute("run_id").take(self.numbers).to_pylist()
        return dict(zip(self.numbers.to_pylist(), map(run_folder, ids), strict=True))

    def blocks(self) -> Iterator[tuple[str, pa.Array]]:
        """The runs without a page, by the script that holds what a page would say.

        Yields:
            The script's path from the site's root, and the runs in it.
        """
        if self.paged is None:
            return
        owners = as_array(self.index.runs.column("experiment_id")).take(self.numbers)
        for identity, (_, folder) in self.experiments.items():
            own = self.numbers.filter(pc.equal(owners, identity))
            for block in range(-(-len(own) // BLOCK_RUNS)):
                end = len(own) - block * BLOCK_RUNS  # runs are counted from the oldest
                members = own[max(0, end - BLOCK_RUNS) : end]
                bare = [number for number in members.to_pylist() if number not in self.paged]
                if bare:
                    yield f"{folder}/data/details-{block}.js", pa.array(bare, own.type)

    def _facts(self, numbers: pa.Array) -> Iterator[RunFacts]:
        index = self.index
        runs = make_runs(index, numbers, "")
        others = self._others(numbers)
        tables = ("params", "artifacts", "records")
        rows = {name: _by_run(index.rows_of(name, numbers)) for name in tables}
        # Only these runs' summaries are taken apart, not all of the index once a batch.
        rows["metrics"] = _by_run(with_stats(index.rows_of("metrics", numbers)))
        for number, run in zip(numbers.to_pylist(), runs, strict=True):
            records = rows["records"].get(number, [])
            record, packages = _recorded(records[0]["data"]) if records else ({}, None)
            yield RunFacts(
                number,
                run,
                others.get(run.data.tags.get(PARENT_TAG, "")),
                self._baseline(run, others),
                rows["params"].get(number, []),
                rows["metrics"].get(number, []),
                rows["artifacts"].get(number, []),
                self.registered.get(run.info.run_id, ()),
                record,
                packages,
            )

    def _baseline(self, run: Run, others: Mapping[str, Run]) -> Run | None:
        """What the config compares this run with; nothing for the baseline itself."""
        wanted = self.baselines.get(run.info.experiment_id, "")
        return None if wanted == run.info.run_id else others.get(wanted)

    def others_of(self, numbers: pa.Array) -> pa.Array:
        """The parents and baselines of some runs, as far as a report shows them."""
        parents = self.index.long_column("tags", PARENT_TAG, "value").take(numbers)
        owners = pc.unique(self.index.attribute("experiment_id").take(numbers))
        wanted = {*parents.to_pylist(), *map(self.baselines.get, owners.to_pylist())} - {None}
        if not wanted:  # all runs are looked through else
            return self.numbers[:0]
        ids = self.index.attribute("run_id").take(self.numbers)
        listed = pa.array(sorted(map(str, wanted)), pa.string())
        return self.numbers.filter(pc.is_in(ids, value_set=listed))

    def _others(self, numbers: pa.Array) -> dict[str, Run]:
        """The parents and baselines of some runs, by id."""
        return {run.info.run_id: run for run in make_runs(self.index, self.others_of(numbers), "")}


@lru_cache(maxsize=64)
def _recorded(text: str) -> tuple[dict[str, Any], Packages | None]:
    """What was recorded of an environment, and its packages; many runs recorded the same."""
    record = data_object(text)
    return record, make_packages(record)


def _by_run(table: pa.Table) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        grouped.setdefault(row["run"], []).append(row)
    return grouped

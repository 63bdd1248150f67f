"""Keys of runs' pages: equal as long as a page would be made of the same facts.

A fact's identity is its writer and place, and one of an identity never changes; so counts and sums
over the identities of a run's facts tell whether facts came or went, without looking into them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.layout import ARTIFACTS
from runreport.archive.notices import Notice
from runreport.archive.reading import Snapshot
from runreport.query.index import RunIndex
from runreport.report.notes import asks_for_others
from runreport.report.runs.pages import RunPages
from runreport.tags import NOTE_TAG, PARENT_TAG

_LOW_BITS = 2**40 - 1
"""Of the clock, so that its sums fit 64 bits."""


def run_keys(
    snapshot: Snapshot,
    runs: RunPages,
    asking: Collection[int],
    notices: Iterable[Notice],
    now_ms: int,
) -> dict[int, str]:
    """A key for each shown run, by its number.

    It holds the run's own facts, its parent's, the baseline's, its versions, which of its
    artifacts are damaged, and which metric its experiment is about; of a run whose note asks for
    others the facts of all, and which experiments and models there are. What all pages depend
    on, config and theme, is the caller's.

    Args:
        asking: the runs whose notes ask for others.
        notices: what of the archive is left out.
        now_ms: from when blocks of notes count back.
    """
    index = runs.index
    own = _facts_by_run(snapshot, index)
    ids = index.attribute("run_id").to_pylist()
    shown = runs.numbers.to_pylist()
    by_id = {ids[number]: own[number] for number in shown}  # no page leads to others
    owners = index.attribute("experiment_id").to_pylist()
    parents = index.long_column("tags", PARENT_TAG, "value").to_pylist()
    models = sorted(model.name for model in index.registry.models)
    places = (sorted(runs.experiments.items()), models)
    everything = hashlib.sha256(repr((now_ms, own, places)).encode()).hexdigest() if asking else ""
    damaged = _damaged_by_run(notices)
    keys = {}
    for number in shown:
        run_id, owner = ids[number], owners[number]
        baseline = runs.baselines.get(owner, "")
        others = (
            by_id.get(parents[number] or "", ""),
            "" if baseline == run_id else by_id.get(baseline, ""),
        )
        versions = runs.registered.get(run_id, ())
        about = (runs.experiments[owner], runs.settings(owner).primary_metric)
        asked = everything if number in asking else ""
        key = (own[number], others, about, versions, damaged.get(run_id, ()), asked, runs.room)
        keys[number] = repr(key)
    return keys


def asking_runs(runs: RunPages) -> frozenset[int]:
    """The runs whose notes ask for others, whose pages therefore depend on the whole report."""
    notes = runs.index.long_column("tags", NOTE_TAG, "value").take(runs.numbers).to_pylist()
    numbers = runs.numbers.to_pylist()
    return frozenset(
        number
        for number, note in zip(numbers, notes, strict=True)
        if note and asks_for_others(note)
    )


def _facts_by_run(snapshot: Snapshot, index: RunIndex) -> list[str]:
    """What tells the facts of each run from others, in the order of the index."""
    events = snapshot.events.select(["run_id", "counter", "seq"])
    low = pc.bit_wise_and(events.column("counter"), pa.scalar(_LOW_BITS, pa.int64()))
    table = pa.table(
        {
            "run_id": events.column("run_id").cast(pa.string()),
            "low": low,
            "seq": events.column("seq"),
        }
    )
    sums = table.group_by("run_id", use_threads=False).aggregate(
        [("low", "sum"), ("low", "max"), ("seq", "sum"), ("seq", "count")]
    )
    columns = [sums.column(name).to_pylist() for name in sums.column_names if name != "run_id"]
    found = dict(zip(sums.column("run_id").to_pylist(), zip(*columns, strict=True), strict=True))
    states = zip(
        *(index.attribute(name).to_pylist() for name in ("run_id", "run_name", "status")),
        index.attribute("end_time").to_pylist(),
        strict=True,
    )
    live = {
        part.content.header.run_id: (part.name, part.content.last_seq, len(part.content.points))
        for part in snapshot.journals
        if part.content.header is not None
    }
    return [repr((state, found.get(state[0]), live.get(state[0]))) for state in states]


def _damaged_by_run(notices: Iterable[Notice]) -> Mapping[str, tuple[str, ...]]:
    """The notices about a run's artifacts; those on other files concern all runs."""
    found: dict[str, tuple[str, ...]] = {}
    for notice in notices:
        folder, _, rest = notice.path.partition("/")
        if folder == ARTIFACTS:
            run_id = rest.partition("/")[0]
            found[run_id] = (*found.get(run_id, ()), str(notice))
    return found

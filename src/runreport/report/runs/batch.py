"""Some runs cut out of an index, as Arrow tables: what another process makes their pages of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import arange
from runreport.query.index import RunIndex
from runreport.query.points import PointPlaces, PointReader
from runreport.query.registry import Registry
from runreport.report.charts.curves import CurveReader
from runreport.report.charts.sessions import Span
from runreport.report.config import Config
from runreport.report.evaluations.page import EvaluationTable
from runreport.report.links import VersionLink
from runreport.report.redaction.redactor import Redactor
from runreport.report.runs.pages import RunPages

_T = TypeVar("_T")
_LONG = ("params", "tags", "metrics", "artifacts", "datasets", "records")


@dataclass(frozen=True, slots=True)
class RunBatch:
    """The facts of some runs, and of those that their pages mention."""

    tables: Mapping[str, bytes]
    """The tables of a `RunIndex` as Arrow streams; runs are numbered anew."""
    own: tuple[int, ...]
    """The runs whose pages are to be made, in that order; the others are parents and baselines."""
    paged: tuple[int, ...]
    """Those of them that get a page."""
    points: PointPlaces
    spans: Mapping[str, Mapping[str, Span]]
    """When the writers of runs that had several were at work."""
    evaluated: Mapping[str, EvaluationTable]
    registered: Mapping[str, tuple[VersionLink, ...]]
    experiments: Mapping[str, tuple[str, str]]
    """Name and folder of their experiments, by id."""
    baselines: Mapping[str, str]
    primaries: Mapping[str, str]
    room: int
    """See `RunPages`."""


def cut_batch(runs: RunPages, numbers: pa.Array) -> RunBatch:
    """What the pages of some runs are made of.

    Args:
        numbers: int32[n], in the order in which their pages are made.
    """
    index = runs.index
    kept = _with_others(runs, numbers)
    tables = {"runs": index.runs.take(kept)}
    for name in _LONG:
        rows = index.rows_of(name, kept)
        anew = pc.index_in(rows.column("run"), value_set=kept)
        tables[name] = _coded_anew(rows.set_column(0, "run", anew))
    ids = index.attribute("run_id").take(numbers).to_pylist()
    own = pc.index_in(numbers, value_set=kept).to_pylist()
    owners = pc.unique(tables["runs"].column("experiment_id")).to_pylist()
    paged = [
        place
        for place, number in zip(own, numbers.to_pylist(), strict=True)
        if runs.paged is None or number in runs.paged
    ]
    return RunBatch(
        {name: _stream(table) for name, table in tables.items()},
        tuple(own),
        tuple(paged),
        runs.curves.points.places.part(ids),
        {run_id: spans for run_id in ids if (spans := runs.curves.spans(run_id))},
        _of(runs.evaluated, ids),
        _of(runs.registered, ids),
        _of(runs.experiments, owners),
        _of(runs.baselines, owners),
        _of(runs.primaries, owners),
        runs.room,
    )


def _of(named: Mapping[str, _T], names: Iterable[str]) -> dict[str, _T]:
    return {name: named[name] for name in names if name in named}


def _with_others(runs: RunPages, numbers: pa.Array) -> pa.Array:
    """Runs with their parents and baselines, in the order of the index."""
    both = pc.unique(pa.concat_arrays([numbers, runs.others_of(numbers)]))
    return both.take(pc.sort_indices(both))


def restored(
    batch: RunBatch, config: Config, redactor: Redactor, points: PointReader
) -> tuple[RunPages, pa.Array]:
    """What makes the pages of a batch's runs, as that of the report would, and their numbers.

    Args:
        points: reads those of the batch.
    """
    tables = {
        name: pa.ipc.open_stream(content).read_all() for name, content in batch.tables.items()
    }
    index = RunIndex(**tables, experiments={}, registry=Registry((), ()))
    pages = RunPages(
        index,
        arange(index.runs.num_rows),
        dict(batch.experiments),
        CurveReader(points, lambda run_id: batch.spans.get(run_id, {}), redactor.known),
        batch.points.storage,
        redactor,
        config,
        batch.evaluated,
        batch.registered,
        batch.baselines,
        batch.primaries,
        frozenset(batch.paged),
        batch.room,
    )
    return pages, pa.array(batch.own, pa.int32())


def _coded_anew(table: pa.Table) -> pa.Table:
    """The same rows, without the texts of all others in their dictionaries."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            texts = table.column(place).cast(pa.string())
            table = table.set_column(place, field.name, texts.dictionary_encode())
    return table


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())

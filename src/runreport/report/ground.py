"""What all pages of a report are made of: the index as it may be shown, and its experiments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.notices import Notice
from runreport.archive.reading import Snapshot
from runreport.archive.verify import hidden_problems
from runreport.query.arrow import arange, as_array
from runreport.query.fold import fold_snapshot
from runreport.query.index import RunIndex
from runreport.query.points import PointReader
from runreport.report.charts.curves import CurveReader, spans_of
from runreport.report.charts.texts import charted_names
from runreport.report.config import Config
from runreport.report.pages.experiment import ShownExperiment
from runreport.report.pages.listings import Places
from runreport.report.redaction import make_redactor, published_config, redact_index
from runreport.report.redaction.redactor import Redactor
from runreport.report.tables.palette import make_palette
from runreport.report.tables.table import make_table
from runreport.report.urls import experiment_folder
from runreport.tags import NOTE_TAG


@dataclass(frozen=True, slots=True)
class Ground:
    """What all pages are made of."""

    full: RunIndex
    """With what is taken out of ``index``; for filters of the config."""
    index: RunIndex
    shown: pa.Array
    """int32[n], the runs that are not deleted."""
    config: Config
    redactor: Redactor
    curves: CurveReader
    notices: tuple[Notice, ...]
    as_of: int | None


def make_ground(snapshot: Snapshot, config: Config, now_ms: int | None) -> Ground:
    """The index of an archive, as it may be shown.

    Args:
        now_ms: the "as of" of the report; None takes the time of the newest fact.
    """
    full = fold_snapshot(snapshot)
    redactor = make_redactor(config, full, snapshot)
    index = redact_index(full, redactor)
    points = PointReader.of(snapshot)
    curves = CurveReader(points, spans_of(snapshot), redactor.known)
    of_points = points.read_all()
    notices = {*snapshot.notices, *of_points, *hidden_problems(snapshot)}
    return Ground(
        full,
        index,
        arange(index.runs.num_rows).filter(pc.invert(index.is_deleted)),
        published_config(config, redactor),
        redactor,
        curves,
        tuple(sorted(notices)),
        now_ms if now_ms is not None else _newest(snapshot),
    )


def shown_experiments(ground: Ground) -> Iterator[ShownExperiment]:
    """The experiments that have runs to show, by name."""
    index, shown, config = ground.index, ground.shown, ground.config
    palette = make_palette(index, shown)
    folders: set[str] = set()
    charted = charted_names(config.views)
    owners = as_array(index.runs.column("experiment_id")).take(shown)
    states = index.experiments.values()
    for state in sorted(states, key=lambda state: (state.name.casefold(), state.experiment_id)):
        numbers = shown.filter(pc.equal(owners, state.experiment_id))
        if state.is_deleted or not len(numbers):
            continue
        folder = experiment_folder(state.name)
        if folder in folders:
            folder = experiment_folder(state.name, state.experiment_id)
        folders.add(folder)
        settings = config.for_experiment(state.name)
        note = settings.description or state.tags.get(NOTE_TAG, "")
        table = make_table(index, numbers, settings, folder, charted, palette)
        yield ShownExperiment(state.experiment_id, state.name, folder, note, numbers, table)


def places_of(found: Sequence[ShownExperiment]) -> Places:
    """Where each run stands: its experiment, the table of that, and its place in it."""
    return {
        number: (one.name, one.table, place)
        for one in found
        for place, number in enumerate(one.numbers.to_pylist())
    }


def _newest(snapshot: Snapshot) -> int | None:
    """The time of the newest fact, by the clock that orders facts."""
    newest = pc.max(snapshot.events.column("counter")).as_py()
    return None if newest is None else int(newest) >> 16

"""Recovery: sealing what writers left that are gone. Readers never need it; it only tidies up."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import pyarrow.compute as pc

from runreport.archive.agreement import disagreeing
from runreport.archive.artifact_logging import settle_artifacts
from runreport.archive.artifact_records import latest_artifacts
from runreport.archive.clock import boot_id, host_name
from runreport.archive.coverage import PointsOf, resolve
from runreport.archive.journal import SILENCE_MS
from runreport.archive.live import JournalPart, read_journals
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, read_purged
from runreport.archive.reading import read_segments
from runreport.archive.schema import event_table, metric_table
from runreport.archive.sealing import Seal, delete_journal, seal_journal
from runreport.archive.segment import Segment, declared_ranges, read_all_points
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError, Damaged


def seal_dead_journals(
    storage: Storage,
    *,
    now_ms: int,
    run_id: str | None = None,
    silence_ms: int = SILENCE_MS,
) -> tuple[list[Seal], list[Notice]]:
    """Seal the journals whose writers are gone.

    Args:
        run_id: only those of this run.

    Returns:
        What was sealed, and a notice for each journal that could not be.
    """
    seals: list[Seal] = []
    failures: list[Notice] = []
    dead = []
    parts = read_journals(storage, now_ms, silence_ms)[0]
    for part in parts:
        header = part.content.header
        if not part.is_alive and (run_id is None or (header and header.run_id == run_id)):
            dead.append(part)
    if not dead:
        return seals, failures
    here = (host_name(), boot_id())
    points_of = partial(read_all_points, storage)
    files = read_segments(storage)
    sealed = resolve(files.sound, points_of, {part.name: part.content.ranges for part in parts})
    purged = read_purged(storage)
    tables = [segment.events for segment in sealed.segments]
    tables += [event_table(part.content.events) for part in parts]
    latest = latest_artifacts(tables)
    recorded: dict[str, set[str]] = {}
    for owner, path in latest_artifacts(tables[: len(sealed.segments)]):
        recorded.setdefault(owner, set()).add(path)
    ended = set()
    for part in dead:
        name, header = part.name, part.content.header
        if header is not None and is_purged(header.run_id, purged):
            delete_journal(storage, name)
            continue
        if _is_contradicted(part, files.sound, points_of):
            problem = "a segment tells a fact of it differently"
            failures.append(Notice(name.path, problem, "it stays as it is"))
            continue
        is_foreign = header is None or (header.host, header.boot_id) != here
        own = recorded.get(header.run_id or "", ()) if header is not None else ()
        try:
            seals.append(
                seal_journal(storage, name, sealed=sealed, recorded=own, keep_journal=is_foreign)
            )
        except (ArchiveError, OSError) as error:
            failures.append(Notice(name.path, str(error), "it stays as it is"))
            continue
        if header is not None and header.run_id is not None and not is_foreign:
            ended.add(header.run_id)
    busy = {run for part in parts if part.is_alive for run in part.content.run_ids}
    settle_artifacts(storage, latest, ended - busy)
    return seals, failures


def _is_contradicted(part: JournalPart, segments: Sequence[Segment], points_of: PointsOf) -> bool:
    """Whether a segment that claims the journal says something else than it does."""
    writer_id = part.name.writer_id
    own = [s for s in segments if writer_id in declared_ranges(s).column(0).to_pylist()]
    if not own:
        return False
    content = part.content
    tables = {"": [event_table(content.events), metric_table(content.points)]}
    for segment in own:
        found = [segment.events]
        with suppress(Damaged, FileNotFoundError):
            found.append(points_of(segment))
        tables[segment.path] = [
            table.filter(pc.equal(table.column("writer_id"), writer_id)) for table in found
        ]
    return "" in disagreeing(tables)

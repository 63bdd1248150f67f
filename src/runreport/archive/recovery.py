"""Recovery: sealing what writers left that are gone. Readers never need it; it only tidies up."""

from __future__ import annotations

from runreport.archive.artifact_records import latest_artifacts
from runreport.archive.clock import boot_id, host_name
from runreport.archive.coverage import resolve
from runreport.archive.journal import SILENCE_MS
from runreport.archive.live import read_journals
from runreport.archive.notices import Notice
from runreport.archive.purged import is_purged, read_purged
from runreport.archive.reading import read_segments
from runreport.archive.sealing import Seal, delete_journal, seal_journal
from runreport.archive.storage import Storage
from runreport.errors import ArchiveError


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
            dead.append((part.name, header))
    if not dead:
        return seals, failures
    here = (host_name(), boot_id())
    journals = {part.name: part.content.last_seq for part in parts}
    sealed, purged = resolve(read_segments(storage).sound, journals), read_purged(storage)
    recorded: dict[str, set[str]] = {}
    for owner, path in latest_artifacts(segment.events for segment in sealed.segments):
        recorded.setdefault(owner, set()).add(path)
    for name, header in dead:
        if header is not None and is_purged(header.run_id, purged):
            delete_journal(storage, name)
            continue
        is_foreign = header is None or (header.host, header.boot_id) != here
        try:
            seals.append(
                seal_journal(
                    storage,
                    name,
                    sealed=sealed,
                    recorded=recorded.get(header.run_id or "", ()) if header is not None else (),
                    keep_journal=is_foreign,
                )
            )
        except (ArchiveError, OSError) as error:
            failures.append(Notice(name.path, str(error), "it stays as it is"))
    return seals, failures

"""The inventory: a line for each journal and fact that was begun, so that one gone is missed.

Segments and facts are told from damaged ones by their digests, but a file that was deleted leaves
no digest. ``inventory/<id>.txt`` belongs to one machine and one place of the archive, so that
copies of an archive never write to one file; each line is written by one ``write()``. It is a
witness and no more: a line that could not be written loses nothing. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from runreport.archive.clock import host_name
from runreport.archive.journal import JournalName, encode_line
from runreport.archive.layout import INVENTORY, month_of
from runreport.archive.notices import Notice
from runreport.archive.purged import hash_of
from runreport.archive.storage import LocalStorage, Storage, write_all

_LINE = re.compile(rb"(journal|fact) ([\w./-]+) ([0-9a-f]{16}) [0-9a-f]{8}")
_NAMED = 20
"""Missing files that are named one by one."""


class Entry(NamedTuple):
    """Something that an archive must hold."""

    kind: str
    """``journal`` or ``fact``."""
    name: str
    """``<writer>-<n>`` of a journal, the path of a fact."""
    owner: str
    """Begins the hash by which `archive.purged` knows the run or the fact."""

    @property
    def place(self) -> str:
        """Where it would be."""
        if self.kind == "fact":
            return self.name
        try:
            begun = month_of(int(self.name[:12], 16))
        except ValueError:
            begun = "*"
        return f"segments/{begun}/{self.name}-*"


def note_journal(storage: LocalStorage, name: JournalName, run_id: str | None) -> None:
    """Note that a journal has facts."""
    stem = f"{name.writer_id}-{name.number}"
    _note(storage, Entry("journal", stem, hash_of(run_id or name.writer_id)[:16]))


def note_fact(storage: Storage, path: str, writer_id: str) -> None:
    """Note a fact about an experiment."""
    if isinstance(storage, LocalStorage):
        _note(storage, Entry("fact", path, hash_of(writer_id)[:16]))


def _note(storage: LocalStorage, entry: Entry) -> None:
    if not storage.has_inventory:
        return
    own = hashlib.sha256(f"{host_name()}\0{storage.root}".encode(errors="replace")).hexdigest()
    with contextlib.suppress(OSError):
        storage.make_folder(INVENTORY)
        descriptor = storage.open_append(f"{INVENTORY}/{own[:16]}.txt")
        try:
            write_all(storage, descriptor, encode_line(" ".join(entry)))
        finally:
            os.close(descriptor)


def read_inventory(storage: Storage) -> tuple[set[Entry], list[Notice]]:
    """What the archive must hold, and which lines that say so are damaged.

    A line that was cut off is none: its writer died or had no space for it.
    """
    entries: set[Entry] = set()
    notices = []
    for file in storage.list(INVENTORY):
        if file.is_link or not file.path.endswith(".txt"):
            continue
        try:
            lines = storage.read(file.path).split(b"\n")
        except OSError as error:
            problem = f"it cannot be read: {error.strerror or error}"
            notices.append(Notice(file.path, problem, "what is missing may go unnoticed"))
            continue
        for number, line in enumerate(lines, start=1):
            entry = _parse(line)
            if entry is not None:
                entries.add(entry)
            elif line and (number < len(lines) or _parse(line[:-1]) is not None):
                problem = f"line {number} is not as a writer writes it"
                notices.append(Notice(file.path, problem, "what it lists may go unnoticed"))
    return entries, notices


def _parse(line: bytes) -> Entry | None:
    match = _LINE.fullmatch(line)
    if match is None or encode_line(line[:-9].decode("ascii")) != line + b"\n":
        return None
    return Entry(*(part.decode("ascii") for part in match.groups()))


def missing(entries: Iterable[Entry], present: set[str], purged: frozenset[str]) -> list[Entry]:
    """The entries of which nothing is there.

    Args:
        present: names of journals, sealed or not, and paths of facts.
        purged: hashes of what was erased on purpose.
    """
    erased = {digest[:16] for digest in purged}
    return sorted(e for e in entries if e.name not in present and e.owner not in erased)


def missing_notices(gone: list[Entry]) -> Iterator[Notice]:
    """What to say of missing entries: each by name, up to some."""
    cure = "merge an intact copy, or accept the loss: runreport archive forget"
    for entry in gone[:_NAMED]:
        since = ""
        if entry.kind == "journal" and entry.name[:12].isalnum():
            with contextlib.suppress(ValueError, OverflowError, OSError):
                moment = time.gmtime(int(entry.name[:12], 16) / 1000)
                since = f", begun {time.strftime('%Y-%m-%d %H:%M', moment)} UTC"
        what = "what a run logged" if entry.kind == "journal" else "a fact about an experiment"
        yield Notice(entry.place, f"it is missing: {what}{since}", cure)
    if len(gone) > _NAMED:
        more = len(gone) - _NAMED
        yield Notice(INVENTORY, f"it lists {more:,} more files that are missing", cure)


def forget(storage: LocalStorage, gone: Iterable[Entry]) -> int:
    """Take entries out of the inventory; returns how many lines went.

    A line that is written meanwhile may be lost, which only makes the inventory know less.

    Raises:
        WriteFailed: the archive cannot be written.
    """
    wanted = set(gone)
    count = 0
    for file in list(storage.list(INVENTORY)):
        if file.is_link:
            continue
        lines = storage.read(file.path).splitlines(keepends=True)
        kept = [line for line in lines if _parse(line.rstrip(b"\n")) not in wanted]
        if len(kept) < len(lines):
            count += len(lines) - len(kept)
            storage.put(file.path, b"".join(kept))
    return count


def unite_inventories(source: Storage, target: Storage) -> None:
    """Take in what another archive says that it must hold.

    Raises:
        WriteFailed: the target's disk refused.
    """
    for file in source.list(INVENTORY):
        if file.is_link or not file.path.endswith(".txt"):
            continue
        theirs = _lines(source, file.path)
        ours = _lines(target, file.path)
        added = theirs.keys() - ours.keys()
        if added:
            target.put(file.path, b"".join(line for line in {**ours, **theirs}))


def _lines(storage: Storage, path: str) -> dict[bytes, None]:
    """The sound lines of a list, in their order."""
    try:
        lines = storage.read(path).splitlines(keepends=True)
    except OSError:
        return {}
    return dict.fromkeys(line for line in lines if _parse(line.rstrip(b"\n")) is not None)

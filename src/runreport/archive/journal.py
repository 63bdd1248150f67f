"""The journal: JSON lines that grow by one ``write()`` per log call, each ending in its CRC-32.

Standard library only, as this is on the logging path. A journal belongs to one writer and one
run; its first line, the header, says whose it is. ``docs/archive-format.md`` shows the lines.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from typing import NamedTuple

from runreport.archive.intervals import Range, ranges_text, unite
from runreport.archive.storage import LocalStorage, Storage, StoredFile, write_all
from runreport.errors import WriteFailed

FOLDER = "live"
SILENCE_MS = 10 * 60 * 1000
"""Where a lock tells nothing, a journal silent for this long is dead."""


class Header(NamedTuple):
    """First line of a journal."""

    format: int
    writer_id: str
    number: int
    """Counts the journals of one writer, which rolls over into a segment at a size limit."""
    run_id: str | None
    experiment_id: str
    host: str
    boot_id: str
    time: int


class JournalName(NamedTuple):
    """Whose journal a file in ``live/`` is."""

    writer_id: str
    number: int

    @property
    def path(self) -> str:
        """Where the journal is in the archive."""
        return f"{FOLDER}/{self.writer_id}-{self.number}.jsonl"

    @property
    def lock_path(self) -> str:
        """The sidecar whose lock says that the writer lives."""
        return f"{FOLDER}/{self.writer_id}-{self.number}.lock"


def parse_name(path: str) -> JournalName | None:
    """The writer and number in a journal's file name; None if it is no journal."""
    stem, dot, ending = path.rpartition("/")[2].rpartition(".")
    writer_id, dash, number = stem.rpartition("-")
    if not (dot and dash and ending == "jsonl" and number.isdecimal() and writer_id.isalnum()):
        return None
    return JournalName(writer_id, int(number))


def encode_line(text: str) -> bytes:
    """One journal line: ASCII JSON text, a space, its CRC-32 in 8 hex digits, a line feed."""
    data = text.encode("ascii")
    return b"%s %08x\n" % (data, zlib.crc32(data))


class Journal:
    """An open journal: the file, its lock, and how much is in it."""

    def __init__(self, storage: LocalStorage, name: JournalName, header: Header) -> None:
        """Create the file, take its lock and write the header.

        Raises:
            WriteFailed: the archive cannot be written.
        """
        self.storage = storage
        self.name = name
        self.size_bytes = 0
        self.is_listed = False
        """Whether the archive's inventory knows of it."""
        self._lost: list[Range] = []
        """Facts whose call raised, and of which the journal does not tell yet."""
        self._torn_lines = 0
        """Half lines that such calls may have left since the last whole one."""
        self._lock: int | None = None
        try:
            storage.make_folder(FOLDER)
            # The lock comes first, so that no reader ever sees a journal of a living writer free.
            self._lock = storage.lock(name.lock_path)
            self._file = storage.create(name.path)
        except OSError as error:
            self._unlock()
            raise WriteFailed(
                f"Could not open a journal in {storage.locate(FOLDER)}: "
                f"{error.strerror or error}. Runs are logged into the archive at "
                f"{storage.root}; make it writable or name another with RUNREPORT_ARCHIVE."
            ) from error
        try:
            self.append(encode_line(json.dumps({"header": header._asdict()})))
            self._header_bytes = self.size_bytes
        except WriteFailed:
            self.close()
            with contextlib.suppress(OSError):  # so that the next try can make it anew
                storage.delete(name.path)
            raise

    @property
    def has_facts(self) -> bool:
        """Whether anything but the header was written."""
        return self.size_bytes > self._header_bytes

    def append(self, lines: bytes, facts: Range = (0, -1)) -> None:
        """Write whole lines in one call.

        Args:
            facts: the first and last number of the facts in them. Should the call fail, the next
                one that succeeds says first that these are lost, so that a half line is an
                accounted gap and no damage.

        Raises:
            WriteFailed: the system did not take them all; the facts are not in the archive.
        """
        if self._lost or self._torn_lines:
            lines = self._confession() + lines
        try:
            written = self.storage.write(self._file, lines)
            if written != len(lines):
                write_all(self.storage, self._file, lines[written:])
        except BaseException as error:
            self._lost = unite([*self._lost, facts])
            self._torn_lines += 1
            if not isinstance(error, OSError):  # Ctrl-C: all, some or nothing may be written
                raise
            raise WriteFailed(
                f"Could not log to {self.storage.locate(self.name.path)}: "
                f"{error.strerror or error}. This call's facts are lost, earlier ones are safe; "
                "free some space and log them again."
            ) from error
        if self._torn_lines:
            self._lost, self._torn_lines = [], 0
        self.size_bytes += len(lines)

    def _confession(self) -> bytes:
        """The end of a half line, and a line that tells what its writer knows to be lost."""
        told = {"lost": ranges_text(self._lost), "torn": self._torn_lines}
        return b"\n" + encode_line(json.dumps(told))

    def sync(self) -> None:
        """Return when everything appended is on the disk.

        Raises:
            WriteFailed: the disk could not confirm it.
        """
        try:
            self.storage.sync(self._file)
        except OSError as error:
            failure = WriteFailed(
                f"Could not sync {self.storage.locate(self.name.path)}: {error.strerror or error}."
            )
            failure.is_written = True
            raise failure from error

    def close(self) -> None:
        """Let go of file and lock; the journal stays for the next seal."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def list_journals(storage: Storage) -> list[tuple[JournalName, StoredFile]]:
    """The journals in the archive, sorted by file name."""
    named = ((parse_name(file.path), file) for file in storage.list(FOLDER) if not file.is_link)
    return [(name, file) for name, file in named if name is not None]

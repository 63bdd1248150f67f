"""The spool: the journals and segments of a remote archive until they are uploaded.

A remote store cannot append, so a run logs into a folder of this machine that is laid out like an
archive. Segments go up when a run ends and at an interval, the metrics file first, and are deleted
here only then. What a killed process leaves goes up with the next one that opens the archive.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import threading
import warnings

from runreport.archive.clock import boot_id, host_name, wall_ms
from runreport.archive.journal import Header, JournalName, encode_line
from runreport.archive.layout import FORMAT, SEGMENTS
from runreport.archive.storage import LocalStorage, Storage
from runreport.archive.writer import Writer, open_writers
from runreport.errors import InvalidValue

FOLDER_VARIABLE = "RUNREPORT_SPOOL"
SECONDS_VARIABLE = "RUNREPORT_UPLOAD_SECONDS"
DEFAULT_SECONDS = 60.0
MAX_SECONDS = 300.0
"""Half the silence after which a reader takes a run for dead."""


def spool_folder(uri: str) -> str:
    """Where this machine keeps what is not uploaded yet to an archive."""
    base = os.environ.get(FOLDER_VARIABLE)
    if not base:
        state = os.environ.get("XDG_STATE_HOME") or os.path.join("~", ".local", "state")
        base = os.path.join(os.path.expanduser(state), "runreport", "spool")
    return os.path.join(os.path.abspath(base), hashlib.sha256(uri.encode()).hexdigest()[:16])


def upload_seconds() -> float:
    """The interval of uploads.

    Raises:
        InvalidValue: the environment variable is no number from 1 to 300.
    """
    text = os.environ.get(SECONDS_VARIABLE, "")
    try:
        seconds = float(text) if text else DEFAULT_SECONDS
    except ValueError:
        seconds = 0.0
    if not 1 <= seconds <= MAX_SECONDS:
        raise InvalidValue(
            f"{SECONDS_VARIABLE} is {text!r}; it must be a number of seconds from 1 to "
            f"{MAX_SECONDS:.0f}."
        )
    return seconds


class Spool:
    """What this process logs to one remote archive."""

    def __init__(self, target: Storage) -> None:
        self.target = target
        self.storage = LocalStorage(spool_folder(target.identity))
        self.storage.has_inventory = False
        self.seconds = upload_seconds()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._beating: set[str] = set()
        self._warned = False
        self.is_behind = False
        """Whether what this process logged is still here, since the last upload failed."""

    def start(self) -> None:
        """Upload at an interval from now on, in a thread of this process."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._stopped = threading.Event()  # a forked child has neither thread nor a sound event
        self._thread = threading.Thread(target=self._work, name="runreport upload", daemon=True)
        self._thread.start()
        atexit.register(self.stop)  # before the runs are ended, which uploads the rest

    def _work(self) -> None:
        while not self._stopped.wait(self.seconds):
            self._flush_or_warn()

    def _flush_or_warn(self) -> None:
        """What fails is tried again the next time; the first failure warns."""
        try:
            self.flush()
            self._warned = False
        except Exception as error:
            if not self._warned:
                warnings.warn(
                    f"Could not upload to {self.target.root}: {error} What was logged is safe in "
                    f"{self.storage.root}; the upload is tried again.",
                    stacklevel=2,
                )
            self._warned = True

    def flush(self) -> None:
        """Upload all that this process has logged until now.

        Raises:
            WriteFailed: the store refused; it all stays here.
        """
        for writer in self._writers():
            self._beat(writer)
            writer.roll_over()
        self.upload()

    def upload(self) -> None:
        """Upload the segments that lie here, and delete them.

        Raises:
            WriteFailed: the store refused; what is not uploaded stays here.
        """
        self.is_behind = True
        self._upload()
        self.is_behind = False

    def _upload(self) -> None:
        from runreport.archive.compaction import delete_segments
        from runreport.archive.maintenance import exclusive
        from runreport.archive.purged import read_purged, without_purged
        from runreport.archive.reading import read_segments

        if next(self.storage.list(SEGMENTS), None) is None:
            return
        with exclusive(self.storage):  # several processes may share the spool
            purged = read_purged(self.target)
            waiting = read_segments(self.storage).sound
            for place, segment in enumerate(waiting):
                if without_purged(segment.events, purged).num_rows:
                    # One without its metrics file went up before its deletion was cut short.
                    paths = (segment.metrics_path if segment.is_whole else None, segment.path)
                    for path in paths:
                        if path is not None:
                            self.target.put(path, self.storage.read(path))
                delete_segments(self.storage, [segment], waiting[place:])

    def recover(self) -> None:
        """Upload what processes left that are gone."""
        from runreport.archive.recovery import seal_dead_journals

        if self.storage.exists(""):
            seal_dead_journals(self.storage, now_ms=wall_ms())
            self.upload()

    def close(self, writer: Writer) -> None:
        """Take a writer's sign of life back, after its last upload."""
        if writer.writer_id in self._beating:
            self._beating.discard(writer.writer_id)
            self.target.delete(JournalName(writer.writer_id, 0).path)

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _writers(self) -> list[Writer]:
        """Those that are at work: that have a journal."""
        return [
            writer
            for writer in open_writers()
            if writer.storage is self.storage and writer.journal_name is not None
        ]

    def _beat(self, writer: Writer) -> None:
        """Tell readers that a writer lives: a journal that is nothing but its header."""
        header = Header(
            FORMAT,
            writer.writer_id,
            0,
            writer.run_id,
            writer.experiment_id,
            host_name(),
            boot_id(),
            wall_ms(),
        )
        name = JournalName(writer.writer_id, 0)
        self._beating.add(writer.writer_id)
        self.target.put(name.path, encode_line(json.dumps({"header": header._asdict()})))

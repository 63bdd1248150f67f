"""One archive as the logging API sees it: experiments, runs and who may write to them.

Creating and finding experiments and writing runs needs only the standard library. Whatever reads
runs back imports the query layer when it is called: the second sanctioned lazy import.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runreport.archive.clock import wall_ms
from runreport.archive.directory import locate_archive, open_archive
from runreport.archive.layout import ARCHIVE_FILE
from runreport.archive.storage import LocalStorage, Storage
from runreport.archive.tidying import compact_after, is_due, tidy
from runreport.archive.writer import Durability, Writer
from runreport.entities import Metric, Run, ViewType
from runreport.errors import InvalidState, InvalidValue, RunreportError
from runreport.tracking import validation
from runreport.tracking.experiment_store import ExperimentStore

if TYPE_CHECKING:
    from runreport.archive.spool import Spool
    from runreport.query.index import RunIndex
    from runreport.query.registry import Registry
    from runreport.query.search import Found
    from runreport.tracking.registrar import Registrar


class Store(ExperimentStore):
    """Reads and writes one archive."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self.spool: Spool | None = None
        """What is to be uploaded, when the archive is remote."""
        if isinstance(storage, LocalStorage):
            self.journals = storage
        else:
            from runreport.archive.spool import Spool

            self.spool = Spool(storage)
            self.journals = self.spool.storage
        self.durability: Durability = _chosen("RUNREPORT_DURABILITY", ("process", "fsync"))
        """``fsync``: each call returns when its facts are on the disk, safe from power loss."""
        self.compact_after = compact_after()
        """Small segments of a month from which on a seal puts some together; 0 for never."""
        self.tag_policy: validation.TagPolicy = _chosen(
            "RUNREPORT_TAG_POLICY", ("mlflow", "fabric")
        )

    # -- runs --------------------------------------------------------------------------------

    def new_writer(self, experiment_id: str, run_id: str | None, *, counter: int = 0) -> Writer:
        """A writer for one run, or for what belongs to none."""
        if self.spool is not None:
            self.spool.start()
        return Writer(
            self.journals, experiment_id, run_id, durability=self.durability, counter=counter
        )

    def load_index(self) -> RunIndex:
        """The run index of the archive as it is now."""
        from runreport.query.search import load_index

        if self.spool is not None:
            self.spool.flush()
        return load_index(self.storage)

    def get_run(self, run_id: str) -> Run:
        """One run, with what was logged to it until now.

        Raises:
            NotFound: there is none.
        """
        from runreport.query.search import get_run

        return get_run(self.load_index(), run_id, self.artifact_root)

    def writable_run(self, run_id: str, *, allow_deleted: bool = False) -> tuple[Run, int]:
        """A run that may be logged to, and its greatest counter.

        Args:
            allow_deleted: a deleted one too, to restore it.

        Raises:
            NotFound: there is none.
            InvalidState: it, or its experiment, is deleted.
        """
        from runreport.query.search import get_run

        index = self.load_index()
        run = get_run(index, run_id, self.artifact_root)
        experiment = index.experiments.get(run.info.experiment_id)
        if experiment is not None and experiment.is_deleted and not allow_deleted:
            raise InvalidState(
                f"Run {run_id!r} belongs to the deleted experiment {experiment.name!r} and takes "
                "no more facts. Restore it first: runreport experiments restore "
                f"{run.info.experiment_id}"
            )
        if run.info.lifecycle_stage == "deleted" and not allow_deleted:
            raise InvalidState(
                f"Run {run_id!r} is deleted and takes no more facts. Restore it first: "
                f"runreport runs restore {run_id}"
            )
        return run, index.counter_of(run_id)

    @contextmanager
    def short_writer(self, run_id: str, *, allow_deleted: bool = False) -> Iterator[Writer]:
        """A writer for a few facts about a run that is not active; sealed at the end.

        Raises:
            NotFound, InvalidState: see `writable_run`.
        """
        run, counter = self.writable_run(run_id, allow_deleted=allow_deleted)
        writer = self.new_writer(run.info.experiment_id, run_id, counter=counter)
        try:
            yield writer
        finally:
            self.seal(writer)

    def move_run(self, run_id: str, stage: str) -> None:
        """Delete (``deleted``) or restore (``active``) a run; its facts stay.

        Raises:
            NotFound: there is none.
        """
        with self.short_writer(run_id, allow_deleted=True) as writer:
            writer.log_event("lifecycle", "run", stage)

    def end(self, writer: Writer, status: str, *, time_ms: int | None = None) -> None:
        """Write a run's last status and seal what its writer wrote."""
        writer.log_event("status", None, status, time_ms=time_ms)
        self.seal(writer)

    def seal(self, writer: Writer, *, is_final: bool = True) -> None:
        """Close a writer and seal its journal, and those that its forked children left; upload
        them when the archive is remote.

        Args:
            is_final: the run may have ended; files that another tool left beside it are recorded.

        What fails warns: the facts are safe in the journal or in the spool.
        """
        try:
            name = writer.finish()
            if name is None:
                return
            from runreport.archive.sealing import seal_journal

            seal = seal_journal(writer.storage, name, is_final=is_final)
            if writer.forked and writer.run_id is not None:
                from runreport.archive.recovery import seal_dead_journals

                seal_dead_journals(writer.storage, run_id=writer.run_id, now_ms=wall_ms())
            if self.spool is not None:
                self.spool.upload()
                self.spool.close(writer)
        except (RunreportError, OSError, ImportError) as error:
            import warnings

            place = writer.storage.root if self.spool is not None else "the archive"
            warnings.warn(
                f"Could not seal the run's journal: {error} Its facts stay in {place}; "
                "`runreport archive seal` tries again.",
                stacklevel=3,
            )
            return
        if seal.segment is not None and self.spool is None and is_due(name.writer_id):
            self._tidy(seal.segment.split("/")[1])

    def _tidy(self, month: str) -> None:
        """Put small segments together where there are many; what fails is left to a compaction."""
        try:
            tidy(self.storage, month, self.compact_after)
        except (RunreportError, OSError, ValueError) as error:
            import warnings

            warnings.warn(
                f"Could not put small segments together: {error} Nothing is lost; "
                "`runreport archive compact` tries again.",
                stacklevel=4,
            )

    def search(
        self,
        experiment_ids: Sequence[str] | None,
        filter_string: str = "",
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int = 100_000,
        order_by: Sequence[str] | None = None,
        *,
        offset: int = 0,
        strict: bool = False,
    ) -> Found:
        """The runs that MLflow's words ask for.

        Raises:
            InvalidFilter: the filter or an ordering cannot be understood.
            InvalidValue: another of the words is not allowed.
        """
        from runreport.query import search

        query = search.make_query(
            experiment_ids, filter_string, view_type, max_results, order_by,
            offset=offset, strict=strict, index=self.load_index,
        )  # fmt: skip
        return search.find_runs(self.load_index(), query, self.artifact_root)

    def metric_history(self, run_id: str, key: str) -> list[Metric]:
        """Every point of a metric of a run, by step, time and the order of logging."""
        from runreport.query.points import metric_history

        if self.spool is not None:
            self.spool.flush()
        return metric_history(self.storage, run_id, key)

    def registry(self) -> Registry:
        """The registered models and their versions, for all who ask: nobody's to change."""
        return self.load_index().registry

    def registrar(self) -> Registrar:
        """What changes them."""
        from runreport.tracking.registrar import Registrar

        return Registrar(self)


@lru_cache(maxsize=16)
def _open(location: str, _process: int) -> Store:
    compact_after()  # a setting that is wrong is told before a folder is made
    store = Store(open_archive(location, create=True))
    _opened.add(store)
    if store.spool is not None:
        store.spool.recover()
    return store


def stores_behind() -> list[Store]:
    """The stores of this process whose last upload failed."""
    return [store for store in _opened if store.spool is not None and store.spool.is_behind]


_opened: weakref.WeakSet[Store] = weakref.WeakSet()


def open_store(location: str | os.PathLike[str] | None = None) -> Store:
    """The store of an archive, made if missing; one object a location and process.

    Raises:
        ArchiveError, WriteFailed: see `open_archive`.
    """
    place = locate_archive(location)
    store = _open(place, os.getpid())
    if store.storage.is_local and not store.storage.exists(
        ARCHIVE_FILE
    ):  # the folder was deleted under a living process
        _open.cache_clear()
        store = _open(place, os.getpid())
    return store


def _chosen(variable: str, allowed: tuple[Any, ...]) -> Any:
    """The value of an environment variable that has a few; the first is the default.

    Raises:
        InvalidValue: it has another one.
    """
    value = os.environ.get(variable) or allowed[0]
    if value not in allowed:
        raise InvalidValue(f"{variable} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value

"""One archive as the logging API sees it: experiments, runs and who may write to them.

Creating and finding experiments and writing runs needs only the standard library. Whatever reads
runs back imports the query layer when it is called: the second sanctioned lazy import.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from runreport.archive.clock import wall_ms
from runreport.archive.directory import locate_archive, open_archive
from runreport.archive.facts import (
    DEFAULT_ID,
    ExperimentState,
    derive_id,
    fold_experiments,
    read_facts,
    write_fact,
)
from runreport.archive.layout import ARCHIVE_FILE, ARTIFACTS, EXPERIMENTS
from runreport.archive.storage import Storage
from runreport.archive.writer import Durability, Writer
from runreport.entities import Experiment, Run, ViewType
from runreport.errors import AlreadyExists, InvalidState, InvalidValue, NotFound, RunreportError
from runreport.tracking import validation

if TYPE_CHECKING:
    from runreport.query.index import RunIndex


class Store:
    """Reads and writes one archive."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.durability: Durability = _chosen("RUNREPORT_DURABILITY", ("process", "fsync"))
        """``fsync``: each call returns when its facts are on the disk, safe from power loss."""
        self.tag_policy: validation.TagPolicy = _chosen(
            "RUNREPORT_TAG_POLICY", ("mlflow", "fabric")
        )

    @property
    def artifact_root(self) -> str:
        """The URI below which every run has its artifact folder."""
        return f"file://{self.storage.locate(ARTIFACTS)}"

    # -- experiments -------------------------------------------------------------------------

    def experiment_states(self) -> dict[str, ExperimentState]:
        """All experiments by id, deleted ones too, "Default" always among them."""
        return fold_experiments(read_facts(self.storage)[0])

    def find_experiment(self, name: str) -> ExperimentState | None:
        """The experiment of a name; None if there is none."""
        states = self.experiment_states().values()
        return next((state for state in states if state.name == name), None)

    def experiment_state(self, experiment_id: str) -> ExperimentState:
        """The experiment of an id.

        Raises:
            NotFound: there is none.
        """
        state = self.experiment_states().get(str(experiment_id))
        if state is None or not state.name:
            raise NotFound(
                f"There is no experiment with id {experiment_id!r} in {self.storage.root}. "
                "`runreport experiments list` shows the ids."
            )
        return state

    def experiment(self, state: ExperimentState) -> Experiment:
        """An experiment as callers see it."""
        return Experiment(
            experiment_id=state.experiment_id,
            name=state.name,
            artifact_location=self.artifact_root,
            lifecycle_stage="deleted" if state.is_deleted else "active",
            tags=dict(state.tags),
            creation_time=state.created_ms,
            last_update_time=state.updated_ms,
        )

    def create_experiment(self, name: str, tags: Mapping[str, object] | None = None) -> str:
        """Make an experiment and return its id.

        Raises:
            InvalidValue: the name or a tag is not allowed.
            AlreadyExists: an experiment, maybe a deleted one, has the name.
        """
        validation.check_experiment_name(name)
        texts = {
            validation.check_key("Experiment tag", key): validation.experiment_tag_text(key, value)
            for key, value in (tags or {}).items()
        }
        states = self.experiment_states()
        holder = next((state for state in states.values() if state.name == name), None)
        if holder is not None:
            hint = "It is deleted; restore it or choose" if holder.is_deleted else "Choose"
            raise AlreadyExists(
                f"Experiment {name!r} exists already with id {holder.experiment_id}. "
                f"{hint} another name."
            )
        experiment_id = derive_id(name, states)
        self.storage.make_folder(f"{EXPERIMENTS}/{experiment_id}")
        fact = write_fact(self.storage, experiment_id, "experiment", "name", name)
        for key, text in texts.items():
            fact = write_fact(self.storage, experiment_id, "tag", key, text, after=fact.counter)
        return experiment_id

    def set_experiment_tags(self, experiment_id: str, tags: Mapping[str, object | None]) -> None:
        """Set tags of an experiment; None removes one.

        Raises:
            NotFound, InvalidValue: no such experiment, or a tag is not allowed.
        """
        state = self.experiment_state(experiment_id)
        texts = {
            validation.check_key("Experiment tag", key): (
                None if value is None else validation.experiment_tag_text(key, value)
            )
            for key, value in tags.items()
        }
        after = state.counter
        for key, text in texts.items():
            fact = write_fact(self.storage, state.experiment_id, "tag", key, text, after=after)
            after = fact.counter

    def move_experiment(self, experiment_id: str, stage: str) -> None:
        """Delete (``deleted``) or restore (``active``) an experiment.

        Raises:
            NotFound: there is none.
            InvalidState: it is in that stage already, or it is "Default".
        """
        state = self.experiment_state(experiment_id)
        if state.experiment_id == DEFAULT_ID and stage == "deleted":
            raise InvalidState('Experiment "Default" (id 0) always exists; it cannot be deleted.')
        if state.is_deleted == (stage == "deleted"):
            raise InvalidState(f"Experiment {state.name!r} is {stage} already.")
        write_fact(
            self.storage,
            state.experiment_id,
            "lifecycle",
            "experiment",
            stage,
            after=state.counter,
        )

    def rename_experiment(self, experiment_id: str, name: str) -> None:
        """Give an experiment another name; its id stays.

        Raises:
            NotFound, InvalidValue, AlreadyExists: as for creating one.
        """
        state = self.experiment_state(experiment_id)
        validation.check_experiment_name(name)
        holder = self.find_experiment(name)
        if holder is not None and holder.experiment_id != state.experiment_id:
            raise AlreadyExists(f"Experiment {name!r} exists already; choose another name.")
        write_fact(
            self.storage, state.experiment_id, "experiment", "name", name, after=state.counter
        )

    # -- runs --------------------------------------------------------------------------------

    def new_writer(self, experiment_id: str, run_id: str, *, counter: int = 0) -> Writer:
        """A writer for one run."""
        return Writer(
            self.storage, experiment_id, run_id, durability=self.durability, counter=counter
        )

    def load_index(self) -> RunIndex:
        """The run index of the archive as it is now."""
        from runreport.query.search import load_index

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
        number = index.number_of(run_id)
        return run, int(index.runs.column("counter")[number].as_py())

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
            seal_writer(writer)

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
        seal_writer(writer)

    def search(
        self,
        experiment_ids: list[str] | None,
        filter_string: str,
        view_type: int,
        max_results: int,
        order_by: list[str] | None,
        output_format: str,
    ) -> object:
        """Runs as a list, a pandas DataFrame or an Arrow table."""
        from runreport.query import search

        query = search.make_query(experiment_ids, filter_string, view_type, max_results, order_by)
        index = self.load_index()
        numbers = search.find_runs(index, query, self.artifact_root)
        make = {
            "pandas": search.make_frame,
            "list": search.make_runs,
            "arrow": search.make_table,
        }.get(output_format)
        if make is None:
            raise InvalidValue(
                f"output_format is {output_format!r}; use 'pandas', 'list' or 'arrow'."
            )
        return make(index, numbers, self.artifact_root)

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        max_results: int | None = None,
        filter_string: str | None = None,
        order_by: list[str] | None = None,
    ) -> list[Experiment]:
        """Experiments that the words ask for, last updated first."""
        from runreport.query.search import find_experiments

        return find_experiments(
            [self.experiment(state) for state in self.experiment_states().values() if state.name],
            view_type=view_type,
            max_results=max_results,
            filter_string=filter_string,
            order_by=order_by,
        )


def seal_writer(writer: Writer) -> None:
    """Close a writer and seal its journal, and those that its forked children left.

    A seal that fails warns: the facts are safe in the journal.
    """
    try:
        name = writer.finish()
        if name is None:
            return
        from runreport.archive.sealing import seal_journal

        seal_journal(writer.storage, name)
        if writer.forked and writer.run_id is not None:
            from runreport.archive.recovery import seal_dead_journals

            seal_dead_journals(writer.storage, run_id=writer.run_id, now_ms=wall_ms())
    except (RunreportError, OSError, ImportError) as error:
        import warnings

        warnings.warn(
            f"Could not seal the run's journal: {error} Its facts stay in "
            f"{writer.storage.locate('live')}; `runreport archive seal` tries again.",
            stacklevel=2,
        )


@lru_cache(maxsize=16)
def _open(location: str, _process: int) -> Store:
    return Store(open_archive(location, create=True))


def open_store(location: str | os.PathLike[str] | None = None) -> Store:
    """The store of an archive, made if missing; one object a location and process.

    Raises:
        ArchiveError, WriteFailed: see `open_archive`.
    """
    place = locate_archive(location)
    store = _open(place, os.getpid())
    if not store.storage.exists(ARCHIVE_FILE):  # the folder was deleted under a living process
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

"""The experiments of one archive, as the logging API sees them: standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runreport.archive.facts import (
    DEFAULT_ID,
    ExperimentState,
    derive_id,
    fold_experiments,
    read_facts,
    write_fact,
)
from runreport.archive.layout import ARTIFACTS, EXPERIMENTS
from runreport.archive.purged import is_purged, read_purged
from runreport.archive.storage import Storage
from runreport.entities import Experiment, ViewType
from runreport.errors import AlreadyExists, InvalidState, NotFound
from runreport.tracking import validation


class ExperimentStore:
    """Reads and writes the experiments of one archive."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    @property
    def artifact_root(self) -> str:
        """The URI below which every run has its artifact folder."""
        return f"{self.storage.uri}/{ARTIFACTS}"

    def experiment_states(self) -> dict[str, ExperimentState]:
        """All experiments by id, deleted ones too, "Default" always among them."""
        purged = read_purged(self.storage)
        facts = read_facts(self.storage)[0]
        return fold_experiments(fact for fact in facts if not is_purged(fact.writer_id, purged))

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

    def find_or_create_experiment(self, name: str) -> ExperimentState:
        """The experiment of a name, made if there is none.

        Raises:
            InvalidValue: the name is not allowed.
        """
        found = self.find_experiment(name)
        if found is None:
            try:
                return self.experiment_state(self.create_experiment(name))
            except AlreadyExists:  # another process has just made it
                found = self.find_experiment(name)
        assert found is not None
        return found

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

    def search_experiments(
        self,
        view_type: int = ViewType.ACTIVE_ONLY,
        filter_string: str | None = None,
        order_by: Sequence[str] | None = None,
        *,
        strict: bool = False,
    ) -> list[Experiment]:
        """Experiments that the words ask for, last updated first.

        Raises:
            InvalidFilter: the filter or an ordering is not allowed.
        """
        from runreport.query.listing import find_experiments

        return find_experiments(
            [self.experiment(state) for state in self.experiment_states().values() if state.name],
            view_type=view_type,
            filter_string=filter_string,
            order_by=order_by,
            strict=strict,
        )

"""The fluent calls about the archive in use and its experiments, as MLflow has them."""

from __future__ import annotations

import os
from collections.abc import Mapping

from runreport.archive.directory import is_remote, locate_archive, naming_variable
from runreport.archive.facts import DEFAULT_ID
from runreport.archive.file_uris import path_to_uri
from runreport.entities import Experiment, ViewType
from runreport.errors import InvalidValue
from runreport.tracking import active, paging, validation


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Log into this archive from now on: a path, ``file:///path`` or ``runreport:///path``, or the
    URI of an object store. Processes that this one starts log there, too.

    Args:
        uri: empty for the archive that the environment names.

    Raises:
        InvalidValue: it names no folder of this machine.
    """
    active.choose_archive(locate_archive(uri) if os.fspath(uri) else None)


def get_tracking_uri() -> str:
    """The archive in use, as a ``file://`` URI or that of its object store."""
    place = locate_archive(active.location)
    return place if is_remote(place) else path_to_uri(place)


def is_tracking_uri_set() -> bool:
    """Whether the archive was named by a call or the environment."""
    return active.location is not None or naming_variable() is not None


def set_experiment(
    experiment_name: str | None = None,
    experiment_id: str | None = None,
    trace_location: object = None,
) -> Experiment:
    """Make an experiment the active one; a name that does not exist yet is created.

    Raises:
        InvalidValue: not exactly one of name and id, or the experiment is deleted.
        NotFound: there is no experiment of this id.
    """
    del trace_location  # traces are not part of an archive
    if (experiment_name is None) == (experiment_id is None):
        raise InvalidValue("set_experiment needs a name or an id, and not both.")
    store = active.store()
    if experiment_id is not None:
        state = store.experiment_state(str(experiment_id))
    else:
        name = validation.check_experiment_name(experiment_name)
        state = store.find_or_create_experiment(name)
    if state.is_deleted:
        raise InvalidValue(
            f"Experiment {state.name!r} is deleted. Restore it with "
            f"restore_experiment({state.experiment_id!r}) or choose another name."
        )
    active.experiment = active.Chosen(store, state.experiment_id, experiment_name)
    os.environ["MLFLOW_EXPERIMENT_ID"] = state.experiment_id  # for subprocesses, as MLflow does
    return store.experiment(state)


def create_experiment(
    name: str,
    artifact_location: str | None = None,
    tags: Mapping[str, object] | None = None,
    trace_location: object = None,
) -> str:
    """Make an experiment and return its id.

    Raises:
        AlreadyExists: the name is taken, maybe by a deleted experiment.
        InvalidValue: a name or tag is not allowed, or an artifact location is asked for.
    """
    del trace_location
    if artifact_location is not None:
        raise InvalidValue(
            f"artifact_location={artifact_location!r} is not supported: artifacts always lie in "
            "the archive, so that it can be moved as one folder. Leave the argument out."
        )
    return active.store().create_experiment(name, tags)


def get_experiment(experiment_id: str) -> Experiment:
    """The experiment of an id.

    Raises:
        NotFound: there is none.
    """
    store = active.store()
    return store.experiment(store.experiment_state(str(experiment_id)))


def get_experiment_by_name(name: str) -> Experiment | None:
    """The experiment of a name, deleted or not; None if there is none."""
    store = active.store()
    state = store.find_experiment(name)
    return None if state is None else store.experiment(state)


def search_experiments(
    view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int | None = None,
    filter_string: str | None = None,
    order_by: list[str] | None = None,
    *,
    mlflow_strict: bool = False,
) -> list[Experiment]:
    """Experiments, last updated first.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
    """
    found = active.store().search_experiments(
        view_type, filter_string, order_by, strict=mlflow_strict
    )
    return paging.first_of(found, max_results)


def delete_experiment(experiment_id: str) -> None:
    """Hide an experiment and its runs; nothing is erased."""
    active.store().move_experiment(str(experiment_id), "deleted")


def restore_experiment(experiment_id: str) -> None:
    """Show a deleted experiment and its runs again."""
    active.store().move_experiment(str(experiment_id), "active")


def set_experiment_tag(key: str, value: object) -> None:
    """Set a tag of the active experiment."""
    set_experiment_tags({key: value})


def set_experiment_tags(tags: Mapping[str, object]) -> None:
    """Set tags of the active experiment."""
    active.store().set_experiment_tags(current_experiment(), tags)


def delete_experiment_tag(key: str) -> None:
    """Remove a tag of the active experiment."""
    active.store().set_experiment_tags(current_experiment(), {key: None})


def current_experiment(*, is_asked: bool = False) -> str:
    """The active experiment: set_experiment, then the environment, then Default.

    One that was set by name is meant in every archive that is chosen afterwards, and made there.

    Args:
        is_asked: nothing is logged, so that nothing is made.
    """
    chosen = active.experiment
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") if chosen is None else chosen.name
    if name and (chosen is None or chosen.store is not active.store()):
        return _id_of(name, is_asked=is_asked)
    if chosen is not None:
        return chosen.experiment_id
    return os.environ.get("MLFLOW_EXPERIMENT_ID") or DEFAULT_ID


def _id_of(name: str, *, is_asked: bool) -> str:
    store = active.store()
    if not is_asked:
        return store.find_or_create_experiment(name).experiment_id
    found = store.find_experiment(name)
    return "" if found is None else found.experiment_id  # no experiment has this id

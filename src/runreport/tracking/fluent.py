"""The fluent calls: experiments, runs, params, metrics and tags, with MLflow's names and defaults.

``MLFLOW_API`` semantics throughout: params are immutable, tags are not, a metric's value is the
one greatest by (step, timestamp, value). What differs is listed in ``docs/mlflow.md``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runreport.archive.clock import new_run_id, wall_ms
from runreport.archive.directory import locate_archive
from runreport.archive.facts import DEFAULT_ID
from runreport.entities import Experiment, Run, RunData, RunInfo, RunStatus, ViewType
from runreport.errors import InvalidState, InvalidValue, RunreportError
from runreport.tracking import active, validation
from runreport.tracking.active import ActiveRun, Session
from runreport.tracking.environment import capture_environment
from runreport.tracking.names import random_name

NAME_TAG = "mlflow.runName"
NOTE_TAG = "mlflow.note.content"
PARENT_TAG = "mlflow.parentRunId"


# -- where ----------------------------------------------------------------------------------


def set_tracking_uri(uri: str | os.PathLike[str]) -> None:
    """Log into this archive from now on: a path, ``file:///path`` or ``runreport:///path``.

    Raises:
        InvalidValue: it names no folder of this machine.
    """
    active.location = locate_archive(uri) if os.fspath(uri) else None


def get_tracking_uri() -> str:
    """The archive in use, as a ``file://`` URI."""
    return f"file://{locate_archive(active.location)}"


def is_tracking_uri_set() -> bool:
    """Whether the archive was named by a call or the environment."""
    variables = ("RUNREPORT_ARCHIVE", "MLFLOW_TRACKING_URI")
    return active.location is not None or any(os.environ.get(name) for name in variables)


# -- experiments ----------------------------------------------------------------------------


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
        found = store.find_experiment(name)
        state = found or store.experiment_state(store.create_experiment(name))
    if state.is_deleted:
        raise InvalidValue(
            f"Experiment {state.name!r} is deleted. Restore it with "
            f"restore_experiment({state.experiment_id!r}) or choose another name."
        )
    active.experiment_id = state.experiment_id
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
) -> list[Experiment]:
    """Experiments, last updated first.

    Raises:
        InvalidValue: the filter or ordering is not of MLflow's grammar.
    """
    return active.store().search_experiments(view_type, max_results, filter_string, order_by)


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
    active.store().set_experiment_tags(_current_experiment(), tags)


def delete_experiment_tag(key: str) -> None:
    """Remove a tag of the active experiment."""
    active.store().set_experiment_tags(_current_experiment(), {key: None})


# -- runs -----------------------------------------------------------------------------------


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Mapping[str, object] | None = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,
) -> ActiveRun:
    """Start a run, or resume one by its id, and make it the active one.

    Raises:
        Exception: a run is active and ``nested`` is not set (the class MLflow raises, too).
        NotFound: no run or experiment of this id.
        InvalidState: the run to resume is deleted.
        InvalidValue: a tag, or the combination of arguments, is not allowed.
        WriteFailed: the archive cannot be written.
    """
    del log_system_metrics
    parent = active.top()
    if parent is not None and not nested:
        raise RunreportError(
            f"Run with UUID {parent.info.run_id} is already active. To start a new run, first "
            "end the current one with end_run(). To start a nested run, call start_run with "
            "nested=True",
            "INVALID_STATE",
        )
    run_id = run_id or os.environ.pop("MLFLOW_RUN_ID", None)
    texts = {
        validation.check_key("Tag", key): validation.tag_text(key, value, _policy())
        for key, value in (tags or {}).items()
    }
    if description is not None:
        if NOTE_TAG in texts:
            raise InvalidValue(f"Give the description or the tag {NOTE_TAG!r}, not both.")
        texts[NOTE_TAG] = validation.tag_text(NOTE_TAG, description)
    if run_id is not None:
        if run_name is not None:
            texts[NAME_TAG] = run_name
        return _resume(run_id, texts)
    if run_name and texts.get(NAME_TAG, run_name) != run_name:
        raise InvalidValue(
            f"run_name is {run_name!r} and tag {NAME_TAG!r} is {texts[NAME_TAG]!r}; "
            "give one of them."
        )
    if parent is not None and parent_run_id not in (None, parent.info.run_id):
        raise InvalidValue(
            f"parent_run_id is {parent_run_id!r}, but the active run is {parent.info.run_id!r}."
        )
    owner = parent.info.run_id if parent is not None else parent_run_id
    if owner is not None:
        texts[PARENT_TAG] = owner
    texts[NAME_TAG] = run_name or texts.get(NAME_TAG) or random_name()
    return _start(experiment_id or _current_experiment(), texts)


def end_run(status: str = "FINISHED") -> None:
    """End the active run; without one this does nothing.

    Raises:
        InvalidValue: there is no such status.
    """
    if status not in RunStatus.ALL:
        raise InvalidValue(
            f"Run status {status!r} is not allowed; use one of {', '.join(RunStatus.ALL)}."
        )
    run = active.top()
    if run is not None:
        active.stop_run(run, status)
    os.environ.pop("MLFLOW_RUN_ID", None)


def active_run() -> ActiveRun | None:
    """The innermost active run of this thread."""
    return active.top()


def last_active_run() -> Run | None:
    """The run that is or was active last in this thread, with what was logged to it."""
    run_id = active.last_run_id()
    return None if run_id is None else get_run(run_id)


def get_run(run_id: str) -> Run:
    """A run with what was logged to it until now.

    Raises:
        NotFound: there is none.
    """
    return active.store().get_run(run_id)


def get_parent_run(run_id: str) -> Run | None:
    """The run that a nested run belongs to; None if it is not nested."""
    parent = get_run(run_id).data.tags.get(PARENT_TAG)
    return None if parent is None else get_run(parent)


def delete_run(run_id: str) -> None:
    """Hide a run; nothing is erased."""
    active.store().move_run(run_id, "deleted")


def restore_run(run_id: str) -> None:
    """Show a deleted run again."""
    active.store().move_run(run_id, "active")


def search_runs(
    experiment_ids: Sequence[str] | str | int | None = None,
    filter_string: str = "",
    run_view_type: int = ViewType.ACTIVE_ONLY,
    max_results: int = 100_000,
    order_by: list[str] | None = None,
    output_format: str = "pandas",
    search_all_experiments: bool = False,
    experiment_names: Sequence[str] | None = None,
) -> Any:
    """Runs that match a filter, newest first by default.

    Args:
        experiment_ids: ids, or a single one; default the active experiment.
        output_format: ``pandas`` (MLflow's columns; metrics float64 with NaN where missing,
            params and tags text with None), ``list`` of `Run`, or ``arrow``.

    Raises:
        InvalidValue: the filter is not of MLflow's grammar, or ids and names are both given.
    """
    if isinstance(experiment_ids, str | int):
        experiment_ids = [str(experiment_ids)]
    if isinstance(experiment_names, str):
        experiment_names = [experiment_names]
    if experiment_ids and experiment_names:
        raise InvalidValue("Give experiment_ids or experiment_names, not both.")
    store = active.store()
    ids = None if experiment_ids is None else [str(identity) for identity in experiment_ids]
    if search_all_experiments and not ids and not experiment_names:
        ids = None
    elif experiment_names:
        ids = _ids_of(experiment_names)
    elif not ids:
        ids = [_current_experiment()]
    return store.search(ids, filter_string, run_view_type, max_results, order_by, output_format)


# -- params, metrics, tags ------------------------------------------------------------------


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param of the active run and return the value as given.

    Raises:
        InvalidValue: the name is not allowed, or the run has another value for it.
    """
    log_params({key: value}, synchronous)
    return value


def log_params(
    params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> None:
    """Log params, all or none of them.

    Raises:
        InvalidValue: a name is not allowed, or the run has another value for it.
    """
    del synchronous  # every call is written before it returns
    session = current_session(run_id)
    texts = {}
    for key, value in params.items():
        validation.check_key("Param", key)
        text = validation.param_text(key, value)
        known = session.params.get(key, text)
        if known != text:
            raise InvalidValue(
                f"Changing param values is not allowed. Param {key!r} was logged as {known!r} "
                f"for run {session.run_id} and cannot become {text!r}. Log it under another "
                "name, or use a tag."
            )
        if key not in session.params:
            texts[key] = text
    session.writer.log_values("param", texts)
    session.params.update(texts)


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> None:
    """Log one value of a metric; NaN and infinities are kept.

    Args:
        step: default 0; may be negative.
        timestamp: milliseconds since the epoch; default now.

    Raises:
        InvalidValue: name, value, step or timestamp is not allowed.
        WriteFailed: the value is not in the archive.
    """
    writer = current_session(run_id).writer
    if key not in writer.known_metrics:
        validation.check_key("Metric", key)
    if type(value) is not float:
        value = validation.check_metric_value(key, value)
    if step is None:
        step = 0
    elif type(step) is not int or not -(2**63) <= step < 2**63:
        step = validation.check_step(step)
    if timestamp is not None:
        timestamp = validation.check_time(timestamp)
    writer.log_metric(key, value, step, timestamp)


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> None:
    """Log several metrics of one step, all or none of them; see `log_metric`."""
    del synchronous, model_id, dataset
    values = {
        validation.check_key("Metric", key): validation.check_metric_value(key, value)
        for key, value in metrics.items()
    }
    number = 0 if step is None else validation.check_step(step)
    moment = None if timestamp is None else validation.check_time(timestamp)
    current_session(run_id).writer.log_metrics(values, number, moment)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:
    """Set a tag of the active run."""
    set_tags({key: value}, synchronous)


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> None:
    """Set tags of the active run, all or none of them.

    Raises:
        InvalidValue: a name, or under the tag policy ``fabric`` a value, is not allowed.
    """
    del synchronous
    policy = _policy()
    texts = {
        validation.check_key("Tag", key): validation.tag_text(key, value, policy)
        for key, value in tags.items()
    }
    current_session(None).writer.log_values("tag", texts)


def delete_tag(key: str) -> None:
    """Remove a tag of the active run.

    Raises:
        NotFound: the run has no such tag.
    """
    session = current_session(None)
    if key not in active.store().get_run(session.run_id).data.tags:
        from runreport.errors import NotFound

        raise NotFound(f"Run {session.run_id} has no tag {key!r}.")
    session.writer.log_values("tag", {key: None})


def flush_async_logging() -> None:
    """Nothing to wait for: every call is written before it returns."""


# -- inside ---------------------------------------------------------------------------------


def current_session(run_id: str | None) -> Session:
    """The session to log to: of the active run (started if there is none) or of another."""
    run = active.top()
    if run_id is None:
        return (run or start_run()).session
    if run is not None and run.info.run_id == run_id:
        return run.session
    return active.side_session(run_id)


def _policy() -> validation.TagPolicy:
    return active.store().tag_policy


def _current_experiment() -> str:
    """The active experiment: set_experiment, then the environment, then Default."""
    if active.experiment_id is not None:
        return active.experiment_id
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME")
    if name:
        store = active.store()
        state = store.find_experiment(name)
        return state.experiment_id if state is not None else store.create_experiment(name)
    return os.environ.get("MLFLOW_EXPERIMENT_ID") or DEFAULT_ID


def _ids_of(names: Iterable[str]) -> list[str]:
    ids = []
    known = {state.name: state for state in active.store().experiment_states().values()}
    for name in names:
        state = known.get(name)
        if state is None:
            import warnings

            warnings.warn(f"There is no experiment named {name!r}.", stacklevel=3)
        else:
            ids.append(state.experiment_id)
    return ids or [""]  # no experiment has this id, so nothing is found


def _start(experiment_id: str, texts: Mapping[str, str]) -> ActiveRun:
    store = active.store()
    state = store.experiment_state(str(experiment_id))
    if state.is_deleted:
        raise InvalidState(
            f"Experiment {state.name!r} is deleted; restore it or choose another one."
        )
    system_tags, record = capture_environment()
    tags = {**system_tags, **texts}
    run_id, now = new_run_id(), wall_ms()
    writer = store.new_writer(state.experiment_id, run_id)
    writer.log_lines(
        (
            ("run", (None, None, record, now)),
            ("status", (None, RunStatus.RUNNING, None, now)),
            ("tag", tags),
        )
    )
    info = RunInfo(
        run_id=run_id,
        experiment_id=state.experiment_id,
        run_name=tags[NAME_TAG],
        start_time=now,
        artifact_uri=f"{store.artifact_root}/{run_id}",
        user_id=tags.get("mlflow.user", ""),
    )
    session = Session(store, writer, run_id, state.experiment_id)
    return active.push(ActiveRun(session, info, RunData(tags=tags)))


def _resume(run_id: str, texts: Mapping[str, str]) -> ActiveRun:
    store = active.store()
    if active.is_active(run_id):
        raise InvalidState(f"Run {run_id} is already active here.")
    run, counter = store.writable_run(run_id)
    writer = store.new_writer(run.info.experiment_id, run_id, counter=counter)
    lines: list[Any] = [("status", (None, RunStatus.RUNNING, None, None))]
    if texts:
        lines.append(("tag", texts))
    writer.log_lines(tuple(lines))
    params = dict(run.data.params)
    session = Session(store, writer, run_id, run.info.experiment_id, params)
    return active.push(ActiveRun(session, run.info, run.data, run.inputs))

"""The fluent calls about runs: start, end, resume, find and delete them, as MLflow does."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from runreport.archive.clock import new_run_id, wall_ms
from runreport.entities import Run, RunData, RunInfo, RunList, RunStatus, ViewType
from runreport.errors import InvalidState, InvalidValue, RunreportError
from runreport.tags import NAME_TAG, NOTE_TAG, PARENT_TAG
from runreport.tracking import active, validation
from runreport.tracking.active import ActiveRun, Session
from runreport.tracking.environment import capture_environment
from runreport.tracking.experiments import current_experiment
from runreport.tracking.names import random_name


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

    Args:
        log_system_metrics: sample the machine beside it (extra ``system``); None: as
            `enable_system_metrics_logging` says, by default not.

    Raises:
        Exception: a run is active and ``nested`` is not set (the class MLflow raises, too).
        NotFound: no run or experiment of this id.
        InvalidState: the run to resume is deleted.
        InvalidValue: a tag, or the combination of arguments, is not allowed.
        WriteFailed: the archive cannot be written.
    """
    parent = active.top()
    if parent is not None and not nested:
        raise RunreportError(
            f"Run with UUID {parent.info.run_id} is already active. To start a new run, first "
            "end the current one with end_run(). To start a nested run, call start_run with "
            "nested=True",
            "INVALID_STATE",
        )
    run_id = run_id or os.environ.pop("MLFLOW_RUN_ID", None)
    texts = validation.tag_texts(tags or {}, active.store().tag_policy)
    if description is not None:
        if NOTE_TAG in texts:
            raise InvalidValue(f"Give the description or the tag {NOTE_TAG!r}, not both.")
        texts[NOTE_TAG] = validation.tag_text(NOTE_TAG, description)
    if run_name is not None:
        run_name = validation.tag_text(NAME_TAG, run_name)
    if run_id is not None:
        if run_name is not None:
            texts[NAME_TAG] = run_name
        return _watched(_resume(run_id, texts), log_system_metrics)
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
    if experiment_id is None:
        experiment_id = current_experiment()
    return _watched(_start(str(experiment_id), texts), log_system_metrics)


def end_run(status: str = "FINISHED") -> None:
    """End the active run; without one this does nothing.

    Raises:
        InvalidValue: there is no such status.
    """
    validation.check_status(status)
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
    *,
    mlflow_strict: bool = False,
) -> Any:
    """Runs that match a filter, newest first by default.

    Args:
        experiment_ids: ids, or a single one; default the active experiment.
        output_format: ``pandas`` (MLflow's columns; metrics float64 with NaN where missing,
            params and tags text with None), ``list`` of `Run`, or ``arrow``.
        mlflow_strict: refuse what MLflow's grammar does not have, with MLflow's error class.

    Raises:
        InvalidFilter: the filter or an ordering cannot be understood.
        InvalidValue: ids and names are both given, or there is no such format.
    """
    if output_format not in ("pandas", "list", "arrow"):
        raise InvalidValue(f"output_format is {output_format!r}; use 'pandas', 'list' or 'arrow'.")
    if isinstance(experiment_ids, str | int):
        experiment_ids = [str(experiment_ids)]
    if isinstance(experiment_names, str):
        experiment_names = [experiment_names]
    if experiment_ids and experiment_names:
        raise InvalidValue("Give experiment_ids or experiment_names, not both.")
    ids = None if experiment_ids is None else [str(identity) for identity in experiment_ids]
    if search_all_experiments and not ids and not experiment_names:
        ids = None
    elif experiment_names:
        ids = _ids_of(experiment_names)
    elif not ids:
        ids = [current_experiment(is_asked=True)]
    found = active.store().search(
        ids, filter_string, run_view_type, max_results, order_by, strict=mlflow_strict
    )
    if output_format == "list":
        return RunList(found.runs())
    return found.table() if output_format == "arrow" else found.frame()


def current_session(run_id: str | None) -> Session:
    """The session to log to: of the active run (started if there is none) or of another."""
    run = active.top()
    run_id = run_id or active.target_run()
    if run_id is None:
        return (run or start_run()).session
    if run is not None and run.info.run_id == run_id and active.target_run() is None:
        return run.session
    return active.session_of(run_id)


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


def _watched(run: ActiveRun, asked: bool | None) -> ActiveRun:
    """A run with what samples the machine, where that is wanted; else nothing is imported."""
    module = "runreport.tracking.system_metrics"
    is_open = module in sys.modules or "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING" in os.environ
    if asked or (asked is None and is_open):
        from runreport.tracking.system_metrics import start_monitor

        def next_step(key: str) -> int:
            if key not in run.data.metrics:
                return 0
            points = run.session.store.metric_history(run.info.run_id, key)
            return 1 + max((point.step for point in points), default=-1)

        run.session.monitor = start_monitor(run.session.writer, asked, next_step)
    return run


def _start(experiment_id: str, texts: Mapping[str, str]) -> ActiveRun:
    system_tags, record = capture_environment()
    system_texts = {key: validation.tag_text(key, value) for key, value in system_tags.items()}
    session, info, tags = open_run(experiment_id, {**system_texts, **texts}, record)
    return active.push(ActiveRun(session, info, RunData(tags=tags)))


def open_run(
    experiment_id: str,
    tags: Mapping[str, str],
    record: Mapping[str, object],
    time_ms: int | None = None,
) -> tuple[Session, RunInfo, dict[str, str]]:
    """Write the start of a run; it becomes nobody's active run.

    Args:
        tags: the name among them.
        record: what is known of the environment.
        time_ms: when it started; now by default.

    Raises:
        NotFound: there is no such experiment.
        InvalidState: the experiment is deleted.
    """
    store = active.store()
    state = store.experiment_state(str(experiment_id))
    if state.is_deleted:
        raise InvalidState(
            f"Experiment {state.name!r} is deleted; restore it or choose another one."
        )
    run_id, now = new_run_id(), wall_ms() if time_ms is None else time_ms
    writer = store.new_writer(state.experiment_id, run_id)
    writer.log_lines(
        (
            ("run", (None, None, record, now)),
            ("status", (None, RunStatus.RUNNING, None, now)),
            ("tag", dict(tags)),
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
    active.note_started(store, run_id)
    return Session(store, writer, run_id, state.experiment_id), info, dict(tags)


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
    session = Session(store, writer, run_id, run.info.experiment_id, dict(run.data.params))
    tags = {**run.data.tags, **texts}
    info = RunInfo(
        run_id=run_id,
        experiment_id=run.info.experiment_id,
        run_name=tags.get(NAME_TAG, run.info.run_name),
        start_time=run.info.start_time,
        artifact_uri=run.info.artifact_uri,
        user_id=run.info.user_id,
    )
    data = RunData(run.data.metrics, run.data.params, tags)
    return active.push(ActiveRun(session, info, data, run.inputs))

"""Which store, experiment and run are active: the state behind the fluent calls.

The run stack is per thread and context, as in MLflow; the experiment and the archive are the
process's. At exit every run that this process started is ended.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from contextvars import ContextVar
from types import TracebackType

from runreport.archive.writer import Writer
from runreport.entities import Run, RunData, RunInfo, RunInputs, RunStatus
from runreport.tracking.store import Store, open_store, seal_writer


class Session:
    """A run this process writes to."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        run_id: str,
        experiment_id: str,
        params: dict[str, str] | None = None,
    ) -> None:
        self.store = store
        self.writer = writer
        self.run_id = run_id
        self.experiment_id = experiment_id
        self.params = params or {}
        """What the run has, since a param may not change."""
        self.process = os.getpid()
        self.is_over = False


class ActiveRun(Run):
    """A run that is being logged; leaving its ``with`` block ends it."""

    __slots__ = ("session",)

    def __init__(
        self, session: Session, info: RunInfo, data: RunData, inputs: RunInputs | None = None
    ) -> None:
        super().__init__(info, data, inputs)
        self.session = session

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__  # type: ignore[assignment]

    def __enter__(self) -> ActiveRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            status = RunStatus.FINISHED
        elif issubclass(kind, KeyboardInterrupt):
            status = RunStatus.KILLED
        else:
            status = RunStatus.FAILED
        stop_run(self, status)


_stack: ContextVar[tuple[ActiveRun, ...]] = ContextVar("runreport_runs", default=())
_last_run_id: ContextVar[str | None] = ContextVar("runreport_last_run", default=None)
_lock = threading.Lock()
_sessions: dict[int, Session] = {}
_side_sessions: dict[tuple[str, str], Session] = {}

location: str | None = None
"""The archive set by `set_tracking_uri`; None follows the environment."""
experiment_id: str | None = None
"""The experiment set by `set_experiment`."""


def store() -> Store:
    """The store of the archive in use."""
    return open_store(location)


def top() -> ActiveRun | None:
    """The innermost active run of this thread."""
    stack = _stack.get()
    return stack[-1] if stack else None


def is_active(run_id: str) -> bool:
    """Whether the run is on this thread's stack."""
    return any(run.info.run_id == run_id for run in _stack.get())


def last_run_id() -> str | None:
    """The run that was active last in this thread."""
    return _last_run_id.get()


def push(run: ActiveRun) -> ActiveRun:
    """Make a run the innermost one."""
    with _lock:
        _sessions[id(run.session)] = run.session
    _stack.set((*_stack.get(), run))
    _last_run_id.set(run.info.run_id)
    return run


def stop_run(run: ActiveRun, status: str) -> None:
    """End a run of this thread and take it off the stack; ended already is fine."""
    _stack.set(tuple(other for other in _stack.get() if other is not run))
    _end_session(run.session, status)


def side_session(run_id: str) -> Session:
    """A session for logging to a run that is not active here, kept until exit.

    Raises:
        NotFound, InvalidState: see `Store.writable_run`.
    """
    own_store = store()
    key = (own_store.storage.root, run_id)
    with _lock:
        session = _side_sessions.get(key)
        if session is not None and session.process == os.getpid():
            return session
        run, counter = own_store.writable_run(run_id)
        writer = own_store.new_writer(run.info.experiment_id, run_id, counter=counter)
        session = Session(own_store, writer, run_id, run.info.experiment_id, dict(run.data.params))
        _side_sessions[key] = session
    return session


def close_side_sessions() -> None:
    """Seal what was logged to runs that are not active."""
    with _lock:
        sessions = list(_side_sessions.values())
        _side_sessions.clear()
    for session in sessions:
        seal_writer(session.writer)


def _end_session(session: Session, status: str) -> None:
    with _lock:
        _sessions.pop(id(session), None)
        is_over, session.is_over = session.is_over, True
    if is_over:
        return
    if session.process == os.getpid():
        session.store.end(session.writer, status)
    else:  # a forked child does not end its parent's run, but keeps what it logged itself
        seal_writer(session.writer)


def _end_all() -> None:
    failed = getattr(sys, "last_value", None) is not None
    for session in list(_sessions.values()):
        _end_session(session, RunStatus.FAILED if failed else RunStatus.FINISHED)
    close_side_sessions()


atexit.register(_end_all)

"""Which store, experiment and run are active: the state behind the fluent calls.

The run stack is per thread and context, as in MLflow; the experiment and the archive are the
process's. At exit every run that this process started is ended.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import lru_cache
from types import TracebackType
from typing import Any, NamedTuple

from runreport.archive.directory import ENVIRONMENT_VARIABLE
from runreport.archive.writer import Writer
from runreport.entities import Run, RunData, RunInfo, RunInputs, RunStatus
from runreport.errors import RunreportError
from runreport.tracking.store import Store, open_store, stores_behind


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
        self.automatic: set[str] = set()
        """Those of them that autologging recorded, which may still be set by hand."""
        self.tables: list[str] = []
        """Paths of the tables logged by this session, which one tag lists."""
        self.process = os.getpid()
        self.is_over = False
        self.monitor: Any = None
        """Samples the machine as long as the run goes on; see `system_metrics`."""
        self.is_created = False
        """Whether a client made the run: it stays open until the client ends it."""

    @property
    def is_own(self) -> bool:
        """Whether this process, and not the one it was forked from, writes to it."""
        return self.process == os.getpid()


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

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """What a run has; how it is logged is no part of it."""
        return ((name, getattr(self, name)) for name in Run.__slots__)

    def _repr_html_(self) -> str:
        """As a notebook shows it: with what was logged until now."""
        try:
            return self.session.store.get_run(self.info.run_id)._repr_html_()
        except (RunreportError, OSError):
            return super()._repr_html_()

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
        stop_run(self, status, error if status == RunStatus.FAILED else None)


_stack: ContextVar[tuple[ActiveRun, ...]] = ContextVar("runreport_runs", default=())
_last_run_id: ContextVar[str | None] = ContextVar("runreport_last_run", default=None)
_target: ContextVar[tuple[Store, str | None] | None] = ContextVar("runreport_target", default=None)
_lock = threading.Lock()
_sessions: dict[int, Session] = {}
_side_sessions: dict[tuple[str, str], Session] = {}

MAX_SIDE_SESSIONS = 16
"""Each keeps a journal open."""
MAX_CREATED_SESSIONS = 100
"""Runs that a client made and has not ended; an older one is shown as KILLED until it is logged to
again or ended."""

location: str | None = None
"""The archive set by `set_tracking_uri`; None follows the environment."""
_named_before: str | None = None
"""What the environment named before."""


class Chosen(NamedTuple):
    """The experiment set by `set_experiment`."""

    store: Store
    experiment_id: str
    name: str | None
    """What it was asked for by; None: by its id."""


experiment: Chosen | None = None


class Started(NamedTuple):
    """A run that this process has started."""

    number: int
    """From 0, in the order they were started."""
    store: Store
    run_id: str


_started: deque[Started] = deque(maxlen=1000)


def note_started(own_store: Store, run_id: str) -> None:
    """Remember a run for those who ask what was started, such as a notebook."""
    _started.append(Started(started_count(), own_store, run_id))


def choose_archive(place: str | None) -> None:
    """Log into this archive from now on, here and in processes that this one starts.

    Args:
        place: as `locate_archive` gives it; None for the one that the environment named before.
    """
    global location, _named_before
    if location is not None and os.environ.get(ENVIRONMENT_VARIABLE) == location:
        del os.environ[ENVIRONMENT_VARIABLE]
        if _named_before is not None:
            os.environ[ENVIRONMENT_VARIABLE] = _named_before
    location, _named_before = place, os.environ.get(ENVIRONMENT_VARIABLE)
    if place is not None:
        os.environ[ENVIRONMENT_VARIABLE] = place


def started_count() -> int:
    """How many runs this process has started."""
    return _started[-1].number + 1 if _started else 0


def started_since(count: int) -> list[Started]:
    """The runs started since there were so many, the latest thousand at most."""
    return [one for one in list(_started) if one.number >= count]


@contextmanager
def pointed_at(own_store: Store, run_id: str | None = None) -> Iterator[None]:
    """Within the block the fluent calls of this thread work on this archive and run."""
    token = _target.set((own_store, run_id))
    try:
        yield
    finally:
        _target.reset(token)


def target_run() -> str | None:
    """The run that the fluent calls are pointed at, whatever run is active."""
    target = _target.get()
    return None if target is None else target[1]


def store() -> Store:
    """The store of the archive in use."""
    target = _target.get()
    found = open_store(location) if target is None else target[0]
    if found.spool is not None:
        _end_before_the_libraries()
    return found


@lru_cache(maxsize=1)
def _end_before_the_libraries() -> None:
    """What is registered last is run first: runs must have ended, and be uploaded, before the
    library of an object store shuts down, which has registered that when it was loaded."""
    atexit.unregister(_end_all)
    atexit.register(_end_all)


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


def stop_run(run: ActiveRun, status: str, error: BaseException | None = None) -> None:
    """End a run of this thread and take it off the stack; ended already is fine.

    Args:
        error: why it failed.
    """
    _end_session(run.session, status, error=error)
    _stack.set(tuple(other for other in _stack.get() if other is not run))


def session_of(run_id: str) -> Session:
    """The session for logging to a run by its id: that of a run which some thread of this process
    has active, else one made for it and kept until exit or until many others were needed.

    Raises:
        NotFound, InvalidState: see `Store.writable_run`.
    """
    own_store = store()
    key = (own_store.storage.root, run_id)
    with _lock:
        for session in (*_sessions.values(), *_side_sessions.values()):
            if (session.store.storage.root, session.run_id) == key and session.is_own:
                return session
    run, counter = own_store.writable_run(run_id)
    writer = own_store.new_writer(run.info.experiment_id, run_id, counter=counter)
    made = Session(own_store, writer, run_id, run.info.experiment_id, dict(run.data.params))
    with _lock:
        session = _side_sessions.setdefault(key, made)
        if not session.is_own:
            session = _side_sessions[key] = made
        surplus = _take_surplus()
    if surplus is not None:
        surplus.store.seal(surplus.writer)
    return session


def _take_surplus() -> Session | None:
    """A session to close, as each keeps files open: the oldest of more than are allowed."""
    for is_created, most in ((False, MAX_SIDE_SESSIONS), (True, MAX_CREATED_SESSIONS)):
        own = [key for key, one in _side_sessions.items() if one.is_created == is_created]
        if len(own) > most:
            return _side_sessions.pop(own[0])
    return None


def keep_open(session: Session) -> None:
    """Keep a run that a client made open for its further calls."""
    session.is_created = True
    with _lock:
        _side_sessions[session.store.storage.root, session.run_id] = session
        surplus = _take_surplus()
    if surplus is not None:
        surplus.store.seal(surplus.writer)


def end_session(session: Session, status: str, *, time_ms: int | None = None) -> None:
    """End a run by its session, whoever opened it.

    Args:
        time_ms: when it ended; now by default.
    """
    _end_session(session, status, time_ms=time_ms)
    with _lock:
        _side_sessions.pop((session.store.storage.root, session.run_id), None)


def close_side_sessions() -> None:
    """Seal what was logged to runs that are not active."""
    with _lock:
        sessions = list(_side_sessions.values())
        _side_sessions.clear()
    for session in sessions:
        session.store.seal(session.writer)


def _end_session(
    session: Session,
    status: str,
    *,
    time_ms: int | None = None,
    error: BaseException | None = None,
) -> None:
    if session.is_over:
        return
    if session.monitor is not None:
        session.monitor.stop()
    if session.is_own:
        if error is not None:
            from runreport.tracking.failure import failure_tags
            from runreport.tracking.validation import tag_texts

            texts = tag_texts(failure_tags(error))
            session.writer.log_values("tag", texts)
        session.store.end(session.writer, status, time_ms=time_ms)
    else:  # a forked child does not end its parent's run, but keeps what it logged itself
        session.store.seal(session.writer)
    session.is_over = True  # not before: an end that could not be written can be tried again
    with _lock:
        _sessions.pop(id(session), None)


def _end_all() -> None:
    status = RunStatus.FINISHED
    error = getattr(sys, "last_type", None)  # what ended the program, if anything did
    if error is not None:
        killed = issubclass(error, KeyboardInterrupt)
        status = RunStatus.KILLED if killed else RunStatus.FAILED
    for session in list(_sessions.values()):
        failed = getattr(sys, "last_value", None) if status == RunStatus.FAILED else None
        _end_session(session, status, error=failed)
    close_side_sessions()
    if not _all_uploaded() and error is None:
        _leave_with_failure()


def _all_uploaded() -> bool:
    """Try once more to upload what could not be; say what stays on this machine."""
    is_done = True
    for own_store in stores_behind():
        assert own_store.spool is not None
        try:
            own_store.spool.upload()
        except (RunreportError, OSError) as failure:
            is_done = False
            sys.stderr.write(
                f"Error: What was logged could not be uploaded to {own_store.storage.root}: "
                f"{failure} It is safe in {own_store.spool.storage.root}; `runreport archive "
                "seal` on this machine uploads it.\n"
            )
    return is_done


def _leave_with_failure() -> None:
    """End the process with code 1, which nothing else can change while it is ending: whoever
    started it must learn that the results are not where they belong."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(1)


def _begin_child() -> None:
    """In a forked process no run is active, as in MLflow: it would be its parent's."""
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it at the fork
    _lock = threading.Lock()
    _stack.set(())
    _last_run_id.set(None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_child)


atexit.register(_end_all)

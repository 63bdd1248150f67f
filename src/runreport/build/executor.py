"""Executors: who does the tasks of a build. What is made is the same, whoever does them."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from threading import Thread
from typing import Any, Protocol

from runreport.build.task import Task
from runreport.errors import BuildError

_WAITING = 2
"""Tasks for each worker that are cut out before it asks for them; more would only take memory."""
_FIRST = 8
"""Those that are cut out at once: others are at work meanwhile who may be long in coming back."""
_LOADED = ["runreport.build.worker"]
"""What a worker imports before its first task."""


class Executor(Protocol):
    """Does tasks."""

    workers: int
    is_elsewhere: bool
    """Whether tasks are done on machines that share no folder with this one by themselves."""

    def warm(self) -> None:
        """Tasks will come: get ready meanwhile."""
        ...

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """Tasks with what they made, in any order; only a few are taken in advance. Others than
        this process begin with the first at once.

        Raises:
            BuildError: one could not be done.
        """
        ...

    def aside(self, task: Task) -> Callable[[], Any]:
        """Have a task done meanwhile, if somebody is ready; what waits for what it made.

        Raises:
            BuildError: when it is waited for: it could not be done.
        """
        ...

    def close(self) -> None:
        """No more tasks come; what is still at work is not waited for."""
        ...


class Serial:
    """Does one task after the other, here."""

    workers = 1
    is_elsewhere = False

    def warm(self) -> None:
        """Nothing is needed."""

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """See `Executor`."""
        for task in tasks:
            yield task, task.do()

    def aside(self, task: Task) -> Callable[[], Any]:
        """See `Executor`."""
        return task.do

    def close(self) -> None:
        """Nothing is left."""


class Pool:
    """Does tasks in processes of this machine."""

    is_elsewhere = False

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._starting: Future[ProcessPoolExecutor] | None = None

    def warm(self) -> None:
        """Begin to start the processes, which import what they need."""
        if self._starting is None:
            with_others = ThreadPoolExecutor(1)
            self._starting = with_others.submit(self._start)
            with_others.shutdown(wait=False)

    def _start(self) -> ProcessPoolExecutor:
        forks = "forkserver" in multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if forks else "spawn")
        if forks:  # what was imported once is there in every worker
            context.set_forkserver_preload(_LOADED)
        pool = ProcessPoolExecutor(self.workers, context, initializer=_begin)
        for _ in range(self.workers):
            pool.submit(os.getpid)
        return pool

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """See `Executor`."""
        coming = iter(tasks)
        waiting: dict[Future[Any], Task] = {}
        with self._told(waiting):
            self._submit(islice(coming, self.workers * _FIRST), waiting)
        return self._made(coming, waiting)

    def aside(self, task: Task) -> Callable[[], Any]:
        """See `Executor`."""
        if self._starting is None:
            return task.do
        waiting: dict[Future[Any], Task] = {}
        with self._told(waiting):
            self._submit([task], waiting)
        (future,) = waiting

        def made() -> Any:
            with self._told(waiting):
                return future.result()

        return made

    def _submit(self, tasks: Iterable[Task], waiting: dict[Future[Any], Task]) -> None:
        self.warm()
        assert self._starting is not None
        pool = self._starting.result()
        for task in tasks:
            waiting[pool.submit(task.work, task.given)] = task

    def _made(
        self, coming: Iterator[Task], waiting: dict[Future[Any], Task]
    ) -> Iterator[tuple[Task, Any]]:
        while waiting:
            for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                with self._told(waiting):
                    made = done.result()
                yield waiting.pop(done), made
                free = max(0, self.workers * _WAITING - len(waiting))
                with self._told(waiting):
                    self._submit(islice(coming, free), waiting)

    @contextmanager
    def _told(self, waiting: dict[Future[Any], Task]) -> Iterator[None]:
        """A process that ended is told with what it may have been at."""
        try:
            yield
        except BrokenProcessPool as error:
            raise BuildError(
                f"A worker process ended without saying why, while {self._names(waiting)} was "
                "made; it may have run out of memory. Try fewer with --workers, or --workers 1. "
                "(A program that calls build_site itself needs `if __name__ == '__main__':`.)"
            ) from error

    @staticmethod
    def _names(waiting: dict[Future[Any], Task]) -> str:
        return " or ".join(task.name for task in waiting.values()) or "a page"

    def close(self) -> None:
        """End the processes."""
        if self._starting is None:
            return
        starting, self._starting = self._starting, None
        try:
            pool = starting.result()
        except (BrokenProcessPool, OSError):  # none began, as whoever needed one was told
            return
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:  # whoever still writes would leave files behind
            process.join()


def _begin() -> None:
    """A worker leaves an interrupt to the process that leads, and ends with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    leader = multiprocessing.parent_process()
    if leader is not None:
        Thread(target=_end_with, args=(leader.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def cores() -> int:
    """The processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1

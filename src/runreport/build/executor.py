"""Executors: who does the tasks of a build. What is made is the same, whoever does them."""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Thread
from typing import Any, Protocol

from runreport.build.feeding import Feed
from runreport.build.lean import is_own
from runreport.build.task import Task
from runreport.errors import BuildError

_WAITING = 3
"""Tasks for each worker that are cut out, the one that it does among them."""
_LOADED, _OWN = "runreport.build.run_work", "runreport.build.worker"
"""What a worker imports before its first task; the second where it is the command's own."""


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

    @property
    def is_ready(self) -> bool:
        """Whether others than this process do what is handed over."""
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
    is_ready = False

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
        self._at_work: dict[Future[Any], Task] = {}
        self._feeds: list[Feed] = []
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
            # Processes of a whole program come from one server: what is loaded there is in all.
            context.set_forkserver_preload([_OWN if is_own() else _LOADED])
        pool = ProcessPoolExecutor(self.workers, context, initializer=_begin)
        for _ in range(self.workers):
            pool.submit(os.getpid)
        return pool

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """See `Executor`."""
        self.warm()
        self._feeds.append(Feed(tasks, self._submit, self.workers * _WAITING))
        return self._made(iter(self._feeds[-1]))

    @property
    def is_ready(self) -> bool:
        """See `Executor`."""
        return self._starting is not None

    def aside(self, task: Task) -> Callable[[], Any]:
        """See `Executor`."""
        if self._starting is None:
            return task.do
        try:
            future = self._submit(task)
        except Exception:  # no process can be started, or all of them ended: it is done here
            return task.do

        def made() -> Any:
            with self._told():
                return self._taken(future)

        return made

    def _submit(self, task: Task) -> Future[Any]:
        assert self._starting is not None
        future = self._starting.result().submit(task.work, task.given)
        self._at_work[future] = task
        return future

    def _made(self, done: Iterator[tuple[Task, Future[Any]]]) -> Iterator[tuple[Task, Any]]:
        with self._told():
            for task, future in done:
                yield task, self._taken(future)

    def _taken(self, future: Future[Any]) -> Any:
        made = future.result()
        del self._at_work[future]
        return made

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A process that ended is told with what it may have been at."""
        try:
            yield
        except BrokenProcessPool as error:
            names = " or ".join(task.name for task in [*self._at_work.values()]) or "a page"
            raise BuildError(
                f"A worker process ended without saying why, while {names} was made; it may have "
                "run out of memory. Try fewer with --workers, or --workers 1. (A program that "
                "calls build_site itself needs `if __name__ == '__main__':`.)"
            ) from error

    def close(self) -> None:
        """End the processes."""
        if self._starting is None:
            return
        starting, self._starting = self._starting, None
        try:
            pool = starting.result()
        except Exception:  # none began, as whoever needed one was told
            return
        for own in self._feeds:
            own.stop()
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

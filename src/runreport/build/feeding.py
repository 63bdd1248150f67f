"""Feeding: a thread of its own cuts tasks out and hands them over, so that nobody who does them is
idle while this process is at other work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, Protocol

from runreport.build.task import Task

_SECONDS = 10
"""That cutting out a task may take."""


class Promise(Protocol):
    """What a task that was handed over will give; a future of whichever library."""

    def add_done_callback(self, fn: Callable[[Any], Any]) -> None:
        """Call a function when it is there, has failed or was given up."""
        ...


class Feed:
    """Hands tasks over from now on; gives each with its promise, when that is done."""

    def __init__(
        self, tasks: Iterable[Task], submit: Callable[[Task], Promise], most: int
    ) -> None:
        """Begin.

        Args:
            tasks: cut out one by one, by another thread.
            submit: hands one over.
            most: tasks that are handed over and not done yet; more would only take memory.
        """
        self._tasks, self._submit = tasks, submit
        self._done: SimpleQueue[Any] = SimpleQueue()
        self._room = Semaphore(most)
        self._is_over = False
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Hand no more over; whoever cuts the last one out is waited for."""
        self._is_over = True
        self._room.release()
        self._thread.join(_SECONDS)

    def __iter__(self) -> Iterator[tuple[Task, Any]]:
        """Tasks with their promises, in the order in which these are done.

        Raises:
            Whatever cutting one out or handing it over raised.
        """
        count, total = 0, None
        while total is None or count < total:
            found = self._done.get()
            if isinstance(found, BaseException):
                raise found
            if isinstance(found, int):
                total = found
            else:
                count += 1
                yield found

    def _run(self) -> None:
        count = 0
        try:
            for task in self._tasks:
                self._room.acquire()
                if self._is_over:
                    break
                self._submit(task).add_done_callback(self._noting(task))
                count += 1
        except BaseException as error:  # it is raised where the results are waited for
            self._done.put(error)
        else:
            self._done.put(count)

    def _noting(self, task: Task) -> Callable[[Any], None]:
        def note(promise: Any) -> None:
            self._done.put((task, promise))
            self._room.release()

        return note

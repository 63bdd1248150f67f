"""Feeding: a thread of its own cuts tasks out and hands them over, so that nobody who does them is
idle while this process is at other work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any, Protocol

from runreport.build.task import Task


class Promise(Protocol):
    """What a task that was handed over will give; a future of whichever library."""

    def add_done_callback(self, fn: Callable[[Any], Any]) -> None:
        """Call a function when it is there, has failed or was given up."""
        ...


def feed(
    tasks: Iterable[Task], submit: Callable[[Task], Promise], most: int
) -> Iterator[tuple[Task, Any]]:
    """Hand tasks over from now on; each with its promise, when that is done.

    Args:
        tasks: cut out one by one, by another thread.
        submit: hands one over.
        most: tasks that are handed over and not done yet; more would only take memory.

    Raises:
        Whatever cutting one out or handing it over raised.
    """
    done: SimpleQueue[tuple[Task, Promise] | int | BaseException] = SimpleQueue()
    room = Semaphore(most)

    def run() -> None:
        count = 0
        try:
            for task in tasks:
                room.acquire()
                submit(task).add_done_callback(_noting(task, done, room))
                count += 1
        except BaseException as error:  # it is raised where the results are waited for
            done.put(error)
        else:
            done.put(count)

    Thread(target=run, daemon=True).start()
    return _finished(done)


def _noting(task: Task, done: SimpleQueue[Any], room: Semaphore) -> Callable[[Any], None]:
    def note(promise: Any) -> None:
        done.put((task, promise))
        room.release()

    return note


def _finished(done: SimpleQueue[Any]) -> Iterator[tuple[Task, Any]]:
    count, total = 0, None
    while total is None or count < total:
        found = done.get()
        if isinstance(found, BaseException):
            raise found
        if isinstance(found, int):
            total = found
        else:
            count += 1
            yield found

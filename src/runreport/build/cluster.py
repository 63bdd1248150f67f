"""A Dask cluster does the tasks: other machines, with which archive and site are shared."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from runreport.build.feeding import Feed
from runreport.build.task import Task
from runreport.errors import BuildError, RunreportError

Future = Any
"""Of Dask, which has no types."""
_ADDRESS = re.compile(r"(?:tcp|tls|ucx|ws|wss)://[^/\s]+:[0-9]+")
TRIES = 3
"""A task that fails so often fails the build."""
_WAITING = 4
"""Tasks for each thread of the cluster that are sent before it asks for them."""
_SECONDS = 30
"""To find the scheduler."""


class Cluster:
    """Does tasks on the workers of a Dask scheduler.

    A worker that dies costs what it was at: its tasks are done by others. Tasks write to the
    stage, so one that is done twice writes the same files twice.
    """

    is_elsewhere = is_ready = True

    def __init__(self, scheduler: str) -> None:
        """Connect.

        Raises:
            BuildError: the library is missing, or no scheduler with workers answers.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise BuildError(
                "A build on a cluster needs dask.distributed: pip install distributed."
            ) from error
        if not _ADDRESS.fullmatch(scheduler):
            raise BuildError(f"{scheduler!r} is no address of a scheduler, as tcp://host:8786 is.")
        try:
            self._client: Any = Client(scheduler, timeout=_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise BuildError(
                f"No Dask scheduler answers at {scheduler!r} ({error}). Name one with "
                "--scheduler, e.g. tcp://host:8786; `dask scheduler` starts one, `dask worker "
                "ADDRESS` workers."
            ) from error
        self._sent: set[Future] = set()
        self._feeds: list[Feed] = []
        self.workers = sum(self._client.ncores().values())
        if not self.workers:
            self.close()
            raise BuildError(
                f"The Dask scheduler at {scheduler} has no workers. Start some: dask worker "
                f"{scheduler}"
            )

    def warm(self) -> None:
        """Nothing is needed: its workers run already."""

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        """See `Executor`."""
        self._feeds.append(Feed(tasks, self._submit, self.workers * _WAITING))
        return self._made(iter(self._feeds[-1]))

    def aside(self, task: Task) -> Callable[[], Any]:
        """See `Executor`."""
        future = self._submit(task)
        return lambda: self._taken(task, future)

    def _submit(self, task: Task) -> Future:
        future: Future = self._client.submit(task.work, task.given, pure=False, retries=TRIES - 1)
        self._sent.add(future)
        return future

    def _made(self, done: Iterator[tuple[Task, Future]]) -> Iterator[tuple[Task, Any]]:
        for task, future in done:
            yield task, self._taken(task, future)

    def _taken(self, task: Task, future: Future) -> Any:
        made = _result(future, task)
        self._sent.discard(future)
        future.release()
        return made

    def close(self) -> None:
        """Leave the cluster; what waits there is given up, what is at work is waited for, since it
        would write to a stage that is gone."""
        for own in self._feeds:
            own.stop()
        with suppress(OSError, TimeoutError):
            if self._sent and self._client.status == "running":
                at_work = {key for keys in self._client.processing().values() for key in keys}
                busy = [own for own in self._sent if own.key in at_work]
                self._client.cancel([own for own in self._sent if own.key not in at_work])
                latest = time.monotonic() + _SECONDS
                while time.monotonic() < latest and any(not own.done() for own in busy):
                    time.sleep(0.05)
        with suppress(OSError, TimeoutError):
            self._client.close()


def _result(future: Future, task: Task) -> Any:
    from distributed import KilledWorker

    try:
        return future.result()
    except RunreportError:
        raise
    except KilledWorker as error:
        raise BuildError(
            f"Workers of the cluster ended while {task.name} was made, again and again; they may "
            "have run out of memory."
        ) from error
    except Exception as error:  # whatever a worker ran into
        raise BuildError(
            f"Could not make {task.name}: it failed {TRIES} times on the cluster, last with "
            f"{type(error).__name__}: {error}"
        ) from error

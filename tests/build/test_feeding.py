from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from threading import Event

import pytest

from runreport.build.feeding import Feed
from runreport.build.task import Task
from runreport.errors import BuildError

TASKS = [Task(str(number), str, number) for number in range(20)]


def done_at_once(task: Task) -> Future[object]:
    promise: Future[object] = Future()
    promise.set_result(task.do())
    return promise


def test_each_task_comes_back_once_with_its_promise() -> None:
    found = [(task.name, promise.result()) for task, promise in Feed(TASKS, done_at_once, 3)]
    assert sorted(found) == sorted((task.name, task.name) for task in TASKS)
    assert list(Feed([], done_at_once, 3)) == []


def test_tasks_are_handed_over_before_anybody_asks_what_came_of_them() -> None:
    handed: list[str] = []
    last = Event()

    def submit(task: Task) -> Future[object]:
        handed.append(task.name)
        if len(handed) == len(TASKS):
            last.set()
        return done_at_once(task)

    found = Feed(TASKS, submit, 2)
    assert last.wait(10)
    assert len(list(found)) == len(TASKS)


class Holding:
    """Takes tasks and does none."""

    def __init__(self, most: int) -> None:
        self.waiting: list[Future[object]] = []
        self.most, self._is_full = most, Event()

    def submit(self, task: Task) -> Future[object]:
        self.waiting.append(Future())
        if len(self.waiting) == self.most:
            self._is_full.set()
        return self.waiting[-1]

    def feed(self) -> Feed:
        found = Feed(TASKS, self.submit, self.most)
        assert self._is_full.wait(10)
        assert len(self.waiting) == self.most
        return found


def test_no_more_are_handed_over_than_were_asked_for() -> None:
    holding = Holding(3)
    found = holding.feed()
    holding.waiting[0].set_result("first")
    assert next(iter(found))[1].result() == "first"


def test_what_cutting_a_task_out_raises_is_raised_where_it_is_waited_for() -> None:
    def cut() -> Iterator[Task]:
        yield TASKS[0]
        raise BuildError("no more")

    found = Feed(cut(), done_at_once, 2)
    with pytest.raises(BuildError, match="no more"):
        list(found)


def test_who_is_stopped_hands_no_more_over() -> None:
    holding = Holding(2)
    holding.feed().stop()
    for promise in holding.waiting:
        promise.cancel()
    assert len(holding.waiting) == 2

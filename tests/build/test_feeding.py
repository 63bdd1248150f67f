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


def test_no_more_are_handed_over_than_were_asked_for() -> None:
    waiting: list[Future[object]] = []
    third = Event()

    def submit(task: Task) -> Future[object]:
        waiting.append(Future())
        if len(waiting) == 3:
            third.set()
        return waiting[-1]

    found = Feed(TASKS, submit, 3)
    assert third.wait(10)
    assert len(waiting) == 3
    waiting[0].set_result("first")
    assert next(iter(found))[1].result() == "first"


def test_what_cutting_a_task_out_raises_is_raised_where_it_is_waited_for() -> None:
    def cut() -> Iterator[Task]:
        yield TASKS[0]
        raise BuildError("no more")

    found = Feed(cut(), done_at_once, 2)
    with pytest.raises(BuildError, match="no more"):
        list(found)


def test_who_is_stopped_hands_no_more_over() -> None:
    waiting: list[Future[object]] = []
    second = Event()

    def submit(task: Task) -> Future[object]:
        waiting.append(Future())
        if len(waiting) == 2:
            second.set()
        return waiting[-1]

    found = Feed(TASKS, submit, 2)
    assert second.wait(10)
    found.stop()
    for promise in waiting:
        promise.cancel()
    assert len(waiting) == 2

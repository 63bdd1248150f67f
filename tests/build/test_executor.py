from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from tasks import die, double, fail, outlast

from runreport.build.executor import Executor, Pool, Serial
from runreport.build.task import Task
from runreport.errors import BuildError, ConfigError


@pytest.fixture(params=[Serial, lambda: Pool(2)], ids=["serial", "pool"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    with closing(request.param()) as made:
        yield made


def test_every_task_is_done_once_whoever_does_it(executor: Executor) -> None:
    tasks = [Task(str(number), double, number) for number in range(20)]
    found = sorted((int(task.name), made) for task, made in executor.results(tasks))
    assert found == [(number, 2 * number) for number in range(20)]
    assert list(executor.results([])) == []


def test_what_a_task_raises_is_raised_as_it_is(executor: Executor) -> None:
    with pytest.raises(ConfigError, match=r"Template 3 is wrong\."):
        list(executor.results([Task("page", fail, 3)]))


def test_few_tasks_are_cut_out_before_somebody_is_free() -> None:
    cut = []

    def tasks() -> Iterator[Task]:
        for number in range(200):
            cut.append(number)
            yield Task(str(number), double, number)

    with closing(Pool(2)) as pool:
        next(pool.results(tasks()))
        assert len(cut) <= 20


def test_a_worker_that_is_killed_is_told_with_what_it_made() -> None:
    with (
        closing(Pool(1)) as pool,
        pytest.raises(BuildError, match=r"while page 1 was made.*--work"),
    ):
        list(pool.results([Task("page 1", die, 1)]))


def test_an_interrupt_is_for_the_process_that_leads() -> None:
    with closing(Pool(1)) as pool:
        assert [made for _, made in pool.results([Task("long", outlast, 0.1)])] == [True]


@pytest.mark.parametrize("is_ready", [False, True])
def test_what_is_done_aside_is_waited_for(executor: Executor, is_ready: bool) -> None:
    if is_ready:
        executor.warm()
    waiting = [executor.aside(Task(str(number), double, number)) for number in range(5)]
    assert [made() for made in waiting] == [0, 2, 4, 6, 8]
    with pytest.raises(ConfigError, match=r"Template 3 is wrong\."):
        executor.aside(Task("page", fail, 3))()


def test_a_worker_that_is_killed_aside_is_told() -> None:
    with closing(Pool(1)) as pool, pytest.raises(BuildError, match=r"while page 1 was made"):
        pool.warm()
        pool.aside(Task("page 1", die, 1))()


@pytest.mark.parametrize("kind", [RuntimeError, OSError, EOFError])
def test_where_no_process_can_be_started_what_is_aside_is_done_here(
    monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    def fail_to_start(self: Pool) -> None:
        raise kind("no more threads")

    monkeypatch.setattr(Pool, "_start", fail_to_start)
    with closing(Pool(2)) as pool:
        pool.warm()
        assert pool.aside(Task("three", double, 3))() == 6

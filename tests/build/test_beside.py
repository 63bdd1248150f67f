from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tasks import double, fail

from runreport.build.beside import Beside
from runreport.build.executor import Serial
from runreport.build.task import Task
from runreport.errors import ConfigError
from runreport.site.digests import digest_of

DOUBLE_THREE = digest_of("tasks", "double", "three")


class Counting(Serial):
    """Counts what it is given."""

    def __init__(self, *, is_ready: bool = True) -> None:
        self.names: list[str] = []
        self.is_ready = is_ready

    def warm(self) -> None:
        self.is_ready = True

    def aside(self, task: Task) -> Callable[[], Any]:
        self.names.append(task.name)
        return super().aside(task)


def test_work_of_one_key_is_done_once() -> None:
    executor = Counting()
    beside = Beside(executor, {})
    assert [beside("three", double, 3)() for _ in range(3)] == [6, 6, 6]
    assert executor.names == ["double"]
    assert beside.made == {DOUBLE_THREE: 6}


def test_what_an_earlier_build_made_is_kept_as_long_as_it_is_asked_for() -> None:
    executor = Counting()
    beside = Beside(executor, {DOUBLE_THREE: 6, "of no use": 8})
    assert beside("three", double, 3)() == 6
    assert executor.names == []
    assert beside.made == {DOUBLE_THREE: 6}


def test_what_fails_is_raised_where_it_is_waited_for_and_not_kept() -> None:
    beside = Beside(Serial(), {})
    waiting = beside("three", fail, 3)
    with pytest.raises(ConfigError):
        waiting()
    assert beside.made == {}


def test_what_nobody_is_ready_for_is_held_until_it_pays_to_have_somebody() -> None:
    executor = Counting(is_ready=False)
    beside = Beside(executor, {})
    waiting = [beside(str(number), double, number) for number in range(3)]
    beside.hand_over(4)
    assert (executor.names, executor.is_ready) == ([], False)
    assert waiting[0]() == 0
    beside.hand_over(2)
    assert (executor.names, executor.is_ready) == (["double", "double"], True)
    assert [made() for made in waiting] == [0, 2, 4]

"""Work for executors, in a module that their processes find."""

from __future__ import annotations

import os
import signal
import time

from runreport.errors import ConfigError


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise ConfigError(f"Template {number} is wrong.")


def die(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def outlast(seconds: float) -> bool:
    """Whether an interrupt of the whole group leaves a worker at work."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(seconds)
    return True


def divide(work: object) -> float:
    return 1 / 0

"""Identities and time for writers: UUIDv7 writer ids and the hybrid logical clock.

Written out instead of imported: ``uuid`` costs more import time than a whole log call may.
"""

from __future__ import annotations

import os
import time

from runreport.errors import WriteFailed

LOGICAL_BITS = 16
FARTHEST_AHEAD_MS = 100 * 366 * 86_400_000
"""A fact whose clock is farther ahead of the reader's is refused: nothing logged later could win
against the last readings that 64 bits hold, and "as of" would be a date of no calendar."""


def wall_ms() -> int:
    """Milliseconds since the epoch, UTC, by this machine's clock."""
    return time.time_ns() // 1_000_000


def new_writer_id() -> str:
    """A UUIDv7 in hex (RFC 9562): sorts by the time it was made."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (wall_ms() & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


def new_run_id() -> str:
    """A random UUIDv4 in hex, as MLflow names runs."""
    value = int.from_bytes(os.urandom(16), "big")
    value = value & ~(0xF << 76) | 0x4 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"


def next_counter(last: int, now_ms: int | None = None) -> int:
    """The next reading of a hybrid logical clock after ``last``.

    Kulkarni et al., "Logical Physical Clocks", 2014: wall time when it moved on, else one more
    than the last, so that a clock set back never puts a later fact before an earlier one.

    Raises:
        WriteFailed: a reader would refuse it, so that the fact would be lost.
    """
    wall = wall_ms() if now_ms is None else now_ms
    counter = max(wall << LOGICAL_BITS, last + 1)
    if counter > greatest_counter():
        raise WriteFailed(
            f"The clock of this run or experiment reads {last >> LOGICAL_BITS:,} ms, more than a "
            "hundred years ahead of this machine's, so that no reader would take what is logged "
            "after it. Set this machine's clock right, or log into another run."
        )
    return counter


def greatest_counter() -> int:
    """The greatest reading that a reader believes now."""
    return (wall_ms() + FARTHEST_AHEAD_MS) << LOGICAL_BITS


def clamped_ms(time_ms: int | None) -> int:
    """A time that a clock may read: 0 where there is none, or none that a reader believes."""
    if time_ms is None or not 0 <= time_ms < greatest_counter() >> LOGICAL_BITS:
        return 0
    return time_ms


def boot_id() -> str:
    """Names this boot of this machine; empty where the system has no name for it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def host_name() -> str:
    """This machine's name."""
    return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")

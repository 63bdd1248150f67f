from __future__ import annotations

from runreport.report.charts.sessions import Logged, settled


def points(*rows: tuple[int, int, str, int]) -> Logged:
    """Points of (step, time, writer, seq), whose values are their places."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[3]))
    steps, times, writers, seqs = zip(*ordered, strict=True)
    return Logged(steps, times, [float(place) for place in range(len(ordered))], writers, seqs)


def kept(logged: Logged) -> tuple[list[tuple[int, str]], list[int]]:
    found, resumed = settled(logged)
    return [*zip(found.steps, found.writers, strict=True)], resumed


def session(writer: str, steps: list[int], start: int) -> list[tuple[int, int, str, int]]:
    return [(step, start + place, writer, place) for place, step in enumerate(steps)]


def test_a_later_session_takes_the_place_of_the_steps_it_goes_over() -> None:
    first, second = session("a", [0, 10, 20, 30, 40], 0), session("b", [20, 25, 30], 100)
    steps, resumed = kept(points(*first, *second))
    assert steps == [(0, "a"), (10, "a"), (20, "b"), (25, "b"), (30, "b"), (40, "a")]
    assert resumed == [2, 5]


def test_the_third_session_replaces_the_second() -> None:
    rows = [session(w, [s, s + 1, s + 2], 10 * n) for n, (w, s) in enumerate(
        [("a", 0), ("b", 1), ("c", 2)])]  # fmt: skip
    steps, resumed = kept(points(*rows[0], *rows[1], *rows[2]))
    assert steps == [(0, "a"), (1, "b"), (2, "c"), (3, "c"), (4, "c")] and resumed == [1, 2]


def test_sessions_that_log_no_step_again_are_one_curve() -> None:
    logged = points(*session("a", [1], 0), *session("b", [0, 2], 10))
    assert settled(logged) == (logged, [])


def test_writers_at_the_same_time_are_no_sessions() -> None:
    logged = points(*session("a", [0, 1, 2], 0), *session("b", [0, 1, 2], 1))
    assert settled(logged) == (logged, [])


def test_a_cell_run_again_within_a_run_is_a_later_session() -> None:
    rows = [(step, n, "a", n) for n, step in enumerate([0, 1, 2, 3, 0, 1, 2])]
    found, resumed = settled(points(*rows))
    assert list(found.times) == [4, 5, 6, 3] and resumed == [3]


def test_steps_out_of_order_and_several_values_a_step_are_no_sessions() -> None:
    mixed = points(*[(step, n, "a", n) for n, step in enumerate([3, 1, 2, 5, 4])])
    assert settled(mixed) == (mixed, [])
    batches = points(*[(n // 3, n, "a", n) for n in range(9)])
    assert settled(batches) == (batches, [])
    turns = points(*[(n % 2, n, "a", n) for n in range(100)])
    assert settled(turns) == (turns, [])

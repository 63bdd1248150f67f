from __future__ import annotations

from runreport.report.charts.sessions import Logged, in_order, settled


def points(*rows: tuple[int, int, str, int]) -> Logged:
    """Points of (step, time, writer, seq), whose values are their places."""
    ordered = sorted(rows, key=lambda row: (row[0], row[1], row[2], row[3]))
    steps, times, writers, seqs = zip(*ordered, strict=True)
    return Logged(steps, times, [float(place) for place in range(len(ordered))], writers, seqs)


def kept(logged: Logged) -> tuple[list[tuple[int, str]], list[int]]:
    found, resumed = settled(logged, {})
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
    assert settled(logged, {}) == (logged, [])


def test_steps_that_no_later_session_logged_stay() -> None:
    first, second = session("a", [0, 1, 2, 3], 0), session("b", [0, 10, 11, 12], 100)
    steps, resumed = kept(points(*first, *second))
    assert steps == [(0, "b"), (1, "a"), (2, "a"), (3, "a"), (10, "b"), (11, "b"), (12, "b")]
    assert resumed == [1, 4]


def test_writers_at_the_same_time_are_no_sessions() -> None:
    logged = points(*session("a", [0, 1, 2], 0), *session("b", [0, 1, 2], 1))
    assert settled(logged, {}) == (logged, [])


def test_what_one_writer_logs_again_and_again_is_one_session() -> None:
    for steps in ([0, 1, 2, 0, 1, 2], [3, 1, 2, 5, 4], [n // 3 for n in range(9)]):
        logged = points(*session("a", steps, 0))
        assert settled(logged, {}) == (logged, [])


def test_the_clock_that_orders_facts_says_which_session_is_later() -> None:
    first, second = session("a", [0, 1, 2], 1000), session("b", [1, 2, 3], 10)
    spans = {"a": (5, 9), "b": (12, 20)}  # resumed on a machine whose clock is behind
    found, resumed = settled(points(*first, *second), spans)
    assert list(found.writers) == ["a", "b", "b", "b"] and resumed == [1]


def test_points_without_a_step_are_in_the_order_of_logging() -> None:
    back = points((0, 10, "a", 0), (0, 11, "a", 1), (0, 1, "a", 2))
    assert list(in_order(back, {}).seqs) == [0, 1, 2]
    two = points(*[(0, n, "ab"[n % 2], n) for n in range(6)])
    assert list(in_order(two, {}).times) == [*range(6)]

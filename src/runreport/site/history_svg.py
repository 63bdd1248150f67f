"""The picture of a history as SVG text: a dot a run, a line a stretch, a mark where it changes.

It stands over runs, over time, or over commits, whose runs are a band and their mean.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from runreport.analysis.student import mean_of
from runreport.numbers import tick_texts
from runreport.report.formatting import format_time, plural
from runreport.report.pages.history import MetricHistory
from runreport.site.lines import nice_ticks

WIDTH, HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 18, 28
_Down = Callable[[float], float]
"""How far down a value stands."""
_MOST_DOTS = 1000
"""Of more runs the means of some that follow each other are drawn, and their range behind."""


def history_svg(history: MetricHistory, identity: str, over: str = "runs") -> Markup:
    """One metric over runs, time or commits.

    Args:
        identity: names the picture's title; unique on the page.
        over: runs, time or commits.
    """
    values = history.values
    ticks = nice_ticks(min(values), max(values), 5)
    low, high = min(ticks[0], *values), max(ticks[-1], *values)

    def down(value: float) -> float:
        share = (high / 2 - value / 2) / (high / 2 - low / 2) if high > low else 0.5
        return _TOP + share * (HEIGHT - _TOP - _BOTTOM)

    parts = []
    for tick, label in zip(ticks, tick_texts(ticks), strict=True):
        y = down(tick)
        parts.append(_line("grid", _LEFT, WIDTH - _RIGHT, y, y))
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    shares = _shares(history, over)
    xs = [_LEFT + share * (WIDTH - _LEFT - _RIGHT) for share in shares]
    if over == "commits":
        parts += _commits(history, xs, down)
    else:
        parts += _dots(values, xs, down)
    for start, end in pairwise([0, *(change.place for change in history.changes), len(values)]):
        y = down(mean_of(values[start:end]))
        left, right = xs[_place(history, start, over)], xs[_place(history, end - 1, over)]
        parts.append(_line("mean", left, right, y, y))
    for change in history.changes:
        at = _place(history, change.place, over)
        x = (xs[at - 1] + xs[at]) / 2 if at else xs[at]
        parts.append(_line("change", x, x, _TOP, HEIGHT - _BOTTOM))
        parts.append(
            f'<text class="change" x="{x:.1f}" y="{_TOP - 6}" text-anchor="middle">'
            f"{change.number}</text>"
        )
    first, last = _ends(history, over)
    foot = HEIGHT - 8
    parts.append(f'<text x="{_LEFT}" y="{foot}">{escape(first)}</text>')
    parts.append(f'<text x="{WIDTH - _RIGHT}" y="{foot}" text-anchor="end">{escape(last)}</text>')
    title = escape(f"{history.metric} of {_told(history, over)}")
    return Markup(
        f'<svg class="history" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{identity}"><title id="{identity}">{title}</title>'
        f"{''.join(parts)}</svg>"
    )


def _told(history: MetricHistory, over: str) -> str:
    changes = history.changes
    found = plural(len(changes), "change") if changes else "no change"
    if over == "commits":
        return f"{plural(len(history.commits), 'commit')}, oldest first: {found}"
    way = "by time" if over == "time" else "oldest first"
    return f"{plural(len(history.values), 'run')}, {way}: {found}"


def _ends(history: MetricHistory, over: str) -> tuple[str, str]:
    """What stands at the ends of the axis."""
    if over == "commits":
        return history.commits[0].commit, history.commits[-1].commit
    if over == "time":
        return format_time(history.starts[0]), format_time(history.starts[-1])
    return "oldest run", "newest run"


def _shares(history: MetricHistory, over: str) -> list[float]:
    """How far to the right each point stands, 0 to 1."""
    if over == "time":
        first, span = history.starts[0], history.starts[-1] - history.starts[0]
        return [(start - first) / span if span else 0.5 for start in history.starts]
    count = len(history.commits) if over == "commits" else len(history.values)
    return [place / max(1, count - 1) for place in range(count)]


def _place(history: MetricHistory, run: int, over: str) -> int:
    """The point that a run belongs to."""
    if over != "commits":
        return run
    firsts = [own.first for own in history.commits]
    return max(0, bisect_right(firsts, run) - 1)


def _dots(values: Sequence[float], xs: Sequence[float], down: _Down) -> list[str]:
    parts = []
    size = math.ceil(len(values) / _MOST_DOTS)
    for start in range(0, len(values), size):
        own = values[start : start + size]
        x = mean_of(xs[start : start + size])
        if size > 1:
            parts.append(_line("range", x, x, down(max(own)), down(min(own))))
        parts.append(f'<circle class="run" cx="{x:.1f}" cy="{down(mean_of(own)):.1f}" r="2.5"/>')
    return parts


def _commits(history: MetricHistory, xs: Sequence[float], down: _Down) -> list[str]:
    """The range of each commit's runs as a band, and their means."""
    points = history.commits
    upper = " ".join(f"{x:.1f},{down(own.high):.1f}" for x, own in zip(xs, points, strict=True))
    lower = " ".join(
        f"{x:.1f},{down(own.low):.1f}" for x, own in reversed([*zip(xs, points, strict=True)])
    )
    dots = (
        f'<circle class="run" cx="{x:.1f}" cy="{down(own.mean):.1f}" r="3"/>'
        for x, own in zip(xs, points, strict=True)
    )
    return [f'<polygon class="band" points="{upper} {lower}"/>', *dots]


def _line(kind: str, left: float, right: float, top: float, bottom: float) -> str:
    places = f'x1="{left:.1f}" x2="{right:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"'
    return f'<line class="{kind}" {places}/>'

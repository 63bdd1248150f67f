"""The picture of a history as SVG text: a dot a run, a line a stretch, a mark where it changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup, escape

from runreport.numbers import tick_texts
from runreport.report.formatting import plural
from runreport.report.pages.history import MetricHistory
from runreport.site.lines import nice_ticks

WIDTH, HEIGHT = 960, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 18, 28
_MOST_DOTS = 1000
"""Of more runs the means of some that follow each other are drawn, and their range behind."""


def history_svg(history: MetricHistory, identity: str) -> Markup:
    """One metric over runs.

    Args:
        identity: names the picture's title; unique on the page.
    """
    values = history.values
    ticks = nice_ticks(min(values), max(values), 5)
    low, high = min(ticks[0], *values), max(ticks[-1], *values)
    inner_width, inner_height = WIDTH - _LEFT - _RIGHT, HEIGHT - _TOP - _BOTTOM

    def across(place: float) -> float:
        return _LEFT + place / max(1, len(values) - 1) * inner_width

    def down(value: float) -> float:
        share = (high / 2 - value / 2) / (high / 2 - low / 2) if high > low else 0.5
        return _TOP + share * inner_height

    parts = []
    for tick, label in zip(ticks, tick_texts(ticks), strict=True):
        y = down(tick)
        parts.append(_line("grid", _LEFT, WIDTH - _RIGHT, y, y))
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>')
    size = math.ceil(len(values) / _MOST_DOTS)
    for start in range(0, len(values), size):
        own = values[start : start + size]
        x = across(start + (len(own) - 1) / 2)
        if size > 1:
            parts.append(_line("range", x, x, down(max(own)), down(min(own))))
        parts.append(f'<circle class="run" cx="{x:.1f}" cy="{down(_mean(own)):.1f}" r="2.5"/>')
    for start, end in pairwise([0, *(change.place for change in history.changes), len(values)]):
        y = down(_mean(values[start:end]))
        parts.append(_line("mean", across(start), across(end - 1), y, y))
    for change in history.changes:
        x = across(change.place - 0.5)
        parts.append(_line("change", x, x, _TOP, HEIGHT - _BOTTOM))
        parts.append(
            f'<text class="change" x="{x:.1f}" y="{_TOP - 6}" text-anchor="middle">'
            f"{change.number}</text>"
        )
    foot = HEIGHT - 8
    parts.append(f'<text x="{_LEFT}" y="{foot}">oldest run</text>')
    parts.append(f'<text x="{WIDTH - _RIGHT}" y="{foot}" text-anchor="end">newest run</text>')
    found = plural(len(history.changes), "change") if history.changes else "no change"
    title = escape(f"{history.metric} of {plural(len(values), 'run')}, oldest first: {found}")
    return Markup(
        f'<svg class="history" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{identity}"><title id="{identity}">{title}</title>'
        f"{''.join(parts)}</svg>"
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(value / len(values) for value in values)


def _line(kind: str, left: float, right: float, top: float, bottom: float) -> str:
    places = f'x1="{left:.1f}" x2="{right:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"'
    return f'<line class="{kind}" {places}/>'

"""The picture of a rule's history as SVG text: a dot a commit, a step for what it is held to."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup, escape

from runreport.numbers import tick_texts
from runreport.report.checks.page import CheckedCommit, CheckedRule
from runreport.site.lines import nice_ticks

WIDTH, HEIGHT = 960, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 64, 10, 24
"""The axis stands on the right, where the newest commit is."""
_SHAPES = {
    "passed": '<circle class="passed" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    "undecided": '<circle class="undecided" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    "regressed": '<path class="regressed" d="M{x:.1f} {y:.1f}m-5 -5l10 10m0 -10l-10 10"/>',
}


def check_svg(rule: CheckedRule, identity: str) -> Markup:
    """A rule over the last commits; empty where fewer than two have a value.

    Args:
        identity: names the picture's title; unique on the page.
    """
    drawn = [own for own in rule.commits if math.isfinite(own.head)]
    if len(drawn) < 2:
        return Markup("")
    values = [own.head for own in drawn]
    values += [own.base for own in drawn if math.isfinite(own.base)]
    ticks = nice_ticks(min(values), max(values), 4)
    low, high = min(ticks[0], *values), max(ticks[-1], *values)
    step = (WIDTH - _LEFT - _RIGHT) / len(drawn)

    def down(value: float) -> float:
        share = (high / 2 - value / 2) / (high / 2 - low / 2) if high > low else 0.5
        return _TOP + share * (HEIGHT - _TOP - _BOTTOM)

    parts = []
    for tick, label in zip(ticks, tick_texts(ticks), strict=True):
        y = down(tick)
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>')
        parts.append(f'<text x="{WIDTH - _RIGHT + 8}" y="{y + 4:.1f}">{label}</text>')
    for place, own in enumerate(drawn):
        left = _LEFT + place * step
        if math.isfinite(own.base):
            right = left + step
            parts.append(f'<path class="base" d="M{left:.1f} {down(own.base):.1f}H{right:.1f}"/>')
        parts.append(_SHAPES[own.status].format(x=left + step / 2, y=down(own.head)))
    parts.append(f'<text x="{_LEFT}" y="{HEIGHT - 6}">{escape(_named(drawn, 0))}</text>')
    parts.append(
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}" text-anchor="end">'
        f"{escape(_named(drawn, -1))}</text>"
    )
    told = ", ".join(
        f"{sum(own.status == status for own in drawn)} {status}"
        for status in _SHAPES
        if any(own.status == status for own in drawn)
    )
    title = escape(f"{rule.metric} at the last {len(drawn)} commits: {told}")
    return Markup(
        f'<svg class="rule" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{identity}"><title id="{identity}">{title}</title>'
        f"{''.join(parts)}</svg>"
    )


def _named(drawn: Sequence[CheckedCommit], place: int) -> str:
    own = drawn[place]
    return own.commit or own.time.text

"""Badges as SVG text: a metric and what was reached of it, for the README of a project."""

from __future__ import annotations

from markupsafe import escape

from runreport.report.pages.latest import Latest

_HEIGHT, _PAD, _LETTER = 20, 7, 6.6
_SENSES = {"better": "#1a7f37", "worse": "#c62828", "": "#57606a"}
_MARKS = {"+": "▲", "−": "▼"}
_MOST = 40
"""Letters of a metric's name."""


def best_badge(latest: Latest) -> str:
    """The best run's value."""
    value = "no runs" if latest.best is None else str(latest.best.shown)
    return _badge(f"best {latest.metric}", value, "")


def newest_badge(latest: Latest) -> str:
    """The newest run's value, with which way it went since the one before."""
    if latest.newest is None:
        return _badge(latest.metric or latest.experiment, "no runs", "")
    mark = _MARKS.get(latest.delta.text[:1], "")
    return _badge(latest.metric, f"{latest.newest.shown} {mark}".rstrip(), latest.delta.sense)


def _badge(label: str, value: str, sense: str) -> str:
    label = label if len(label) <= _MOST else f"{label[: _MOST // 2]}…{label[-_MOST // 2 + 1 :]}"
    left, right = (2 * _PAD + _LETTER * len(text) for text in (label, value))
    whole = left + right
    shown, told = escape(label), escape(value)
    texts = "".join(
        f'<text x="{x:.1f}" y="14" text-anchor="middle" textLength="{_LETTER * len(text):.1f}" '
        f'lengthAdjust="spacingAndGlyphs">{safe}</text>'
        for x, text, safe in ((left / 2, label, shown), (left + right / 2, value, told))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:.1f}" height="{_HEIGHT}" '
        f'role="img" aria-label="{shown}: {told}"><title>{shown}: {told}</title>'
        f'<rect width="{left:.1f}" height="{_HEIGHT}" fill="#444c56"/>'
        f'<rect x="{left:.1f}" width="{right:.1f}" height="{_HEIGHT}" fill="{_SENSES[sense]}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g>'
        "</svg>\n"
    )

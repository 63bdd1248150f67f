"""A chart drawn for a phone: all of it within the width of a small screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from runreport.report.charts.chart import Chart, Spec

WIDTH = 328
"""Of the whole picture, axes and legends included."""
SLANT = -35
"""Degrees, of what parallel axes are called: so they stand beside each other."""
SHORT = 14
"""Letters of the entries of a legend that have room beside each other."""


def narrow(chart: Chart) -> Chart:
    """The chart for a small screen, under a name of its own."""
    return replace(chart, name=f"{chart.name}-narrow", spec=_narrowed(chart))


def _narrowed(chart: Chart) -> Spec:
    longest = max((len(str(row.get("color", ""))) for row in chart.rows), default=0)
    spec = turned(chart.spec, 2 if longest <= SHORT else 1)
    return {**spec, "width": WIDTH, "autosize": {"type": "fit-x", "contains": "padding"}}


def turned(value: Any, columns: int) -> Any:
    """A spec whose legends lie below the picture; ``static/js/charts/narrow.js`` does the same."""
    if isinstance(value, list):
        return [turned(one, columns) for one in value]
    if not isinstance(value, Mapping):
        return value
    found = {}
    for key, own in value.items():
        if key == "config" or not isinstance(own, Mapping):
            found[key] = own if key == "config" else turned(own, columns)
        elif key == "legend":
            found[key] = _legend(own, columns)
        elif key == "axis" and own.get("labelAngle") == 0:  # of parallel coordinates
            found[key] = {**own, "labelAngle": SLANT, "labelAlign": "right", "labelLimit": 90}
        else:
            found[key] = turned(own, columns)
    return found


def _legend(legend: Mapping[str, Any], columns: int) -> dict[str, Any]:
    if legend.get("type") == "gradient":
        lying = {"orient": "bottom", "direction": "horizontal", "gradientLength": WIDTH // 2}
        return {**legend, **lying}
    return {**legend, "columns": columns}

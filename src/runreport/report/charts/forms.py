"""The form of a chart: what of its spec depends on the kinds of its columns.

Each form has one spec, a template of the site: without data, with ``{x}``, ``{y}`` and ``{color}``
for titles. Python and the scripts choose a form, fill in titles and rows, and decide nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

XS = {
    "line": ("number", "time"),
    "band": ("number",),
    "scatter": ("number", "log", "symlog", "time", "word"),
    "bar": ("word", "run"),
    "box": ("word",),
    "histogram": ("number", "log", "symlog"),
    "heatmap": ("word",),
    "parallel": ("word",),
}
YS = {
    "line": ("linear", "log"),
    "band": ("linear", "log"),
    "scatter": ("linear", "log"),
    "box": ("linear", "log"),
}
DISCRETE = ("none", "category", "ordered", "status")
AMOUNTS = ("number", "log")
COLORS = {
    "line": ("run", *DISCRETE[1:], *AMOUNTS, "number-down", "log-down"),
    "band": ("category", "ordered"),
    "scatter": (*DISCRETE, *AMOUNTS, "number-down", "log-down"),
    "bar": ("run", *DISCRETE),
    "box": DISCRETE,
    "histogram": DISCRETE,
    "heatmap": (*AMOUNTS, "number-down", "log-down"),
    "parallel": (*AMOUNTS, "number-down", "log-down"),
}
"""``-down``: of a metric of which less is better."""


@dataclass(frozen=True, slots=True)
class Form:
    """A chart's type, and the kinds of what lies on its axes and in its colours."""

    type: str
    x: str
    y: str
    color: str

    @property
    def name(self) -> str:
        """``scatter log linear category``; how the scripts ask for it."""
        return f"{self.type} {self.x} {self.y} {self.color}"


def all_forms() -> Iterator[Form]:
    """Every form that a chart can have."""
    for kind, xs in XS.items():
        for x in xs:
            for y in YS.get(kind, ("linear",)):
                for color in COLORS[kind]:
                    if color != "run" or x != "word":  # a bar of several runs has not one's colour
                        yield Form(kind, x, y, color)

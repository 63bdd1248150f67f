"""Charts as links and configs write them: ``line;x=step;y=metrics.loss;c=params.optimizer``.

``static/js/core/hash.js`` reads and writes the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote_plus, unquote_plus

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean
from runreport.report.charts.limits import CLIP, read_ends
from runreport.report.config import ViewConfig

FIELDS: Mapping[str, tuple[str, ...]] = {
    # What each type needs; the others may be there or not.
    "line": ("y",),
    "bar": ("x", "y"),
    "scatter": ("x", "y"),
    "box": ("x", "y"),
    "parallel": ("x", "c"),
    "histogram": ("x",),
    "heatmap": ("x", "y", "c"),
}
KNOWN = ("x", "y", "c", "g", "scale", "xscale", "smooth", "xlim", "ylim", "runs", "title")
LIMITED = ("line", "scatter")
"""The types whose axes can have limits."""
COLUMNS = ("x", "y", "c", "g")
"""The fields that name columns."""
SEVERAL = (("parallel", "x"), ("line", "y"))
"""The fields that name several columns, between commas."""
AXES = ("step", "time", "relative")


@dataclass(frozen=True, slots=True)
class ChartText:
    """A chart that somebody asked for."""

    type: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """A field; empty where it was not given."""
        return self.fields.get(name, "")


def read_chart(text: str, where: str) -> ChartText:
    """A chart from its text.

    Args:
        where: for messages, e.g. ``runreport.toml: views.Best.charts``.

    Raises:
        ConfigError: there is no such type or field, or one is missing.
    """
    kind, *parts = text.split(";")
    if kind not in FIELDS:
        hint = did_you_mean(kind, FIELDS)
        raise ConfigError(
            f"{where}: {text!r} begins with the chart type {kind!r}.{hint} "
            f"Known: {', '.join(FIELDS)}."
        )
    fields = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name not in KNOWN:
            raise ConfigError(
                f"{where}: {part!r} of {text!r} is no field; write NAME=VALUE with one of "
                f"{', '.join(KNOWN)}."
            )
        fields[name] = unquote_plus(value)
    missing = [name for name in FIELDS[kind] if not fields.get(name)]
    if missing:
        raise ConfigError(
            f"{where}: {text!r} lacks {' and '.join(missing)}; a {kind} chart needs "
            f"{', '.join(FIELDS[kind])}."
        )
    scales = ("linear", "log")
    one_of = {
        "scale": scales,
        "xscale": scales if kind == "line" else ("linear",),
        "runs": ("all",),
        "x": AXES if kind == "line" else (),
    }
    for name, allowed in one_of.items():
        if fields.get(name) and allowed and fields[name] not in allowed:
            raise ConfigError(
                f"{where}: {name} of {text!r} is {fields[name]!r}; "
                f"allowed are {', '.join(allowed)}."
            )
    try:
        weight = float(fields.get("smooth") or 0)
    except ValueError:
        weight = -1
    if not 0 <= weight < 1:
        raise ConfigError(
            f"{where}: smooth of {text!r} is {fields['smooth']!r}; it must be from 0 to below 1."
        )
    for name in ("xlim", "ylim"):
        own = fields.get(name)
        if not own or (name == "ylim" and own == CLIP and kind in LIMITED):
            continue
        if kind not in LIMITED or read_ends(own) is None:
            clip = f" or {CLIP}" if name == "ylim" else ""
            raise ConfigError(
                f"{where}: {name} of {text!r} is {own!r}; a {' or '.join(LIMITED)} chart takes "
                f"LOW..HIGH, e.g. 0..0.5, 10.. or ..20{clip}."
            )
    if kind == "line" and fields.get("g") and "," in fields["y"]:
        raise ConfigError(f"{where}: {text!r} asks for a mean (g) of several metrics; name one y.")
    return ChartText(kind, fields)


def names_columns(kind: str, field: str) -> bool:
    """Whether a field names columns; the ``x`` of a line is one of `AXES`."""
    return field in COLUMNS and (kind, field) != ("line", "x")


def renamed(chart: ChartText, rename: Callable[[str], str]) -> ChartText:
    """A chart with other names of columns."""

    def of(field: str, value: str) -> str:
        if not value or not names_columns(chart.type, field):
            return value
        several = value.split(",") if (chart.type, field) in SEVERAL else [value]
        return ",".join(map(rename, several))

    return ChartText(chart.type, {field: of(field, own) for field, own in chart.fields.items()})


def renamed_chart(text: str, rename: Callable[[str], str]) -> str:
    """The text of a chart with other names of columns."""
    parts = text.split(";")
    for place, part in enumerate(parts):
        name, equals, value = part.partition("=")
        if equals and names_columns(parts[0], name):
            logged = unquote_plus(value)
            several = logged.split(",") if (parts[0], name) in SEVERAL else [logged]
            shown = ",".join(map(rename, several))
            parts[place] = part if shown == logged else f"{name}={quote_plus(shown)}"
    return ";".join(parts)


def charted_names(views: Iterable[ViewConfig]) -> tuple[str, ...]:
    """The columns that the charts of views name."""
    found: list[str] = []

    def note(name: str) -> str:
        found.append(name)
        return name

    for view in views:
        for text in view.charts:
            try:
                renamed(read_chart(text, view.name), note)
            except ConfigError:  # it is told where the view is made
                continue
    return tuple(filter(None, dict.fromkeys(found)))

"""Claims: sentences whose numbers are taken from runs, struck out as soon as they are not true."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.analysis.student import deviation_of, mean_of
from runreport.errors import ConfigError
from runreport.nearest import did_you_mean
from runreport.report.links import RunLink
from runreport.report.meaning import better
from runreport.report.pages.listings import Places
from runreport.report.shown import show_number
from runreport.report.tables.columns import Column
from runreport.report.tables.ranking import may_be_best
from runreport.report.tables.run_table import run_link
from runreport.report.tables.table import Table

KEYS: Mapping[str, type] = {"name": str, "metric": str, "text": str, "holds": str}
VALUES = ("best", "latest", "mean", "std", "count")
"""What a sentence and its condition may name."""
_CONDITION = re.compile(
    r"\s*(?P<value>[a-z]+)\s*(?P<sign><=|>=|!=|=|<|>)\s*"
    r"(?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*"
)
_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le, ">=": operator.ge, "!=": operator.ne, "=": operator.eq,
    "<": operator.lt, ">": operator.gt,
}  # fmt: skip
_NAMED = re.compile(r"\{([A-Za-z]\w+)\}")
"""Shorter or other things in braces, as TeX has them, are left alone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, and whether it is true."""

    text: str
    is_true: bool
    now: str
    """What its condition is about, with the value it has now."""
    run: RunLink | None
    """The run that made it so; None of a mean or count."""


def make_claim(
    asked: Mapping[str, Any], column: Column, table: Table, numbers: Sequence[int],
    places: Places, where: str,
) -> Claim:  # fmt: skip
    """A claim about some runs.

    Args:
        asked: its text, whose ``{best}`` and so on become numbers, and its condition.
        column: the metric that it is about.
        where: it stands, for messages.

    Raises:
        ConfigError: it names what there is not, or is no condition.
    """
    values, runs = _values(column, table, numbers, places)
    text = str(asked.get("text", ""))
    condition = _CONDITION.fullmatch(str(asked.get("holds", "")))
    if not text or condition is None:
        raise ConfigError(
            f"{where}: a claim has a text and a condition, e.g. text = "
            '"{best} of all runs" and holds = "best >= 0.95".'
        )
    for name in (condition["value"], *_NAMED.findall(text)):
        if name not in VALUES:
            hint = did_you_mean(name, VALUES)
            raise ConfigError(
                f"{where}: a claim knows no {name!r}.{hint} It knows {', '.join(VALUES)}."
            )
        if name not in values:
            raise ConfigError(f"{where}: no run has {name} of {column.label!r}.")
    name = condition["value"]
    value = values[name]
    holds = _holds(condition["sign"], value, float(condition["number"]))
    shown = _NAMED.sub(lambda match: _shown(match[1], values[match[1]]), text)
    now = f"{name} of {column.label} is {_shown(name, value)}"
    return Claim(shown, holds, now, runs.get(name))


def _shown(name: str, value: float) -> str:
    return f"{value:,.0f}" if name == "count" else show_number(value).text


def _values(
    column: Column, table: Table, numbers: Sequence[int], places: Places
) -> tuple[dict[str, float], dict[str, RunLink]]:
    """What can be said of some runs, and the runs that have the best and the latest value."""
    numbered = {n: float(v) for n, v in enumerate(column.values) if isinstance(v, int | float)}
    finite = {n: v for n, v in numbered.items() if math.isfinite(v)}
    found: dict[str, float] = {"count": float(len(numbered))}
    runs: dict[str, RunLink] = {}

    def keep(name: str, place: int) -> None:
        _, own, at = places[numbers[place]]
        found[name], runs[name] = finite[place], run_link(own, at)

    if not finite:
        return found, runs
    starts = [v if isinstance(v, int) else 0 for v in table.values("start_time")]
    keep("latest", max(finite, key=lambda n: starts[n]))
    way = table.direction if column.label == table.primary else better(column.label)
    statuses = table.values("status")
    able = [n for n in finite if may_be_best(statuses[n])]
    if way is not None and able:
        keep("best", (max if way == "max" else min)(able, key=finite.__getitem__))
    is_whole = len(finite) == len(numbered)  # the mean of what diverged is no number
    found["mean"] = mean_of([*finite.values()]) if is_whole else math.nan
    if len(numbered) > 1:
        found["std"] = deviation_of([*finite.values()]) if is_whole else math.nan
    return found, runs


def _holds(sign: str, value: float, limit: float) -> bool:
    """Whether a condition holds; what differs by the last digits of a float is equal."""
    if math.isclose(value, limit, rel_tol=1e-12):
        return "=" in sign and sign != "!="
    return _SIGNS[sign](value, limit)

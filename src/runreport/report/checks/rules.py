"""Rules: what a metric may not fall short of, in a config's words or in one line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean
from runreport.report.config import Config
from runreport.report.meaning import better

REFERENCES = ("baseline", "best", "main", "previous")
"""What a rule may compare with besides a number: the configured baseline, the best other settings,
the newest commit on main, or the newest commit before."""
KEYS = (
    "metric", "against", "tolerance", "direction", "experiment", "filter", "group", "name",
)  # fmt: skip
_PLAIN = Config()
_AMOUNT = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RULE = re.compile(
    rf"\s*(?P<metric>.+?)\s*(?P<way><=|>=|<|>)\s*(?P<against>[A-Za-z]\w*|{_NUMBER})"
    rf"(?:\s*(?P<sign>[+-])\s*(?P<tolerance>{_AMOUNT})\s*(?P<share>%)?)?\s*"
)
_TOLERANCE = re.compile(rf"\s*(?P<number>{_NUMBER})\s*(?P<share>%)?\s*")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a metric may not fall short of."""

    name: str
    metric: str
    """A field, as filters write it."""
    against: str | float
    """One of `REFERENCES`, or a number."""
    direction: str
    """max or min: which values are better."""
    tolerance: float = 0.0
    """By how much a metric may be worse; less than 0: by how much it must be better."""
    is_share: bool = False
    """Whether the tolerance is a share of what the rule compares with."""
    experiment: str = ""
    """Empty: every one that has the metric."""
    filter: str = ""
    group: tuple[str, ...] | None = None
    """Fields in which the runs of a group agree; None: all params but the seed."""

    def room(self, reference: float) -> float:
        """By how much a metric may be worse than a value."""
        return self.tolerance * abs(reference) if self.is_share else self.tolerance


def read_rule(text: str) -> Rule:
    """A rule of one line: ``metrics.accuracy >= baseline - 0.01``, ``loss <= best + 2 %``.

    Raises:
        ConfigError: it is no such thing.
    """
    match = _RULE.fullmatch(text)
    if match is None:
        raise ConfigError(
            f"The rule {text!r} cannot be read. A rule is a metric, >= or <=, and what it is "
            "compared with: metrics.accuracy >= baseline - 0.01, loss <= 0.2, f1 >= best - 1 %."
        )
    direction = "max" if match["way"].startswith(">") else "min"
    tolerance = _finite(match["tolerance"] or 0)
    if tolerance is None:
        raise ConfigError(f"The rule {text!r} has a tolerance that is no number.")
    if (match["sign"] == "+") == (direction == "max"):
        tolerance = -tolerance  # it must be better by so much
    return Rule(
        text.strip(),
        match["metric"].strip(),
        _against(match["against"], f"The rule {text!r}"),
        direction,
        tolerance / 100 if match["share"] else tolerance,
        bool(match["share"]),
    )


def rule_of(table: Mapping[str, Any], where: str, config: Config = _PLAIN) -> Rule:
    """A rule of a config's ``[[check]]``.

    Args:
        config: says which values of its primary metrics are better.

    Raises:
        ConfigError: an unknown key or a wrong value.
    """
    for key in table:
        if key not in KEYS:
            raise ConfigError(f"{where} has no key {key!r}.{did_you_mean(key, KEYS)}")
    for key in ("metric", "direction", "experiment", "filter", "name"):
        if not isinstance(table.get(key, ""), str):
            raise ConfigError(f"{where}.{key} is {table[key]!r}; it must be a text.")
    metric = table.get("metric", "")
    if not metric:
        raise ConfigError(f'{where} names no metric, e.g. metric = "val/acc".')
    if "against" not in table:
        raise ConfigError(
            f"{where} says not what {metric} is compared with: against = "
            f"{', '.join(map(repr, REFERENCES))} or a number."
        )
    against = _against(table["against"], f"{where}.against")
    direction = table.get("direction") or _direction(metric, table, where, config)
    if direction not in ("max", "min"):
        raise ConfigError(
            f'{where}: nothing says which values of {metric} are better; add direction = "max" '
            'or "min".'
        )
    tolerance, is_share = _tolerance(table.get("tolerance", 0), where)
    group = table.get("group")
    if group is not None and not (
        isinstance(group, list) and all(isinstance(own, str) for own in group)
    ):
        raise ConfigError(f'{where}.group is {group!r}; it must be a list, e.g. ["params.model"].')
    way = ">=" if direction == "max" else "<="
    return Rule(
        table.get("name") or f"{metric} {way} {against}{_room_text(tolerance, is_share, way)}",
        metric,
        against,
        direction,
        tolerance,
        is_share,
        table.get("experiment", ""),
        table.get("filter", ""),
        None if group is None else tuple(group),
    )


def _direction(metric: str, table: Mapping[str, Any], where: str, config: Config) -> str | None:
    """Which values of a metric are better, as every other page has it: what the config says of the
    experiments that a rule is about, else what the metric's name says.

    Raises:
        ConfigError: two experiments are told apart in this.
    """
    name, own = metric.removeprefix("metrics.").strip("`"), table.get("experiment")
    told = [config.for_experiment(one) for one in ([own] if own else config.experiments)]
    told += [] if own else [config.default]
    ways = {one.direction for one in told if one.direction and one.primary_metric == name}
    if len(ways) > 1:
        raise ConfigError(
            f"{where}: experiments of this config differ in which values of {metric} are better; "
            'add direction = "max" or "min", or name the experiment.'
        )
    # A direction without a metric is about the one that a report chooses.
    vague = {one.direction for one in told if one.direction and one.primary_metric is None}
    by_name = better(name) or (vague.pop() if len(vague) == 1 else None)
    return ways.pop() if ways else by_name


def _room_text(tolerance: float, is_share: bool, way: str) -> str:
    """A tolerance as rules of one line have it; empty where there is none."""
    if not tolerance:
        return ""
    is_minus = (tolerance > 0) == (way == ">=")
    size = abs(tolerance) * (100 if is_share else 1)
    return f" {'-' if is_minus else '+'} {size:g}{' %' if is_share else ''}"


def refuse_contradictions(rules: Iterable[Rule]) -> None:
    """Refuse rules of one metric that no run can keep both.

    Raises:
        ConfigError: two rules want a metric to be greater and smaller.
    """
    seen: dict[tuple[str, str, str], Rule] = {}
    for rule in rules:
        key = (rule.metric.removeprefix("metrics.").strip("`"), rule.experiment, rule.filter)
        other = seen.setdefault(key, rule)
        if other.direction != rule.direction and not _can_keep(other, rule):
            raise ConfigError(
                f"The rules {other.name!r} and {rule.name!r} contradict each other: one wants "
                f"{rule.metric} to be greater, the other to be less."
            )


def _can_keep(one: Rule, other: Rule) -> bool:
    """Whether two rules of opposite directions are a range of numbers."""
    if isinstance(one.against, str) or isinstance(other.against, str):
        return False
    low, high = (one, other) if one.direction == "max" else (other, one)
    assert not isinstance(low.against, str) and not isinstance(high.against, str)
    return low.against - low.room(low.against) <= high.against + high.room(high.against)


def _finite(value: object) -> float | None:
    """A number as a float; None of what is none, or no finite one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and not re.fullmatch(_NUMBER, value.strip(), re.ASCII):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _against(value: object, where: str) -> str | float:
    text = str(value)
    if text in REFERENCES:
        return text
    number = _finite(value)
    if number is not None:
        return number
    raise ConfigError(
        f"{where} is compared with {value!r}.{did_you_mean(text, REFERENCES)} It must be a number "
        f"or one of {', '.join(REFERENCES)}."
    )


def _tolerance(value: object, where: str) -> tuple[float, bool]:
    number = None if isinstance(value, str) else _finite(value)
    if number is not None:
        return number, False
    match = _TOLERANCE.fullmatch(value) if isinstance(value, str) else None
    number = None if match is None else _finite(match["number"])
    if match is None or number is None:
        raise ConfigError(
            f"{where}.tolerance is {value!r}; it must be a number, or a share such as '1 %'."
        )
    return (number / 100, True) if match["share"] else (number, False)

"""A metric of an evaluation: a score a row, and what they come to."""

from __future__ import annotations

import inspect
import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runreport.errors import InvalidValue
from runreport.tracking.validation import check_key

Scores = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """What is scored: columns of one length."""

    predictions: Sequence[Any]
    targets: Sequence[Any] | None
    inputs: Mapping[str, Sequence[Any]]
    """The other columns of the data, by name."""

    def column(self, name: str) -> Sequence[Any]:
        """A column by name; ``targets`` and ``predictions`` too.

        Raises:
            InvalidValue: there is none.
        """
        if name in ("prediction", "predictions", "output", "outputs"):
            return self.predictions
        if name == "targets" and self.targets is not None:
            return self.targets
        if name in self.inputs:
            return self.inputs[name]
        known = [*self.inputs, "predictions", *(["targets"] if self.targets is not None else [])]
        raise InvalidValue(
            f"The evaluation data has no column {name!r}; it has {', '.join(known)}."
            + (" Name the targets: evaluate(..., targets='answer')." if name == "targets" else "")
        )


@dataclass(slots=True)
class MetricValue:
    """What a metric says of some rows."""

    scores: Scores | None = None
    """One a row; None where a row could not be scored. None: only in all."""
    justifications: Sequence[str | None] | None = None
    aggregate_results: Mapping[str, float] | None = None
    """What they come to, by name; ``""`` for what is named as the metric itself."""


@dataclass(frozen=True, slots=True)
class EvaluationMetric:
    """A named metric."""

    name: str
    score: Callable[[Rows], MetricValue] = field(repr=False)
    greater_is_better: bool = True
    version: str | None = None
    check: Callable[[], None] = field(default=lambda: None, repr=False)
    """Raises when it cannot be had, before the model is asked anything."""
    is_latency: bool = False
    metric_details: str | None = None
    """For judges: the prompt."""

    @property
    def title(self) -> str:
        """The name that results have."""
        return f"{self.name}/{self.version}" if self.version else self.name

    @property
    def score_column(self) -> str:
        """The name of its column in the results table."""
        return f"{self.title}/score" if self.version else self.name


def make_metric(
    *,
    eval_fn: Callable[..., Any],
    greater_is_better: bool,
    name: str | None = None,
    long_name: str | None = None,
    version: str | None = None,
) -> EvaluationMetric:
    """A metric of one's own.

    Args:
        eval_fn: takes any of ``predictions``, ``targets``, ``inputs`` and columns of the data by
            their names, and returns a `MetricValue`, a number, one a row, or some by name.
        name: of the function by default.

    Raises:
        InvalidValue: it has no name, or is no function.
    """
    del long_name
    if not callable(eval_fn):
        raise InvalidValue(f"eval_fn is {eval_fn!r}; it must be a function.")
    own_name = name or getattr(eval_fn, "__name__", "")
    if not own_name or own_name == "<lambda>":
        raise InvalidValue("The metric needs a name: make_metric(eval_fn=…, name='politeness').")
    check_name(own_name)

    def score(rows: Rows) -> MetricValue:
        value = eval_fn(**_arguments(eval_fn, rows))
        return as_value(value, len(rows.predictions), own_name)

    return EvaluationMetric(own_name, score, greater_is_better, version)


def as_value(value: Any, count: int, name: str) -> MetricValue:
    """What a function returned, as a metric's value.

    Raises:
        InvalidValue: it is nothing of the kind.
    """
    if isinstance(value, MetricValue):
        return value
    if hasattr(value, "scores") and hasattr(value, "aggregate_results"):  # MLflow's own
        return MetricValue(value.scores, value.justifications, value.aggregate_results)
    if isinstance(value, Mapping):
        return MetricValue(aggregate_results={str(k): float(v) for k, v in value.items()})
    if isinstance(value, int | float) or (
        hasattr(value, "item") and not hasattr(value, "__len__")
    ):
        return MetricValue(aggregate_results={"": float(value)})
    if hasattr(value, "__len__") and not isinstance(value, str) and len(value) == count:
        scores = [None if one is None else float(one) for one in value]
        return MetricValue(scores, aggregate_results=aggregate(scores))
    raise InvalidValue(
        f"Metric {name!r} returned {type(value).__name__}; it must be a MetricValue, a number, "
        f"{count} numbers (one a row) or a dictionary of numbers."
    )


def check_name(name: object) -> None:
    """Whether results can be logged under a name, asked before anything is paid for.

    Raises:
        InvalidValue: they cannot.
    """
    check_key("Metric", name)


AGGREGATIONS: Mapping[str, Callable[[list[float]], float]] = {
    "mean": statistics.fmean,
    "variance": statistics.pvariance,
    "p90": lambda values: _percentile(values, 0.9),
    "median": statistics.median,
    "min": min,
    "max": max,
}
STANDARD = ("mean", "variance", "p90")


def aggregate(scores: Scores, names: Sequence[str] = STANDARD) -> dict[str, float]:
    """Mean, variance (of the population) and 90th percentile; rows without a score do not count.

    Raises:
        InvalidValue: there is no such aggregation.
    """
    for name in names:
        if name not in AGGREGATIONS:
            raise InvalidValue(
                f"Aggregation {name!r} is not known; use {', '.join(AGGREGATIONS)}."
            )
    values = [float(s) for s in scores if s is not None and math.isfinite(s)]
    return {name: float(AGGREGATIONS[name](values)) for name in names} if values else {}


def _percentile(values: list[float], share: float) -> float:
    """By linear interpolation between the two nearest ranks, as NumPy does by default."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _arguments(function: Callable[..., Any], rows: Rows) -> dict[str, Any]:
    """What of the rows a function's parameters ask for."""
    given: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if name == "inputs" and "inputs" not in rows.inputs:
            columns = list(rows.inputs.values())
            given[name] = columns[0] if len(columns) == 1 else dict(rows.inputs)
        elif name == "metrics" and "metrics" not in rows.inputs:
            given[name] = {}
        else:
            try:
                given[name] = rows.column(name)
            except InvalidValue:
                if parameter.default is parameter.empty:
                    raise
    return given

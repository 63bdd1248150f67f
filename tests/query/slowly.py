"""A slow, obvious evaluator: one run, one comparison at a time, in plain Python.

A run is a dictionary as in ``archives.json``; metrics are lists of all values, by step.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from runreport.query.syntax import And, Comparison, Field, Moment, Node, Not, Ordering

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|infinity|nan)", re.I | re.A)


def find(runs: Sequence[dict[str, Any]], node: Node, now_ms: float) -> list[str]:
    """The ids of the runs that a filter keeps, newest first."""
    found = [run for run in runs if holds(run, node, now_ms)]
    found.sort(key=lambda run: (-run["start_time"], run["run_id"]))
    return [run["run_id"] for run in found]


def holds(run: dict[str, Any], node: Node, now_ms: float) -> bool:
    if isinstance(node, Not):
        return not holds(run, node.part, now_ms)
    if isinstance(node, Comparison):
        if node.field.entity != "dataset":
            return compare(value_of(run, node.field), node, now_ms)
        place = ("name", "digest", "context").index(node.field.key)
        values = [dataset[place] for dataset in run["datasets"]]
        if node.operator == "IS NULL":
            return all(value is None for value in values)
        return any(compare(value, node, now_ms) for value in values)
    results = [holds(run, part, now_ms) for part in node.parts]
    return all(results) if isinstance(node, And) else any(results)


def value_of(run: dict[str, Any], field: Field) -> Any:
    if field.entity == "metric":
        metrics = run["metrics"]
        whole = f"{field.key}.{field.statistic}" if field.statistic else field.key
        if field.statistic and not (field.is_bare and whole in metrics):
            return statistic(metrics.get(field.key), field.statistic)
        return float(metrics[whole][-1]) if whole in metrics else None
    if field.entity in ("param", "tag"):
        tags = {"mlflow.runName": run["name"], "mlflow.user": run["user"], **run["tags"]}
        return (run["params"] if field.entity == "param" else tags).get(field.key)
    if field.key == "duration":
        ends = run["end_time"]
        return None if ends is None else max(0, ends - run["start_time"]) / 1000
    known = {
        "experiment_name": "Default",
        "run_name": run["name"],
        "user_id": run["user"],
        "artifact_uri": run.get("uri"),
    }
    return known[field.key] if field.key in known else run[field.key]


def statistic(values: list[Any] | None, name: str) -> float | None:
    if values is None:
        return None
    numbers = [float(value) for value in values]
    if name == "mean":
        return total(numbers) / len(numbers)
    real = [number for number in numbers if number == number]
    if not real:
        return math.nan
    return min(real) if name == "min" else max(real)


def total(numbers: list[float]) -> float:
    """As a seal adds points up."""
    return math.fsum(numbers) if all(map(math.isfinite, numbers)) else sum(numbers)


def compare(value: Any, comparison: Comparison, now_ms: float) -> bool:
    operator = comparison.operator
    if operator == "IS NULL":
        return value is None
    if value is None:
        return False
    if operator == "IS NOT NULL":
        return True
    operands = [now_ms + v.offset_ms if isinstance(v, Moment) else v for v in comparison.values]
    if comparison.is_numeric and isinstance(value, str):
        if not NUMBER.fullmatch(value):
            return False
        value = int(value) if re.fullmatch(r"[+-]?\d+", value, re.A) else float(value)
    if operator.startswith("NOT "):
        return not meets(value, operator[4:], operands)
    return meets(value, operator, operands)


def meets(value: Any, operator: str, operands: list[Any]) -> bool:
    if operator == "IN":
        return value in operands
    if operator == "BETWEEN":
        return bool(operands[0] <= value <= operands[1])
    if operator in ("LIKE", "ILIKE"):
        pattern = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in operands[0])
        flags = re.DOTALL | (re.IGNORECASE if operator == "ILIKE" else 0)
        return re.fullmatch(pattern, value, flags) is not None
    return bool(
        {
            "=": value == operands[0],
            "!=": value != operands[0],
            ">": operator == ">" and value > operands[0],
            ">=": operator == ">=" and value >= operands[0],
            "<": operator == "<" and value < operands[0],
            "<=": operator == "<=" and value <= operands[0],
        }[operator]
    )


def sort(runs: Sequence[dict[str, Any]], orderings: Sequence[Ordering]) -> list[dict[str, Any]]:
    """Runs in order; missing values last, NaN before them, ties by start and id."""
    ordered = sorted(runs, key=lambda run: (-run["start_time"], run["run_id"]))
    for ordering in reversed(orderings):
        keyed = [(value_of(run, ordering.field), run) for run in ordered]
        plain = [(v, run) for v, run in keyed if v is not None and v == v]
        plain.sort(key=lambda pair: pair[0], reverse=ordering.is_descending)
        ordered = [run for _, run in plain]
        ordered += [run for v, run in keyed if v is not None and v != v]
        ordered += [run for v, run in keyed if v is None]
    return ordered

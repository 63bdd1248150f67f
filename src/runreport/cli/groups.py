"""Groups of found runs, printed: ``runreport runs search --group-by``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runreport.cli.formats import print_as, print_values
from runreport.errors import InvalidValue
from runreport.report.formatting import MISSING, NumberFormat, choose_format

if TYPE_CHECKING:
    from runreport.query.grouping import Groups
    from runreport.query.search import Found
    from runreport.query.syntax import Field


def show_groups(
    found: Found,
    by: list[Field],
    fields: list[Field],
    aggregates: list[str],
    order_by: Sequence[str],
    max_results: int,
    form: str,
) -> None:
    """Print the groups of some runs.

    Args:
        by: the fields that the runs of a group agree in.
        fields: the metrics to aggregate; all when there is none.

    Raises:
        InvalidValue: a field is no metric, or there is no such aggregate or order.
    """
    from runreport.query.grouping import group_runs
    from runreport.query.syntax import Field

    metrics = fields or [Field("metric", key) for key in sorted(found.index.keys_of("metrics"))]
    for field in metrics:
        if field.entity != "metric":
            raise InvalidValue(f"Only metrics are aggregated, not {field.name!r}.")
    groups = group_runs(
        found.index,
        found.numbers,
        by,
        metrics,
        aggregates,
        found.artifact_root,
    )
    present = [name for name in groups.metrics if _has_values(groups, name)]
    columns = {name: groups.table.column(name).to_pylist() for name in groups.table.column_names}
    order = _group_order(groups, columns, order_by)
    order = order[: max_results or None]
    columns = {name: [values[place] for place in order] for name, values in columns.items()}
    if form in ("json", "csv"):
        if "n" not in groups.aggregates:
            columns.pop("n")
        print_values(columns, form)
    else:
        _print_groups(groups, columns, present, form)


def _has_values(groups: Groups, metric: str) -> bool:
    own = [name for name in groups.table.column_names if name.startswith(f"{metric}.")]
    return any(groups.table.column(name).null_count < groups.table.num_rows for name in own)


def _group_order(
    groups: Groups, columns: dict[str, list[Any]], order_by: Sequence[str]
) -> list[int]:
    """Places of the groups: by the fields they agree in, else by what was asked for."""
    from runreport.query.filters import parse_order

    order = list(range(groups.table.num_rows))
    keys = [(name, False) for name in groups.by]
    if order_by:
        keys = []
        for text in order_by:
            ordering = parse_order(text)
            name = ordering.field.name
            known = [
                c for c in (name, f"{name}.mean", f"{name}.min", f"{name}.max") if c in columns
            ]
            if not known:
                raise InvalidValue(
                    f"Groups cannot be ordered by {name!r}; use one of "
                    f"{', '.join((*groups.by, *groups.metrics))}."
                )
            keys.append((known[0], ordering.is_descending))
    for name, is_descending in reversed(keys):
        values = columns[name]
        present = [place for place in order if values[place] is not None]
        present.sort(key=lambda place: _sortable(values[place]), reverse=is_descending)
        order = present + [place for place in order if values[place] is None]
    return order


def _sortable(value: object) -> tuple[float, str]:
    """Numbers, also those in texts, by size; other texts behind them."""
    try:
        return (float(str(value)), "")
    except ValueError:
        return (float("inf"), str(value))


def _print_groups(
    groups: Groups, columns: dict[str, list[Any]], metrics: list[str], form: str
) -> None:
    headers = [name.partition(".")[2] or name for name in groups.by]
    texts = [[MISSING if v is None else str(v) for v in columns[name]] for name in groups.by]
    numeric = [False] * len(headers)
    for aggregate in groups.aggregates:
        if aggregate == "n":
            headers.append("n")
            texts.append([f"{count:,}" for count in columns["n"]])
            numeric.append(True)
    shown = [name for name in groups.aggregates if name != "n"]
    joined = "mean" in shown and "std" in shown
    for metric in metrics:
        values = {name: columns[f"{metric}.{name}"] for name in shown}
        shape = choose_format([v for name in shown if name != "std" for v in values[name]])
        label = metric.removeprefix("metrics.")
        for name in shown:
            if joined and name == "std":
                continue
            spread = values["std"] if joined and name == "mean" else None
            headers.append(label if joined and name == "mean" else f"{label} {name}")
            texts.append([_cell(shape, v, spread, i) for i, v in enumerate(values[name])])
            numeric.append(True)
    rows = list(zip(*texts, strict=True))
    print_as(form, headers, rows, numeric)


def _cell(shape: NumberFormat, value: float | None, spread: list[Any] | None, place: int) -> str:
    text = shape(value)
    if spread is None or spread[place] is None:
        return text
    return f"{text} ± {shape(spread[place])}"

"""Groups of found runs, printed: ``runreport runs search --group-by``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runreport.cli.formats import print_as, print_values
from runreport.errors import InvalidValue
from runreport.numbers import ROUGH, format_number, told_apart
from runreport.report.shown import MISSING_VALUE, Shown, apart, show_number, show_text

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
    import pyarrow.compute as pc

    from runreport.query.grouping import group_runs
    from runreport.query.syntax import Field

    keys = pc.unique(found.index.rows_of("metrics", found.numbers, ("key",)).column("key"))
    metrics = fields or [Field("metric", key) for key in sorted(keys.to_pylist())]
    for field in metrics:
        if field.entity != "metric":
            raise InvalidValue(f"Only metrics are aggregated, not {field.name!r}.")
    groups = group_runs(found.index, found.numbers, by, metrics, aggregates, found.artifact_root)
    columns = {name: groups.table.column(name).to_pylist() for name in groups.table.column_names}
    order = _group_order(groups, columns, order_by)[: max_results or None]
    columns = {name: [values[place] for place in order] for name, values in columns.items()}
    if form in ("json", "csv"):
        print_values(columns, form)
    else:
        _print_groups(groups, columns, form)


def _group_order(
    groups: Groups, columns: dict[str, list[Any]], order_by: Sequence[str]
) -> list[int]:
    """Places of the groups: by the fields they agree in, else by what was asked for."""
    keys = [(name, False) for name in groups.by]
    if order_by:
        keys = [_order_key(groups, columns, text) for text in order_by]
    order = list(range(groups.table.num_rows))
    for name, is_descending in reversed(keys):
        values = columns[name]
        present = [place for place in order if values[place] is not None]
        numbers = [place for place in present if values[place] == values[place]]
        numbers.sort(key=lambda place: _sortable(values[place]), reverse=is_descending)
        rest = [place for place in present if values[place] != values[place]]  # NaN, then missing
        order = numbers + rest + [place for place in order if values[place] is None]
    return order


def _order_key(groups: Groups, columns: dict[str, list[Any]], text: str) -> tuple[str, bool]:
    """The column that an ``--order-by`` means, and whether it descends."""
    from runreport.query.filters import parse_order

    name, _, direction = text.strip().partition(" ")
    if name in ("n", "runs") and direction.strip().upper() in ("", "ASC", "DESC"):
        shown = f"{groups.metrics[0]}.n" if len(groups.metrics) == 1 else ""
        return (
            shown if name == "n" and shown in columns else "runs",
            direction.strip().upper() == "DESC",
        )
    ordering = parse_order(text)
    name = ordering.field.name
    for candidate in (name, *(f"{name}.{one}" for one in ("mean", "min", "max", "n"))):
        if candidate in columns:
            return candidate, ordering.is_descending
    raise InvalidValue(
        f"Groups cannot be ordered by {name!r}; use one of "
        f"{', '.join((*groups.by, *groups.metrics, 'n'))}."
    )


def _sortable(value: object) -> tuple[float, str]:
    """Numbers, also those in texts, by size; other texts behind them."""
    try:
        number = float(str(value))
    except ValueError:
        return (math.inf, str(value))
    return (number, "") if number == number else (math.inf, str(value))


def _print_groups(groups: Groups, columns: dict[str, list[Any]], form: str) -> None:
    from runreport.query.grouping import LEFT_OUT

    headers = [name.partition(".")[2] or name for name in groups.by]
    texts = [apart([_key(value) for value in columns[name]]) for name in groups.by]
    numeric = [False] * len(headers)

    def add(header: str, cells: list[str]) -> None:
        headers.append(header)
        texts.append(cells)
        numeric.append(True)

    counts = [columns[f"{metric}.n"] for metric in groups.metrics if "n" in groups.aggregates]
    is_one_count = all(count == counts[0] for count in counts)
    if counts and is_one_count:
        add("n", [f"{count:,}" for count in counts[0]])
    for metric in groups.metrics:
        values = {name: columns[f"{metric}.{name}"] for name in groups.aggregates}
        label = metric.removeprefix("metrics.")
        left_out = columns.get(f"{metric}.{LEFT_OUT}")
        joined = "mean" in values and "std" in values
        for name, own in values.items():
            if name == "n":
                if not is_one_count:
                    add(f"{label} n", [f"{count:,}" for count in own])
            elif name == "mean" and joined:
                pairs = zip(told_apart(own), values["std"], strict=True)
                add(label, _noted([_spread(*pair) for pair in pairs], left_out))
            elif name != "std" or not joined:
                add(f"{label} {name}", _noted(told_apart(own), left_out))
    print_as(form, headers, list(zip(*texts, strict=True)), numeric)


def _key(value: object) -> Shown:
    """What the runs of a group agree in."""
    if value is None:
        return MISSING_VALUE
    return show_number(value) if isinstance(value, float) else show_text(str(value))


def _noted(cells: list[str], left_out: list[int] | None) -> list[str]:
    """Cells that say how many runs count for nothing in them, being NaN or infinite."""
    if left_out is None:
        return cells
    return [f"{c} ({n:,} left out)" if n else c for c, n in zip(cells, left_out, strict=True)]


def _spread(mean: str, std: float | None) -> str:
    return mean if std is None else f"{mean} ± {format_number(std, ROUGH)}"

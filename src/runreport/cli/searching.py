"""``runreport runs search``: find runs, show them in several forms, put them in groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from runreport.archive.directory import open_archive
from runreport.cli.experiments import find
from runreport.cli.formats import FORMATS, print_as, print_values
from runreport.cli.groups import show_groups
from runreport.cli.hints import hint_at_compaction
from runreport.cli.printing import archive_option, json_option, print_json, say
from runreport.entities import Run, ViewType
from runreport.numbers import told_apart
from runreport.report.formatting import format_duration, format_time
from runreport.report.shown import apart, show_logged
from runreport.tracking.store import Store

if TYPE_CHECKING:
    from runreport.query.search import Found
    from runreport.query.syntax import Field

DEFAULT_AGGREGATES = "mean,std,n"
SHOWN_KEYS = 4
"""How many metrics, and how many params, a table shows that names no columns."""
_ATTRIBUTES = {
    "run_id": "run id",
    "run_name": "name",
    "status": "status",
    "start_time": "started",
    "duration": "duration",
}


@click.command()
@archive_option
@click.option("-x", "--experiment", "names", multiple=True, help="Name or id; repeatable.")
@click.option(
    "-f", "--filter", "filter_string", default="",
    help="What runs to find, e.g. \"metrics.loss < 1 and params.model = 'LR'\".",
)  # fmt: skip
@click.option("--order-by", multiple=True, metavar="FIELD [ASC|DESC]", help="Repeatable.")
@click.option(
    "--columns", multiple=True, metavar="FIELD,...",
    help="What to show, e.g. run_name,params.lr,metrics.loss.min; repeatable.",
)  # fmt: skip
@click.option(
    "--group-by", multiple=True, metavar="FIELD,...",
    help="A row a group of runs that agree in these fields.",
)  # fmt: skip
@click.option(
    "--agg", metavar="NAME,...",
    help="What to show of each metric of a group: mean, std (of a sample, n - 1), min, max, n "
    "(the runs with a finite value); mean,std,n by default.",
)  # fmt: skip
@click.option(
    "--max-results", default=50, show_default=True, type=click.IntRange(0), help="0: all."
)
@click.option("--deleted", is_flag=True, help="Only deleted runs.")
@click.option("--mlflow-strict", is_flag=True, help="Refuse what MLflow's filters do not have.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@json_option
def search(
    archive: str | None,
    names: tuple[str, ...],
    filter_string: str,
    order_by: tuple[str, ...],
    columns: tuple[str, ...],
    group_by: tuple[str, ...],
    agg: str | None,
    max_results: int,
    deleted: bool,
    mlflow_strict: bool,
    form: str,
    as_json: bool,
) -> None:
    """Find runs.

    For example: --filter "metrics.rmse < 1 and params.model = 'LR'". What a filter may ask is in
    docs/filters.md.
    """
    from runreport.query.search import advice

    if agg is not None and not group_by:
        raise click.UsageError("--agg is about groups; give --group-by, too.")
    if as_json and form not in ("table", "json"):
        raise click.UsageError(f"Give --json or --format {form}, not both.")
    form = "json" if as_json else form
    store = Store(open_archive(archive))
    ids = [find(store, name).experiment_id for name in names] or None
    view = ViewType.DELETED_ONLY if deleted else ViewType.ACTIVE_ONLY
    limit = max_results if max_results and not group_by else 10**9
    found = store.search(
        ids, filter_string, view, limit, [] if group_by else list(order_by), strict=mlflow_strict
    )
    fields, by = fields_of(found, columns), fields_of(found, group_by)
    for hint in advice(found, (*fields, *by)):
        say(f"Note: {hint}")
    hint_at_compaction(store.storage)
    if not found.total:
        say("No run matches.")
    if by:
        aggregates = split_fields([DEFAULT_AGGREGATES if agg is None else agg])
        show_groups(found, by, fields, aggregates, order_by, max_results, form)
        return
    if form == "json" and not fields:
        print_json([described(run) for run in found.runs()])
    elif form in ("json", "csv"):
        _print_values(found, fields, form)
    else:
        _print_runs(found, fields, form)
    if found.total > len(found.numbers):
        say(f"{len(found.numbers):,} of {found.total:,} runs; --max-results 0 shows all of them.")


def described(run: Run) -> dict[str, Any]:
    """A run as JSON shows it."""
    info = run.info
    return {
        "run_id": info.run_id,
        "run_name": info.run_name,
        "experiment_id": info.experiment_id,
        "status": info.status,
        "start_time": info.start_time,
        "end_time": info.end_time,
        "lifecycle_stage": info.lifecycle_stage,
        "artifact_uri": info.artifact_uri,
        "params": run.data.params,
        "metrics": run.data.metrics,
        "tags": run.data.tags,
    }


def fields_of(found: Found, texts: Sequence[str]) -> list[Field]:
    """Fields by their names, each once.

    Raises:
        InvalidFilter: there is no such field; the message names what was probably meant.
    """
    from runreport.query.filters import parse_field
    from runreport.query.names import read_named

    fields = [
        read_named(text, parse_field, lambda: found.index, found.in_view)
        for text in split_fields(texts)
    ]
    return list(dict.fromkeys(fields))


def split_fields(texts: Sequence[str]) -> list[str]:
    """Names separated by commas outside quotes."""
    pieces = [piece for text in texts for piece in re.findall(r'(?:`[^`]*`|"[^"]*"|[^,])+', text)]
    return [piece.strip() for piece in pieces if piece.strip()]


def _column(found: Found, field: Field) -> list[Any]:
    from runreport.query.predicate import run_column

    column = run_column(found.index, field, found.artifact_root)
    return column.take(found.numbers).to_pylist()  # type: ignore[no-any-return]


def _print_values(found: Found, fields: list[Field], form: str) -> None:
    """Every digit of the columns asked for, or of all."""
    if fields:
        columns = {field.name: _column(found, field) for field in fields}
    else:
        table = found.table()
        columns = {name: table.column(name).to_pylist() for name in table.column_names}
    print_values(columns, form)


def _print_runs(found: Found, fields: list[Field], form: str) -> None:
    fields = fields or _default_fields(found)
    headers, texts, numeric = [], [], []
    for field in fields:
        values = _column(found, field)
        numbers = all(isinstance(v, int | float) or v is None for v in values)
        is_number = numbers and any(v is not None for v in values)
        headers.append(_header(field, form))
        texts.append(_texts(field, values, is_number))
        numeric.append(is_number and field.name != "start_time")
    rows = list(zip(*texts, strict=True)) if texts else []
    print_as(form, headers, rows, numeric)


def _default_fields(found: Found) -> list[Field]:
    """Attributes, and the metrics and params in which most of the runs differ."""
    from runreport.query.syntax import Field

    fields = [Field("attribute", name) for name in _ATTRIBUTES]
    for entity, value in (("metric", "last"), ("param", "value")):
        rows = found.index.rows_of(f"{entity}s", found.numbers, ("key", value))
        groups = rows.group_by("key").aggregate([([], "count_all"), (value, "count_distinct")])
        keys = groups.to_pylist()
        keys.sort(
            key=lambda row: (
                row[f"{value}_count_distinct"] < min(2, len(found.numbers)),
                -row["count_all"],
                row["key"],
            )
        )
        fields += [Field(entity, row["key"]) for row in keys[:SHOWN_KEYS]]
        if len(keys) > SHOWN_KEYS:
            say(f"{len(keys) - SHOWN_KEYS} more {entity}s; --columns chooses what is shown.")
    return fields


def _header(field: Field, form: str) -> str:
    if field.entity == "attribute":
        label = _ATTRIBUTES.get(field.key, field.key)
        return label.upper() if form == "table" else label
    return f"{field.key}.{field.statistic}" if field.statistic else field.key


def _texts(field: Field, values: list[Any], is_number: bool) -> list[str]:
    if field.name in ("start_time", "end_time"):
        return [format_time(value) for value in values]
    if field.name == "duration":
        return [format_duration(None if v is None else v * 1000) for v in values]
    if field.name == "run_id":
        return [value[:12] for value in values]
    if is_number:
        return told_apart(values)
    return apart([show_logged(value) for value in values])

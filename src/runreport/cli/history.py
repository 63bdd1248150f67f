"""``runreport history``: a metric over runs, and where it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runreport.archive.directory import open_archive
from runreport.cli.experiments import find
from runreport.cli.printing import archive_option, json_option, print_json, print_table, say
from runreport.cli.searching import fields_of
from runreport.entities import ViewType
from runreport.errors import NotFound
from runreport.numbers import ROUGH, format_number, told_apart
from runreport.report.formatting import format_time, plural, safe
from runreport.report.meaning import better
from runreport.tracking.store import Store

if TYPE_CHECKING:
    from runreport.query.history import Change, History

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH = 60


@click.command()
@click.argument("metric")
@archive_option
@click.option("-x", "--experiment", "names", multiple=True, help="Name or id; repeatable.")
@click.option(
    "-f", "--filter", "filter_string", default="",
    help="Which runs, e.g. \"params.model = 'LR' and status = 'FINISHED'\".",
)  # fmt: skip
@click.option(
    "--by", multiple=True, metavar="FIELD,...",
    help="A series for the runs that agree in these fields, e.g. params.model.",
)  # fmt: skip
@json_option
def history(
    metric: str,
    archive: str | None,
    names: tuple[str, ...],
    filter_string: str,
    by: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show METRIC over the runs of each experiment, by start, and where it changes.

    A change is a place from which on level, trend or scatter are others than chance would have
    them; no setting is needed. --json has the runs of each series in order, and the indices of
    the first runs after each change.
    """
    from runreport.query.history import metric_histories
    from runreport.query.search import advice

    store = Store(open_archive(archive))
    ids = [find(store, name).experiment_id for name in names] or None
    found = store.search(ids, filter_string, ViewType.ACTIVE_ONLY, 10**9, [])
    (field,) = fields_of(found, (metric,)) or (None,)
    if field is None or field.entity != "metric":
        raise click.BadParameter(f"{metric!r} is no metric.", param_hint="METRIC")
    groups = fields_of(found, by)
    hints = advice(found, (field, *groups))
    histories = metric_histories(found, field, groups)
    if not histories:
        raise NotFound(" ".join(hints) or f"No run that matches has {metric}.")
    for hint in hints:
        say(f"Note: {hint}")
    if as_json:
        print_json({"metric": field.key, "series": [_described(own) for own in histories]})
        return
    for own in histories:
        _print(own, field.key)


def _described(own: History) -> dict[str, Any]:
    return {
        "experiment": own.experiment,
        "group": dict(own.group),
        "runs": [
            {
                "run_id": run.run_id,
                "run_name": run.run_name,
                "start_time": run.start_time,
                "commit": run.commit,
                "value": run.value,
            }
            for run in own.runs
        ],
        "change_points": [change.index for change in own.changes],
        "changes": [_described_change(own, change) for change in own.changes],
        "left_out": own.left_out,
    }


def _described_change(own: History, change: Change) -> dict[str, Any]:
    first, difference = own.runs[change.index], change.difference
    return {
        "index": change.index,
        "run_id": first.run_id,
        "run_name": first.run_name,
        "commit": first.commit,
        "before": change.before,
        "after": change.after,
        "difference": difference.size,
        "interval": [difference.low, difference.high],
    }


def _print(own: History, metric: str) -> None:
    group = "".join(f", {name} {value or '–'}" for name, value in own.group)
    click.echo(
        f"{safe(own.experiment)}{safe(group)}: {safe(metric)} of {plural(len(own.runs), 'run')}, "
        f"{plural(len(own.changes), 'change') if own.changes else 'no change'}"
    )
    if own.left_out:
        click.echo(f"  {plural(own.left_out, 'run')} with NaN or an infinity left out")
    if len(own.runs) > 1:
        click.echo(f"  {_drawn([run.value for run in own.runs])}")
    if own.changes:
        _print_changes(own, metric)
    click.echo()


def _print_changes(own: History, metric: str) -> None:
    way = better(metric)
    befores = told_apart([change.before for change in own.changes])
    afters = told_apart([change.after for change in own.changes])
    rows = []
    for change, before, after in zip(own.changes, befores, afters, strict=True):
        first, size = own.runs[change.index], change.difference
        sense = "" if way is None else "better" if (size.size > 0) == (way == "max") else "worse"
        low, high = (format_number(end, ROUGH) for end in (size.low, size.high))
        rows.append(
            [
                f"  {first.run_name}",
                format_time(first.start_time),
                (first.commit or "")[:8],
                before,
                after,
                f"{size.size:+.3g} ({low} to {high})",
                sense,
            ]
        )
    heads = ["  FIRST RUN AFTER", "STARTED", "COMMIT", "BEFORE", "AFTER", "DIFFERENCE, 95 %", ""]
    print_table(heads, rows, [False, False, False, True, True, True, False])


def _drawn(values: list[float]) -> str:
    """The values as bars, a mean each where there are many."""
    width = min(_WIDTH, len(values))
    parts = [
        values[len(values) * at // width : len(values) * (at + 1) // width] for at in range(width)
    ]
    means = [sum(value / len(part) for value in part) for part in parts]
    low, high = min(means), max(means)
    span = high / 2 - low / 2
    return "".join(
        _BARS[round((mean / 2 - low / 2) / span * (len(_BARS) - 1)) if span else 0]
        for mean in means
    )

"""``runreport history``: a metric over runs, and where it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runreport.analysis.student import mean_of
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
    from collections.abc import Sequence

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
@click.option(
    "--over", type=click.Choice(("runs", "time", "commits")), default="runs", show_default=True,
    help="A point a run, by start; drawn over time; or a point a commit, the mean of its runs, in "
    "the order of the branch where this folder's repository has the commits.",
)  # fmt: skip
@json_option
def history(
    metric: str,
    archive: str | None,
    names: tuple[str, ...],
    filter_string: str,
    by: tuple[str, ...],
    over: str,
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
    if not histories or hints:
        raise NotFound(" ".join(hints) or f"No run that matches has {metric}.")
    if over == "commits" and not any(run.commit for own in histories for run in own.runs):
        raise NotFound("No run has a commit (the tag mlflow.source.git.commit).")
    if over == "commits":
        histories = _by_commits(histories)
    if as_json:
        described = [_described(own) for own in histories]
        print_json({"metric": field.key, "over": over, "series": described})
        return
    for own in histories:
        _print(own, field.key, over)


def _by_commits(histories: Sequence[History]) -> list[History]:
    """A point a commit, in the order that the repository of the working folder knows."""
    from runreport.query.history import over_commits
    from runreport.revisions import commit_ranks, repository_of

    every = [run.commit for own in histories for run in own.runs]
    commits = dict.fromkeys(commit for commit in every if commit)
    if None in every:
        say(f"{plural(every.count(None), 'run')} without a commit stand for themselves.")
    repository = repository_of(".")
    ranks = commit_ranks(repository, [*commits]) if repository else {}
    if len(ranks) < len(commits) or None in every:
        say("Commits by their first runs: the repository here has not all of them.")
    return [over_commits(own, ranks) for own in histories]


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
                **({"low": run.low, "high": run.high, "runs": run.runs} if run.runs > 1 else {}),
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


def _print(own: History, metric: str, over: str) -> None:
    noun = "commit" if over == "commits" else "run"
    group = "".join(f", {name} {value or '–'}" for name, value in own.group)
    click.echo(
        f"{safe(own.experiment)}{safe(group)}: {safe(metric)} of {plural(len(own.runs), noun)}, "
        f"{plural(len(own.changes), 'change') if own.changes else 'no change'}"
    )
    if own.left_out:
        click.echo(f"  {plural(own.left_out, 'run')} with NaN or an infinity left out")
    if len(own.runs) > 1:
        values = [run.value for run in own.runs]
        starts = [run.start_time or 0 for run in own.runs]
        click.echo(f"  {_drawn_over_time(values, starts) if over == 'time' else _drawn(values)}")
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


def _drawn(values: Sequence[float]) -> str:
    """The values as bars, a mean each where there are many."""
    width = min(_WIDTH, len(values))
    return _bars(
        [
            values[len(values) * at // width : len(values) * (at + 1) // width]
            for at in range(width)
        ]
    )


def _drawn_over_time(values: Sequence[float], starts: Sequence[int]) -> str:
    """The values as bars, one for each span of time; nothing where there was no run."""
    first, span = min(starts), max(starts) - min(starts)
    parts: list[list[float]] = [[] for _ in range(_WIDTH)]
    for value, start in zip(values, starts, strict=True):
        parts[min(_WIDTH - 1, (start - first) * _WIDTH // span) if span else 0].append(value)
    return _bars(parts)


def _bars(parts: Sequence[Sequence[float]]) -> str:
    means = [mean_of(part) if part else None for part in parts]
    known = [mean for mean in means if mean is not None]
    low, high = min(known), max(known)
    span = high / 2 - low / 2
    return "".join(
        " "
        if mean is None
        else _BARS[round((mean / 2 - low / 2) / span * (len(_BARS) - 1)) if span else 0]
        for mean in means
    ).rstrip()

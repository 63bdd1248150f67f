"""``runreport table``: what runs reached, as a table for a paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import click

from runreport.archive.directory import open_archive
from runreport.cli.build import config_option
from runreport.cli.experiments import find
from runreport.cli.printing import archive_option, say, write_file
from runreport.cli.searching import fields_of, split_fields
from runreport.entities import ViewType
from runreport.errors import NotFound, RunreportError
from runreport.report.config import load_config
from runreport.report.formatting import plural, safe
from runreport.report.papers.record import (
    TableRecord,
    differing_lines,
    form_of,
    line_of,
    read_record,
)
from runreport.report.papers.writing import ENDINGS, FORMS, written
from runreport.tracking.store import Store

if TYPE_CHECKING:
    from runreport.query.search import Found
    from runreport.query.syntax import Field
    from runreport.report.config import Config

_MOST_TOLD = 20


@click.command()
@archive_option
@config_option
@click.option("--rows", multiple=True, metavar="FIELD,...", help="A row for what these have.")
@click.option("--cols", multiple=True, metavar="FIELD,...", help="A column for what these have.")
@click.option("--value", "values", multiple=True, metavar="METRIC,...", help="What is shown.")
@click.option(
    "--agg", default="mean±std", show_default=True,
    help="mean, median, min, max, last or n, of the runs of a cell; with it ±std, ±sem or ±ci "
    "(95 %).",
)  # fmt: skip
@click.option("-x", "--experiment", "names", multiple=True, help="Name or id; repeatable.")
@click.option("-f", "--filter", "filter_string", default="", help="Which runs.")
@click.option(
    "--format", "form", type=click.Choice(FORMS),
    help="By default text, or what the ending of --output says (.tex .md .csv .html).",
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help="Write it there.")
@click.option(
    "--digits", type=click.IntRange(0, 9), help="Decimals; by default two of the spread."
)
@click.option(
    "--direction", type=click.Choice(("max", "min")),
    help="Which values are better; by default what the config or the metric's name says.",
)  # fmt: skip
@click.option(
    "--bold/--no-bold", default=True,
    help="Mark the best of each column, and what a test does not show to be worse.",
)  # fmt: skip
@click.option("--siunitx", is_flag=True, help="LaTeX sets numbers by siunitx.")
@click.option("--url", help="Where the report lies, for links; by default url of [publish].")
@click.option(
    "--verify", "verified", multiple=True, metavar="FILE",
    help="Fail when the archive says other than this file. Repeatable.",
)  # fmt: skip
def table(
    archive: str | None,
    config_path: str | None,
    rows: tuple[str, ...],
    cols: tuple[str, ...],
    values: tuple[str, ...],
    agg: str,
    names: tuple[str, ...],
    filter_string: str,
    form: str | None,
    output: str | None,
    digits: int | None,
    direction: str | None,
    bold: bool,
    siunitx: bool,
    url: str | None,
    verified: tuple[str, ...],
) -> None:
    """Write a table of what runs reached: for \\input in LaTeX, Markdown, HTML, or whole as CSV.

    A cell is of the runs that agree in the fields of its row and column, and ended well. Numbers
    link to their runs where the config says where the report lies.
    """
    config = load_config(config_path)
    if output and form is None and form_of(output, "") == "":
        raise click.BadParameter(
            f"{output!r} ends in none of {', '.join(ENDINGS)}; or say which --format it is.",
            param_hint="--output",
        )
    asked = TableRecord(
        tuple(split_fields(rows)), tuple(split_fields(cols)), tuple(split_fields(values)), agg,
        form or form_of(output or ""), names, filter_string, None, digits, bold, siunitx,
        config.url if url is None else url,
    )  # fmt: skip
    store = Store(open_archive(archive))
    if verified:
        if output is not None:
            raise click.UsageError("--verify reads a file; --output writes one.")
        _verify(verified, asked, form is not None, store, partial(_ways, config, direction))
        return
    text = _made(asked, store, partial(_ways, config, direction))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_file(output, text)
        say(f"Wrote {safe(output)}")


Ways = Callable[["Found", Sequence["Field"]], dict[str, str]]
"""Which values of metrics are better, by their names; without those of which nobody knows."""


def _made(asked: TableRecord, store: Store, ways: Ways) -> str:
    """The file that somebody asked for.

    Args:
        ways: where the record does not say it.
    """
    from runreport.query.pivoting import pivot
    from runreport.query.search import advice
    from runreport.report.papers.amounts import read_aggregate
    from runreport.report.papers.table import make_paper_table

    if not asked.rows or not asked.values:
        raise click.UsageError(
            "Name what rows are of and what is shown, e.g. --rows params.model --cols "
            "tags.dataset --value metrics.accuracy."
        )
    aggregate = read_aggregate(asked.agg)
    ids = [find(store, name).experiment_id for name in asked.experiments] or None
    found = store.search(ids, asked.filter, ViewType.ACTIVE_ONLY, 10**9, [])
    rows, cols = fields_of(found, asked.rows), fields_of(found, asked.cols)
    metrics = _metrics(found, asked.values)
    hints = advice(found, (*rows, *cols, *metrics))
    made = pivot(found, rows, cols, metrics)
    if hints or not made.rows:  # a table of what nobody has would be printed as one of dashes
        raise NotFound(" ".join(hints) or f"No run that matches has {', '.join(asked.values)}.")
    if made.unfinished:
        say(f"{plural(made.unfinished, 'run')} that did not end well left out")
    directions = ways(found, metrics) if asked.directions is None else asked.directions
    asked = replace(asked, directions=directions)
    shown = {own.name: own.key for own in metrics}
    if len({*shown.values()}) < len(shown):
        shown = {}
    paper = make_paper_table(
        made, [field.key for field in rows], aggregate, dict(directions),
        places=asked.digits, is_marked=asked.bold, names=shown,
    )  # fmt: skip
    site = f"{asked.url.rstrip('/')}/" if asked.url else ""
    return line_of(asked) + written(paper, asked.form, site=site, siunitx=asked.siunitx)


def _metrics(found: Found, texts: tuple[str, ...]) -> list[Field]:
    fields = []
    for text in texts:
        names = (text, text.removeprefix("metrics."))
        known = [name for name in names if name in found.index.keys_of("metrics")]
        if known:
            from runreport.query.syntax import Field

            fields.append(Field("metric", known[0]))
            continue
        (field,) = fields_of(found, (text,))
        if field.entity != "metric":
            raise click.BadParameter(f"{text!r} is no metric.", param_hint="--value")
        fields.append(field)
    return list(dict.fromkeys(fields))


def _ways(
    config: Config, direction: str | None, found: Found, metrics: Sequence[Field]
) -> dict[str, str]:
    """What was asked for, else what the config or the metric's name says."""
    from runreport.query.predicate import experiment_names
    from runreport.report.meaning import direction_of

    names = set(experiment_names(found.index).take(found.numbers).to_pylist())
    own = config.for_experiment(str(names.pop()) if len(names) == 1 else "")
    known = {
        metric.name: direction or direction_of(metric.key, own.primary_metric, own.direction)
        for metric in metrics
    }
    return {name: way for name, way in known.items() if way is not None}


def _verify(
    paths: tuple[str, ...], asked: TableRecord, is_told: bool, store: Store, ways: Ways
) -> None:
    """Compare files with what the archive says.

    Args:
        is_told: somebody said which form a file without a record has.

    Raises:
        RunreportError: one says otherwise, or cannot be read.
    """
    wrong = []
    for path in paths:
        try:
            with open(path, encoding="utf-8-sig") as file:
                said = file.read()
        except OSError as error:
            raise RunreportError(f"Could not read {path}: {error.strerror or error}.") from error
        except UnicodeDecodeError as error:
            raise RunreportError(f"{path} is no table: it is no text.") from error
        record, said = read_record(said)
        own = record or (asked if is_told else replace(asked, form=form_of(path)))
        if not own.rows:
            raise RunreportError(
                f"{path} does not say how it was made. Give the options it was written with, too."
            )
        found = differing_lines(said, _made(own, store, ways))
        if not found:
            click.echo(f"{safe(path)}: as the archive says")
            continue
        wrong.append(path)
        click.echo(f"{safe(path)}: the archive says otherwise")
        found.sort(key=lambda pair: pair[0].startswith(("%", "<!--")))  # numbers first
        for before, now in found[:_MOST_TOLD]:
            click.echo(f"  - {safe(before)}\n  + {safe(now)}")
        if len(found) > _MOST_TOLD:
            click.echo(f"  … and {plural(len(found) - _MOST_TOLD, 'more line')}")
    if wrong:
        raise RunreportError(
            f"{' and '.join(wrong)} {'say' if len(wrong) > 1 else 'says'} other than the archive. "
            "Write it again with -o and the options it was made with."
        )

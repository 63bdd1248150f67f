"""``runreport compare``: what a set of runs has that another has not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from runreport.cli.build import config_option
from runreport.cli.printing import archive_option, json_text, limit_option, say, write_file
from runreport.report.config import load_config
from runreport.report.formatting import safe

if TYPE_CHECKING:
    from runreport.report.config import Config
    from runreport.report.reviews.review import Review

FORMS = ("text", "md", "json", "html")
_ENDINGS = {".md": "md", ".json": "json", ".html": "html", ".txt": "text"}


@click.command()
@click.argument("base")
@click.argument("head", required=False)
@archive_option
@config_option
@click.option(
    "--format", "form", type=click.Choice(FORMS),
    help="By default text, or what the ending of --output says.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("-o", "--output", metavar="FILE", help="Write it there.")
@click.option(
    "--group", "groups", multiple=True, metavar="FIELD,...",
    help="Runs that agree in these fields are compared; by default in all params but the seed.",
)  # fmt: skip
@click.option("--url", help="Where the report lies, for links; by default url of [publish].")
@click.option("--title", default="", help="Above it, and what its comment is known by.")
@click.option(
    "--comment", is_flag=True,
    help="Put it on the pull request of this job, in place of an earlier one of the same title; "
    "needs GITHUB_TOKEN.",
)  # fmt: skip
@click.option(
    "--pull-request", type=click.IntRange(1), help="Its number, where the job knows none."
)
@limit_option
def compare(
    base: str,
    head: str | None,
    archive: str | None,
    config_path: str | None,
    form: str | None,
    as_json: bool,
    output: str | None,
    groups: tuple[str, ...],
    url: str | None,
    title: str,
    comment: bool,
    pull_request: int | None,
) -> None:
    """Show what the runs of HEAD have that those of BASE have not: metrics that are clearly better
    or worse over seeds, runs that failed, settings, code, environment, models, evaluations.

    Each is an archive, a folder of another tool, a filter such as "params.model = 'LR'", or a git
    revision of the archive: main, HEAD~1, origin/runs:archive. HEAD is the archive as it is now,
    where it is not given.
    """
    from dataclasses import replace

    for name, text in (("BASE", base), ("HEAD", head)):
        if text is not None and not text.strip():  # a variable of a job that is not set
            raise click.BadParameter("it is empty.", param_hint=name)
    config = load_config(config_path)
    config = config if url is None else replace(config, url=url)
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} ask for two forms.")
    ending = os.path.splitext(output or "x.txt")[1].lower()
    if form is None and not as_json and ending not in _ENDINGS:
        raise click.BadParameter(
            f"{output!r} ends in none of {', '.join(_ENDINGS)}; or say which --format it is.",
            param_hint="--output",
        )
    form = "json" if as_json else form or _ENDINGS[ending]
    if pull_request is not None and not comment:
        raise click.UsageError("--pull-request goes with --comment.")
    if comment:
        from runreport.posting import find_target

        target = find_target(os.environ, pull_request)  # before anything is read
    review = reviewed(base, head, archive, config, groups)
    if output is not None:
        write_file(output, _text_of(review, form, title, config))
        say(f"Wrote {safe(output)}")
    elif not comment or form != "text":
        click.echo(_text_of(review, form, title, config), nl=False)
    if comment:
        from runreport.posting import MOST, post
        from runreport.report.reviews.forms import as_markdown

        place = post(target, as_markdown(review, title, MOST), title)
        click.echo(place)


def reviewed(
    base: str, head: str | None, archive: str | None, config: Config, groups: tuple[str, ...] = ()
) -> Review:
    """What a head has that a base has not."""
    from runreport.archive.clock import wall_ms
    from runreport.cli.searching import split_fields
    from runreport.report.reviews.making import make_review
    from runreport.sources import opened_sides

    with opened_sides(base, head, archive, config) as (one, other):
        fields = split_fields(groups)
        return make_review(one, other, config, group=fields, now_ms=wall_ms())


def _text_of(review: Review, form: str, title: str, config: Config) -> str:
    from runreport.report.reviews.forms import as_json, as_markdown, as_text

    if form == "html":
        from runreport.site.reviews import review_html

        return review_html(review, title, config)
    if form == "json":
        return f"{json_text(as_json(review))}\n"
    return (as_markdown if form == "md" else as_text)(review, title)

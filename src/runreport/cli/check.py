"""``runreport check``: whether the newest runs keep the rules of a project."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

import click

from runreport import __version__
from runreport.archive.directory import open_archive
from runreport.cli.build import config_option
from runreport.cli.printing import archive_option, json_option, print_json, say, write_file
from runreport.errors import ConfigError, RunreportError
from runreport.report.formatting import safe
from runreport.tracking.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runreport.report.checks.judging import Outcome
    from runreport.report.checks.rules import Rule
    from runreport.report.config import Config


@click.command()
@archive_option
@config_option
@click.option(
    "--rule", "texts", multiple=True, metavar="RULE",
    help="A rule, e.g. 'metrics.accuracy >= baseline - 0.01'; besides those of the config. "
    "Repeatable.",
)  # fmt: skip
@click.option(
    "--head", default="", metavar="FILTER",
    help="The runs that are checked; by default those of the newest commit, without commits the "
    "newest run.",
)  # fmt: skip
@click.option(
    "--base", default="", metavar="FILTER",
    help="The runs that they are compared with, in place of what the rules say.",
)  # fmt: skip
@click.option(
    "--since", metavar="BASE",
    help="Check the runs that BASE has not: an archive or a git revision, as for compare.",
)  # fmt: skip
@click.option(
    "--level", default=0.05, show_default=True, type=click.FloatRange(0, 0.5, min_open=True),
    help="Chance of one false regression among all rules.",
)  # fmt: skip
@click.option(
    "--undecided", type=click.Choice(("pass", "warn", "fail")), default="warn", show_default=True,
    help="What too few runs to tell count as.",
)  # fmt: skip
@click.option("--junit", metavar="FILE", help="Write JUnit XML there, too.")
@click.option("--sarif", metavar="FILE", help="Write SARIF there, too.")
@click.option("--allow-none", is_flag=True, help="Exit with 0 where there is no rule.")
@json_option
def check(
    archive: str | None,
    config_path: str | None,
    texts: tuple[str, ...],
    head: str,
    base: str,
    since: str | None,
    level: float,
    undecided: str,
    junit: str | None,
    sarif: str | None,
    allow_none: bool,
    as_json: bool,
) -> None:
    """Compare the newest runs with what rules say, and exit with 1 on a regression.

    Rules are [[check]] tables of runreport.toml, or --rule. Runs that differ in their seed alone
    are one group; that a group is worse must be clearer than chance, over all rules together.
    """
    from runreport.archive.clock import wall_ms
    from runreport.query.samples import Runs
    from runreport.report.checks.judging import Asked, judge
    from runreport.report.config import load_config
    from runreport.sources import as_archive, known_runs

    config = load_config(config_path)
    is_free = allow_none and not config.checks and not texts
    rules = [] if is_free else _rules(config, texts)
    if since is not None and head:
        raise click.UsageError("--since and --head both say which runs are checked.")
    with as_archive(archive) as place:
        runs = Runs(Store(open_archive(place)).load_index())
    if is_free:  # after the archive was opened: a wrong path opens no gate
        say("There is no rule to check.")
        return
    known = None if since is None else known_runs(since, archive, config)
    baselines = {name: config.for_experiment(name).baseline or "" for name in runs.by_experiment}
    outcomes = judge(rules, Asked(runs, baselines, head, base, known, level, wall_ms()))
    is_strict = undecided == "fail"
    _write(outcomes, junit, sarif, config.path, undecided_fails=is_strict)
    if as_json:
        from runreport.report.checks.forms import as_json as described

        print_json(described(outcomes))
    else:
        _print(outcomes, is_quiet=undecided == "pass")
    bad = {"regressed", "undecided"} if is_strict else {"regressed"}
    if any(own.status in bad for own in outcomes):
        sys.exit(1)


def _rules(config: Config, texts: tuple[str, ...]) -> list[Rule]:
    from runreport.report.checks.rules import read_rule, refuse_contradictions, rule_of

    rules = [
        rule_of(table, f"{config.path}: [[check]] {number}", config)
        for number, table in enumerate(config.checks, 1)
    ]
    rules += map(read_rule, texts)
    if not rules:
        raise ConfigError(
            "There is no rule to check. Add [[check]] tables to runreport.toml, or give one: "
            "--rule 'metrics.accuracy >= previous - 0.01'."
        )
    refuse_contradictions(rules)
    return rules


def _write(
    outcomes: Sequence[Outcome],
    junit: str | None,
    sarif: str | None,
    config: str,
    *,
    undecided_fails: bool,
) -> None:
    from runreport.report.checks.forms import as_junit, as_sarif

    if junit and sarif and os.path.realpath(junit) == os.path.realpath(sarif):
        raise RunreportError(f"--junit and --sarif both name {junit}; give each a file.")
    texts = {
        junit: as_junit(outcomes, undecided_fails=undecided_fails) if junit else "",
        sarif: json.dumps(as_sarif(outcomes, config, __version__), indent=2) if sarif else "",
    }
    for path, text in texts.items():
        if path:
            write_file(path, text)


def _print(outcomes: Sequence[Outcome], *, is_quiet: bool) -> None:
    from runreport.report.checks.forms import as_annotations, sentence
    from runreport.report.checks.judging import MARKS

    order = [*MARKS]
    for own in sorted(outcomes, key=lambda own: order.index(own.status)):
        click.echo(f"{MARKS[own.status]} {safe(sentence(own)).replace('##[', '# #[')}")
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in as_annotations(outcomes):
            if not (is_quiet and line.startswith("::warning")):
                click.echo(line)
    counts = [f"{sum(own.status == status for own in outcomes)} {status}" for status in order]
    say(", ".join(counts))

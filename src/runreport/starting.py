"""The files that a project begins with: a commented config, and jobs that publish."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from importlib.resources import files

from runreport.report.assemble import Report
from runreport.report.formatting import plural
from runreport.report.pages.experiment import ExperimentPage

_HEAD = """# What the report says and how. Every key may go; docs/configuration.md lists them all.

title = {title}
# description = "What this project is about, in Markdown; it stands on the first page."
# notes = "notes"      # a folder of Markdown pages
# theme = "default"    # or "plain", or the path of a folder of yours
"""
_TAIL = """
# What a job fails on (runreport check), once there are several seeds of each setting:
# [[check]]
# metric = {metric}
# against = "main"       # or "previous", "best", "baseline", a number
# tolerance = "1 %"

[publish]
# User, host, command line and absolute paths stay out of the site, and so do secrets.
# allow = ["support@example.org"]    # what may stay although it looks like one
"""
RECIPES = {
    "github": ".github/workflows/report.yml",
    "gitlab": ".gitlab-ci.yml",
}
"""Where the job of each CI system lies in a project."""
_UNSEEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
"""What YAML or TOML would read as something else, or not at all."""
_SOURCE = "  SOURCE: runs #"


def starting_config(title: str, report: Report | None) -> str:
    """A ``runreport.toml`` with what was found.

    Args:
        report: of the project's runs; None where there are none yet.
    """
    pages = () if report is None else report.experiments
    metric = next((page.primary_metric for page in pages if page.primary_metric), "val/acc")
    tail = _TAIL.format(metric=_quoted(metric))
    return _HEAD.format(title=_quoted(title)) + "".join(_experiments(pages)) + tail


def _experiments(pages: Sequence[ExperimentPage]) -> Iterable[str]:
    if not pages:
        yield (
            "\n# No run was found yet. For each experiment, say what is compared:\n"
            '# [experiments."My experiment"]\n# primary_metric = "val_accuracy"\n'
            '# direction = "max"    # or "min"\n'
        )
    for page in pages:
        yield f"\n[experiments.{_quoted(page.name)}]    # {plural(page.runs, 'run')}\n"
        if not page.primary_metric:
            yield '# primary_metric = "…"    # it has no metric\n'
            continue
        yield f"primary_metric = {_quoted(page.primary_metric)}    # guessed from its name\n"
        if page.best is None:
            yield '# direction = "max"    # or "min": the name does not tell, or nothing ended\n'
        else:
            better = "max" if page.best.direction == "highest" else "min"
            yield f'direction = "{better}"    # guessed from the name of the metric\n'


def starting_job(system: str, source: str) -> str:
    """The job of a CI system that builds from a source and publishes.

    Args:
        system: one of `RECIPES`.
    """
    text = (files("runreport.recipes") / f"{system}.yml").read_text(encoding="utf-8")
    assert text.count(_SOURCE) == 1
    shown = source.replace("$", "$$") if system == "gitlab" else source  # its own variables
    return text.replace(_SOURCE, f"  SOURCE: {_quoted(shown)} #")


def _quoted(text: str) -> str:
    """Text as TOML and YAML both read it."""
    shown = json.dumps(text, ensure_ascii=False)
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)

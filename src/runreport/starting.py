"""The files that a project begins with: a commented config, and a workflow that publishes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from runreport.report.assemble import Report
from runreport.report.formatting import plural
from runreport.report.pages.experiment import ExperimentPage

_HEAD = """# What the report says and how. Every key may go; docs/configuration.md lists them all.

title = {title}
description = \"""
What this project is about, in Markdown; it stands on the first page.
\"""
# notes = "notes"      # a folder of Markdown pages
# theme = "default"    # or "plain", or the path of a folder of yours
"""
_TAIL = """
[publish]
# User, host, command line and absolute paths stay out of the site, and so do secrets.
# allow = ["support@example.org"]    # what may stay although it looks like one
"""
_WORKFLOW = """# Rebuilds the report at every push; GitHub Pages shows it to anyone.
# In the repository's settings, under Pages, choose "GitHub Actions" as the source.
name: report

on:
  push:
    branches: [main, master]
  workflow_dispatch: # a button to rebuild by hand

permissions:
  contents: read
  pages: write # to deploy
  id-token: write # to prove to Pages who deploys

concurrency: # a newer push replaces a waiting deployment, but never cuts one off
  group: pages
  cancel-in-progress: false

env:
  SOURCE: {source} # an archive, or a folder in which other tools left their runs
  RUNREPORT: runreport-static # or git+ and the URL of a repository

jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4

      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"

      - uses: actions/cache@v4 # so that only what has changed is made
        with:
          path: |
            site
            site.state
          key: report-${{{{ github.run_id }}}}
          restore-keys: report-

      - name: Install runreport
        run: python -m pip install "$RUNREPORT"

      - name: Build the report
        run: runreport build "$SOURCE" --output site

      - uses: actions/upload-pages-artifact@v3
        with:
          path: site

  deploy:
    needs: build
    runs-on: ubuntu-latest
    environment:
      name: github-pages
      url: ${{{{ steps.deployment.outputs.page_url }}}}
    steps:
      - id: deployment
        uses: actions/deploy-pages@v4
"""


def starting_config(title: str, report: Report | None) -> str:
    """A ``runreport.toml`` with what was found.

    Args:
        report: of the project's runs; None where there are none yet.
    """
    pages = () if report is None else report.experiments
    return _HEAD.format(title=_quoted(title)) + "".join(_experiments(pages)) + _TAIL


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


def starting_workflow(source: str) -> str:
    """A workflow for GitHub that builds from a source and publishes on Pages."""
    return _WORKFLOW.format(source=_quoted(source))


def _quoted(text: str) -> str:
    """Text as TOML and YAML both read it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

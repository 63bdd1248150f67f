"""Builds of ten thousand runs: whole, after one run more, and after nothing; what a page costs."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import numpy as np
from figures import Figure, child_json, sized
from scale import STEPS, build, curved_table, rebuild
from wide import EXPERIMENT, START_MS, write_compacted

from runreport.archive.clock import wall_ms
from runreport.archive.directory import open_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.tidying import compact_after, tidy
from runreport.archive.writer import Writer

RUNS = 10_000
PAGES = """
import json, os, sys, time
from runreport.build.lean import load_arrow
load_arrow()
from jinja2 import Environment
from runreport.archive.clock import wall_ms
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.report.config import Config
from runreport.report.groundwork import lay_groundwork
from runreport.site.rendering import Renderer, theme_files
from runreport.site.run_files import run_files
from runreport.site.pictures import Pictures
from runreport.site.theme import load_theme
from runreport.report.pages.described import run_note
snapshot = read_archive(open_archive(sys.argv[1]))
work = lay_groundwork(snapshot, Config(), now_ms=None, version="b")
theme = load_theme("default", "", {})
files, assets = theme_files(theme)
renderer, runs = Renderer(theme, work.site, assets), work.run_pages
pictures = Pictures(runs.redactor)
own = runs.own.slice(0, 500)

def all_pages():
    for page in runs.make(own):
        for file in run_files(renderer, pictures, page, None):
            pass

all_pages()
began = time.process_time()
all_pages()
ours = (time.process_time() - began) / len(own)
pages = list(runs.make(own))
plain = Environment(autoescape=True).from_string(sys.argv[2])
plain.render(page=pages[0])
began = time.process_time()
for page in pages:
    plain.render(page=page)
theirs = (time.process_time() - began) / len(own)
print(json.dumps({"ours": ours * 1000, "plain": theirs * 1000}))
"""
"""CPU of a page and the files beside it, without the disk; of Jinja alone on the same models."""
PLAIN = """<!doctype html><title>{{ page.name }}</title><h1>{{ page.name }}</h1>
<p>{{ page.run_id }}<table>{% for section in page.metrics %}{% for metric in section.items %}
<tr><th>{{ metric.name }}<td>{{ metric.last }}<td>{{ metric.min }}<td>{{ metric.max }}
<td>{{ metric.steps }}{% endfor %}{% endfor %}</table>
<table>{% for section in page.params %}{% for field in section.items %}
<tr><th>{{ field.name }}<td>{{ field.value }}{% endfor %}{% endfor %}</table>
{% for section in page.curves %}{% for picture in section.items %}
<svg viewBox="0 0 320 150"><path d="M{% for step in picture.curve.steps %}{{ step }} \
{{ picture.curve["values"][loop.index0] }} {% endfor %}"/></svg>{% endfor %}{% endfor %}
<table>{% for field in page.environment %}<tr><th>{{ field.name }}<td>{{ field.value }}\
{% endfor %}</table><pre>{{ page.reproduction.commands }}</pre>
"""


def builds(folder: Path) -> list[Figure]:
    """The build of 10,000 runs of 10 params and 5 curves of 20 points, and what follows it."""
    archive, site = folder / "archive", folder / "site"
    write_compacted(open_archive(archive, create=True), curved_table(sized(RUNS)), STEPS)
    whole = build(archive, site, "--workers", "2")
    nothing = statistics.median([rebuild(archive, site)["wall"] for _ in range(5)])
    compacted = _after_one_more(archive, site)
    loose = folder / "loose"
    log_runs(loose, sized(RUNS), 0)
    build(loose, site, "--workers", "2")
    uncompacted = _after_one_more(loose, site)
    page = child_json(PAGES, str(archive), PLAIN)
    times = page["ours"] / page["plain"]
    runs = f"{sized(RUNS):,}"
    return [
        _at_most(f"`build` of {runs} runs, two processes", whole["wall"], 11, "s"),
        _at_most("its leading process, memory at most", whole["peak_mb"], 600, "MB"),
        _at_most("its site", whole["mb"], 110, "MB"),
        _at_most("its files", whole["files"], 21_000, ""),
        Figure(
            "a run page and its data, CPU",
            f"{page['ours']:.2f} ms",
            f"{page['plain']:.2f} ms (Jinja alone, the same model)",
            f"{times:.1f}",
            "≤ 1.7 ms, ≤ 3",
            page["ours"] <= 1.7 and times <= 3,
        ),
        _at_most(f"one run more than {runs}, compacted", compacted, 1.0, "s"),
        _at_most(f"one run more than {runs}, as programs left them", uncompacted, 1.5, "s"),
        _at_most("nothing changed", nothing, 0.25, "s"),
    ]


def log_runs(place: Path, count: int, first: int) -> None:
    """Log runs of that kind, one after the other, as programs do; small segments are put together
    as their seals do now and then."""
    storage = open_archive(place, create=True)
    random = np.random.default_rng(first)
    for number in range(first, first + count):
        moment = START_MS + number * 1000
        writer = Writer(storage, EXPERIMENT, f"{number:032x}")
        name = {"mlflow.runName": f"run-{number}"}
        started: tuple[Any, ...] = ("status", (None, "RUNNING", None, moment))
        writer.log_lines((("run", (None, None, {}, moment)), started, ("tag", name)))
        writer.log_values("param", {f"p{n}": str(random.integers(1, 32)) for n in range(10)})
        for step in range(STEPS):
            for metric, value in enumerate(random.random(5)):
                writer.log_metric(f"m{metric}", float(value), step, moment + step)
        writer.log_lines((("status", (None, "FINISHED", None, moment + 100)),))
        writer.finish()
    seal_dead_journals(storage, now_ms=wall_ms())
    for month in {file.path.split("/")[1] for file in storage.list("segments")}:
        while tidy(storage, month, compact_after()) is not None:
            pass


def _after_one_more(archive: Path, site: Path) -> float:
    times = []
    for number in range(3):
        log_runs(archive, 1, 1_000_000 + number)
        times.append(rebuild(archive, site)["wall"])
    return statistics.median(times)


def _at_most(what: str, value: float, most: float, unit: str) -> Figure:
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
    limit = f"≤ {most:,g} {unit}".rstrip()
    return Figure(what, f"{shown} {unit}".rstrip(), "–", "–", limit, value <= most)

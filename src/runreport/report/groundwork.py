"""Groundwork: what pages of runs are made of, and what all other pages begin with.

It comes first, so that pages of runs can be made while the others are assembled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pyarrow.compute as pc

from runreport.archive.reading import Snapshot
from runreport.query.arrow import as_array
from runreport.query.index import RunIndex
from runreport.report.charts.curves import fine_room
from runreport.report.config import Config
from runreport.report.evaluations.listing import Evaluations, assemble_evaluations
from runreport.report.evaluations.page import TABLE_FILE
from runreport.report.ground import Ground, make_ground, shown_experiments
from runreport.report.links import SiteInfo, moment
from runreport.report.models.assembling import ModelReport, assemble_models
from runreport.report.pages.experiment import ShownExperiment
from runreport.report.runs.pages import RunPages
from runreport.report.tables.paging import choose_paged, with_places
from runreport.tags import PARENT_TAG


@dataclass(frozen=True, slots=True)
class Groundwork:
    """What pages of runs are made of, and what all other pages begin with."""

    snapshot: Snapshot
    asked: Config
    """As it was written; ``ground.config`` is as it may be published."""
    version: str
    all_rows: bool
    ground: Ground
    site: SiteInfo
    found: tuple[ShownExperiment, ...]
    models: ModelReport
    evaluations: Evaluations
    baselines: Mapping[str, str]
    """The run that each experiment's are compared with, by experiment id."""
    advice: tuple[str, ...]
    run_pages: RunPages


def lay_groundwork(
    snapshot: Snapshot,
    config: Config,
    *,
    now_ms: int | None,
    version: str,
    all_rows: bool = False,
) -> Groundwork:
    """What pages of runs need, so that these can be made while the other pages are.

    Args:
        now_ms: the "as of" of the report; None takes the time of the newest fact.
        version: of runreport, as the pages name it.
        all_rows: pre-render every row of a run table, for a theme whose pages cannot load more.

    Raises:
        ConfigError: the config names what there is not.
    """
    asked, ground = config, make_ground(snapshot, config, now_ms)
    index, shown, config, redactor = ground.index, ground.shown, ground.config, ground.redactor
    models = assemble_models(index, shown, snapshot.storage, redactor, config)
    every = list(shown_experiments(ground))
    baselines, advice = _baselines(every, config)
    # A theme without script has no page that could show the others.
    most = len(shown) if all_rows else config.max_run_pages
    keep = {*models.by_run, *baselines.values(), *_led_to(index)}
    paged = choose_paged([(one.numbers, one.table) for one in every], most, keep)
    found = [replace(one, table=with_places(one.table, one.numbers, paged)) for one in every]
    names = {one.identity: (one.name, one.folder) for one in found}
    evaluations = assemble_evaluations(index, shown, snapshot.storage, redactor, names)
    run_pages = RunPages(
        index, shown, names, ground.curves, snapshot.storage, redactor, config,
        evaluations.tables,
        models.by_run, baselines,
        {one.identity: one.table.primary for one in found}, paged,
        fine_room(config.curve_points, len(shown) if paged is None else len(paged)),
    )  # fmt: skip
    return Groundwork(
        snapshot, asked, version, all_rows, ground, _site(ground, version), tuple(found),
        models, evaluations, baselines, advice, run_pages,
    )  # fmt: skip


def _site(ground: Ground, version: str) -> SiteInfo:
    told = (ground.redactor.text(str(notice), "file names") for notice in ground.notices)
    home = urlsplit(ground.config.url).path
    return SiteInfo(ground.config.title, moment(ground.as_of), version, tuple(told), home)


def _baselines(
    found: Sequence[ShownExperiment], config: Config
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The baseline of each experiment that has one, and what is to be said of the others."""
    baselines, advice = {}, []
    for one in found:
        wanted = config.for_experiment(one.name).baseline
        if not wanted:
            continue
        ids = [str(run_id) for run_id in one.table.values("run_id")]
        by_name = dict(zip(reversed(one.table.values("run_name")), reversed(ids), strict=True))
        matches = [run_id for run_id in ids if run_id.startswith(wanted)]
        if wanted in by_name:  # of several runs of one name the newest
            baselines[one.identity] = by_name[wanted]
        elif len(matches) == 1:
            baselines[one.identity] = matches[0]
        elif one.name in config.experiments and config.experiments[one.name].baseline:
            advice.append(
                f"experiments.{one.name}.baseline names {wanted!r}, but "
                + (f"{len(matches)} runs have" if matches else "no run has")
                + " this name or ID."
            )
    return baselines, tuple(advice)


def _led_to(index: RunIndex) -> set[str]:
    """The runs that pages of other runs lead to, as parents, and those with a results table."""
    parents = index.tags.filter(pc.equal(index.tags.column("key"), PARENT_TAG))
    tables = index.artifacts.filter(pc.equal(index.artifacts.column("path"), TABLE_FILE))
    evaluated = as_array(index.runs.column("run_id")).take(tables.column("run"))
    return {*parents.column("value").to_pylist(), *evaluated.to_pylist()}

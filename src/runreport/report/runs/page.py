"""The page of one run: its eight fields, curves, files, note and surroundings.

It depends on its own run, its parent, the configured baseline and its registered versions only,
so that a new run rewrites no other run's page.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runreport.archive.storage import Storage
from runreport.entities import DatasetInput, Run, RunInfo
from runreport.numbers import MISSING
from runreport.report.charts.curves import CurveReader, curve_json, curve_script
from runreport.report.config import Config, ExperimentConfig
from runreport.report.evaluations.page import (
    EvaluationPage,
    EvaluationTable,
    make_evaluation_page,
)
from runreport.report.formatting import diverged_text, problem_text
from runreport.report.links import Field, Moment, RunLink, VersionLink, moment
from runreport.report.meaning import importance_of_name, numbered, rank_in_sections
from runreport.report.redaction import Redactor
from runreport.report.runs.environment import (
    Reproduction,
    environment_fields,
    object_of,
    reproduction,
)
from runreport.report.runs.files import (
    FileFolder,
    OutputFile,
    PublishedFile,
    by_folder,
    list_files,
)
from runreport.report.runs.media import MediaSeries, media_series
from runreport.report.runs.metrics import CurvePicture, MetricField, curve_pictures, metric_field
from runreport.report.runs.packages import Packages
from runreport.report.runs.record import RunFacts, run_record
from runreport.report.sections import Section, in_sections
from runreport.report.shown import Shown, show_duration, show_text
from runreport.report.tables.column_scripts import DataScript, hashed_name, script_json
from runreport.report.urls import job_folder, run_folder, run_url
from runreport.tags import (
    ERROR_TAG,
    MESSAGE_TAG,
    NOTE_TAG,
    OVERRIDDEN_TAG,
    TRACEBACK_TAG,
    is_set_tag,
)

MOST_PRIMARY = 4
"""Metrics at the head of a page where the config names none."""
MOST_CURVES_OPEN = 12
"""Curves of the sections that are open at first."""
MOST_COMPARED = 200
"""Files that the page comparing runs may show beside each other's."""
_KILLED = "Its process ended without saying how; what it logged until then is here."


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run: the eight fields first, then curves, files, note and surroundings."""

    run_id: str
    name: str
    url: str
    """Of the page, from the site's root."""
    folder: str
    """Of what lies beside it."""
    experiment: str
    experiment_folder: str
    experiment_url: str
    parent: RunLink | None
    baseline: RunLink | None
    """The run that the config compares the experiment's runs with."""
    job: tuple[str, str] | None
    """Kind and id of the job it ran in, and where its page lies: text and URL."""
    primary: tuple[MetricField, ...]
    """The metrics that say first how the run did."""
    source: str
    registered: tuple[VersionLink, ...]
    """The versions it was saved as."""
    started: Moment
    ended: Moment
    duration: Shown
    status: str
    status_note: str
    resumed: str
    """Where it went on after it had ended; empty where nothing says so."""
    traceback: str
    """The end of what it said when it failed."""
    params: tuple[Section[Field], ...]
    metrics: tuple[Section[MetricField], ...]
    tags: tuple[Field, ...]
    media: tuple[MediaSeries, ...]
    files: tuple[FileFolder, ...]
    file_total: int
    datasets: tuple[Field, ...]
    curves: tuple[Section[CurvePicture], ...]
    note: str
    """Markdown, as it was logged."""
    note_files: Mapping[str, str] = field(repr=False)
    """The addresses of the files that it may name, by their paths."""
    environment: tuple[Field, ...]
    packages: Packages | None
    """What was installed; None where nobody recorded it."""
    reproduction: Reproduction
    data: Mapping[str, object] = field(repr=False)
    """The run for scripts and other programs: what was logged of it, curves, files to compare."""
    later_scripts: tuple[DataScript, ...] = field(repr=False)
    """More points of long curves, a script a curve, for readers who zoom in; what texts of
    several steps say."""
    is_deleted: bool
    published: tuple[PublishedFile, ...]
    evaluation: EvaluationPage | None = None
    """Its results table, a page of its own."""

    @property
    def beside(self) -> str:
        """The way from the page to what lies beside it."""
        return f"{posixpath.basename(self.folder)}/"


def make_run_page(
    facts: RunFacts,
    experiment: str,
    experiment_folder: str,
    curves: CurveReader,
    storage: Storage,
    redactor: Redactor,
    config: Config,
    settings: ExperimentConfig,
    evaluation: EvaluationTable | None,
    *,
    room: int,
    with_files: bool = True,
) -> RunPage:
    """The page model of one run.

    Args:
        settings: how the runs of its experiment are shown.
        evaluation: its results table; None where it logged none.
        room: for points of its long curves beside its page.
        with_files: False: its artifacts are named in its record only, and nothing is published.
    """
    run = facts.run
    info, tags = run.info, run.data.tags
    files: tuple[OutputFile, ...] = ()
    published: tuple[PublishedFile, ...] = ()
    if with_files:
        files, published = list_files(facts, storage, redactor, config)
    media = media_series(files)
    metrics = tuple(metric_field(row, facts, settings) for row in facts.metrics)
    pictures = tuple(curve_pictures(curves, facts, metrics))
    fine = _fine_curves(curves, pictures, info.run_id, room) if with_files else {}
    said = {own.key: script for own in media if (script := own.script(info.run_id)) is not None}
    return RunPage(
        run_id=info.run_id,
        name=info.run_name,
        url=run_url(info.run_id),
        folder=run_folder(info.run_id),
        experiment=experiment,
        experiment_folder=experiment_folder,
        experiment_url=f"{experiment_folder}/index.html",
        parent=_other_link(facts.parent),
        baseline=_other_link(facts.baseline),
        job=_job(facts.record),
        primary=_primary(metrics, settings.primary_metric),
        source=tags.get("mlflow.source.name", MISSING),
        registered=facts.registered,
        started=moment(info.start_time),
        ended=moment(info.end_time),
        duration=show_duration(_span(info)),
        status=info.status,
        status_note=_status_note(facts, settings.primary_metric),
        resumed=_resumed(pictures),
        traceback=tags.get(TRACEBACK_TAG, "") if info.status == "FAILED" else "",
        params=in_sections((_param(row, tags) for row in facts.params), lambda own: own.name),
        metrics=in_sections(metrics, lambda own: own.name, rank_in_sections),
        tags=tuple(
            Field(key, show_text(value)) for key, value in sorted(tags.items()) if is_set_tag(key)
        ),
        media=media,
        files=by_folder(files),
        file_total=len(files),
        datasets=tuple(map(_dataset, run.inputs.dataset_inputs)),
        curves=in_sections(
            pictures, lambda own: own.curve.key, rank_in_sections, MOST_CURVES_OPEN
        ),
        note=tags.get(NOTE_TAG, ""),
        note_files={file.path: file.url for file in files if file.url},
        environment=tuple(environment_fields(facts.record)),
        packages=facts.packages,
        reproduction=reproduction(facts.record, tags),
        data={
            **run_record(facts, experiment),
            **_details(
                pictures, files, media, facts.packages, fine, said, run_folder(info.run_id)
            ),
        },
        later_scripts=(*(script for script, _ in fine.values()), *said.values()),
        is_deleted=info.lifecycle_stage == "deleted",
        published=published,
        evaluation=None
        if evaluation is None
        else make_evaluation_page(info.run_id, info.run_name, evaluation),
    )


def _primary(metrics: Sequence[MetricField], name: str | None) -> tuple[MetricField, ...]:
    """The metric that a run is about, or those that it is likely to be about."""
    told = tuple(own for own in metrics if own.name == name)
    many = numbered(own.name for own in metrics)
    by_meaning = sorted(
        metrics, key=lambda own: (own.name in many, *importance_of_name(own.name), own.name)
    )
    return told or tuple(by_meaning[:MOST_PRIMARY])


def _span(info: RunInfo) -> int | None:
    """How long a run took, in milliseconds."""
    started, ended = info.start_time, info.end_time
    return None if started is None or ended is None else ended - started


def _dataset(entry: DatasetInput) -> Field:
    context = entry.tags.get("mlflow.data.context", "")
    return Field(entry.dataset.name, entry.dataset.digest, context)


def _status_note(facts: RunFacts, primary: str | None) -> str:
    """What there is to say of how a run ended."""
    status, tags = facts.run.info.status, facts.run.data.tags
    if status == "KILLED":
        return _KILLED
    lasts = facts.run.data.metrics
    told = [diverged_text(name, lasts.get(name)) for name in ([primary] if primary else lasts)]
    problem = problem_text(status, tags.get(ERROR_TAG), tags.get(MESSAGE_TAG))
    return problem or next(filter(None, told), "")


def _resumed(pictures: Sequence[CurvePicture]) -> str:
    """The steps from which it logged again what it had logged before."""
    steps = sorted({one.curve.steps[at] for one in pictures for at in one.curve.resumed})
    return f"at step {', '.join(f'{step:,}' for step in steps)}" if steps else ""


def _other_link(run: Run | None) -> RunLink | None:
    if run is None:
        return None
    url = run_url(run.info.run_id)
    return RunLink(run.info.run_name, url, run.info.status, moment(run.info.start_time))


def _job(record: dict[str, Any]) -> tuple[str, str] | None:
    """What the job is called, and its page."""
    job = object_of(record, "job")
    if not job.get("id"):
        return None
    kind, identity = str(job.get("kind") or "job"), str(job["id"])
    return f"{kind} {identity}", f"{job_folder(kind, identity)}/index.html"


def _fine_curves(
    curves: CurveReader, pictures: Sequence[CurvePicture], run_id: str, room: int
) -> dict[str, tuple[DataScript, int]]:
    """More points of the curves that a page thins, a script a metric, and how many."""
    thinned = {one.curve.key: one.curve for one in pictures}
    found = {}
    for key, curve in sorted(curves.read_fine(run_id, thinned, room).items()):
        told = script_json((run_id, key, curve_json(curve)))[1:-1]
        content = f"runreport.fine({told});\n"
        script = DataScript(hashed_name("fine", content), content)
        found[key] = (script, len(curve.values))
    return found


def _details(
    pictures: Sequence[CurvePicture],
    files: Sequence[OutputFile],
    media: Sequence[MediaSeries],
    packages: Packages | None,
    fine: Mapping[str, tuple[DataScript, int]],
    said: Mapping[str, DataScript],
    folder: str,
) -> dict[str, object]:
    """What the scripts know of a run: curves, with where there is more of them, files to compare,
    where its packages are listed; what it has none of is left out."""
    curves = {picture.curve.key: picture.curve for picture in pictures}
    compared = [
        [
            file.path,
            _shown_url(file),
            file.preview.kind,
            file.preview.text,
            file.media_type,
            file.digest,
        ]
        for file in files
        if file.url and file.preview.kind in ("image", "text", "json", "audio", "video")
    ][:MOST_COMPARED]
    series = []
    for own in media:
        told: list[object] = [own.key, own.kind, [[at.step, at.url] for at in own.steps]]
        if own.kind == "text":
            told.append(f"{folder}/{said[own.key].name}")
        series.append(told)
    stored = curve_script(curves)
    for key, curve in stored:
        if key in fine:
            script, points = fine[key]
            curve["fine"] = [f"{folder}/{script.name}", points]
    found: dict[str, object] = {"curves": stored, "files": compared, "media": series}
    if packages is not None:
        found["packages"] = packages.digest
        found["requirements"] = packages.requirements_path if packages.requirements else ""
    return {name: own for name, own in found.items() if own}


def _param(row: dict[str, Any], tags: Mapping[str, str]) -> Field:
    note = ""
    automatic = tags.get(f"{OVERRIDDEN_TAG}{row['key']}")
    if automatic is not None:
        note = f"set by hand; autologging recorded {automatic}"
    if row["rivals"] > 1:
        note = f"{row['rivals']} different values were logged; this is the latest"
    return Field(row["key"], show_text(row["value"]), note)


def _shown_url(file: OutputFile) -> str:
    """Where a browser finds a picture: a vector image is published as text, and shown inline."""
    return file.preview.source if file.preview.kind == "image" else file.url

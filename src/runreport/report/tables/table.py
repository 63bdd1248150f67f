"""The runs of one experiment as columns, and the few things that all parts of its page ask."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from runreport.numbers import MISSING, full_number
from runreport.query.index import RunIndex
from runreport.report.config import ExperimentConfig
from runreport.report.formatting import diverged_text, problem_text
from runreport.report.meaning import better, direction_of
from runreport.report.shown import (
    EMPTY,
    MISSING_VALUE,
    Shown,
    apart,
    show_duration,
    show_number,
    show_text,
    show_time,
)
from runreport.report.tables.asked_columns import statistic_columns
from runreport.report.tables.columns import FOLDER, OF_METRICS, VIEW, Column, experiment_columns
from runreport.report.tables.filter_columns import filter_columns
from runreport.report.tables.palette import Palette
from runreport.report.tables.ranking import metrics_by_meaning
from runreport.report.urls import run_url, view_url
from runreport.tags import ERROR_TAG, MESSAGE_TAG, PARENT_TAG


@dataclass(frozen=True, slots=True)
class Table:
    """An experiment's runs as columns, and the few things that all parts of the page ask."""

    columns: Mapping[str, Column]
    labels: tuple[str, ...]
    """A name for each run that no other run of the experiment has."""
    primary: str
    """Primary metric; empty when the runs have none."""
    direction: str | None
    scores: tuple[float | None, ...]
    """The primary metric of each run."""
    folder: str = ""
    """Of the experiment's page, from the site's root; empty for runs of several."""
    is_guessed: bool = False
    """Whether the direction is what the metric's name says, since no config says it."""

    @property
    def told_direction(self) -> str | None:
        """The direction that a config says; None where it is guessed or unknown."""
        return None if self.is_guessed else self.direction

    def direction_of(self, column: Column) -> str | None:
        """Which values of a column are better; for the primary metric as a config says, else as
        the metric's name does."""
        label = column.label
        if column.group == OF_METRICS:
            label = label.rpartition(".")[0]
        elif column.group != "metrics":
            return None
        return direction_of(label, self.primary, self.direction)

    @property
    def run_ids(self) -> list[str]:
        """The ids of the runs."""
        return [str(run_id) for run_id in self.values("run_id")]

    @property
    def parents(self) -> list[str | None]:
        """The ids of the runs that started these."""
        column = self.columns.get(f"tags.{PARENT_TAG}")
        values = (None,) * len(self.labels) if column is None else column.values
        return [None if value is None else str(value) for value in values]

    def place_of(self, run_id: str) -> int | None:
        """A run's place in the table; None where it is not there."""
        ids = self.values("run_id")
        return ids.index(run_id) if run_id in ids else None

    def values(self, name: str) -> tuple[object, ...]:
        """The values of a column, one a run."""
        return self.columns[name].values

    def label(self, name: str) -> str:
        """What a column is called; its name where there is none."""
        column = self.columns.get(name)
        return name if column is None else column.label

    def problem_of(self, number: int) -> str:
        """Why a run failed or that it diverged, in a few words; empty where neither is known."""
        told = (self.columns.get(f"tags.{tag}") for tag in (ERROR_TAG, MESSAGE_TAG))
        texts = [None if column is None else column.values[number] for column in told]
        score = self.scores[number]
        problem = problem_text(self.values("status")[number], *texts)
        return problem or diverged_text(self.primary, score)

    def url_of(self, number: int) -> str:
        """The page of a run, from the site's root."""
        run_id = str(self.values("run_id")[number])
        if VIEW in self.columns and self.values(VIEW)[number] is not None:
            own = self.values(FOLDER)[number] if FOLDER in self.columns else self.folder
            return view_url(str(own), run_id)
        return run_url(run_id)

    def score_text(self, number: int) -> Shown:
        """A run's primary metric with its name, e.g. ``loss 0.25``; empty where it has none."""
        score = self.scores[number]
        if score is None:
            return EMPTY
        shown = show_number(score)
        return Shown(f"{self.primary} {shown.text}", shown.full)

    def ranked(self) -> list[int]:
        """Runs with a finite primary metric, best first; without a direction, newest first."""
        scores = self.scores
        usable = [
            n for n, score in enumerate(scores) if score is not None and math.isfinite(score)
        ]
        if self.direction is None:
            return usable
        sign = -1.0 if self.direction == "max" else 1.0
        return sorted(usable, key=lambda number: sign * (scores[number] or 0.0))


def make_table(
    index: RunIndex,
    numbers: pa.Array,
    config: ExperimentConfig,
    folder: str = "",
    charted: Sequence[str] = (),
    palette: Palette | None = None,
) -> Table:
    """The columns of an experiment's runs, newest run first.

    Args:
        charted: further columns that are asked for by name.
        palette: the places of texts among those of the site.
    """
    made = (*experiment_columns(index, numbers), *filter_columns(index, numbers))
    columns = {column.name: column for column in made}
    asked = statistic_columns(index, numbers, (*config.columns, *charted), columns)
    columns.update((column.name, column) for column in asked)
    for name in columns.keys() & (palette or {}).keys():
        columns[name] = replace(columns[name], slots=(palette or {})[name])
    labels = unique_labels(columns)
    primary = _primary_metric(columns, config, len(labels))
    metric = columns.get(f"metrics.{primary}")
    scores = metric.values if metric is not None else [None] * len(labels)
    is_other = config.primary_metric not in (None, primary)  # which the experiment does not have
    told = None if is_other else config.direction
    return Table(
        columns,
        labels,
        primary,
        told or better(primary),
        tuple(float(v) if isinstance(v, int | float) else None for v in scores),
        folder,
        is_guessed=told is None,
    )


def unique_labels(columns: Mapping[str, Column]) -> tuple[str, ...]:
    """The names of runs; one that several have gets the start of the run's id, as much of it as no
    other label has."""
    names = [str(name) for name in columns["run_name"].values]
    ids = [str(run_id) for run_id in columns["run_id"].values]
    repeated = {name for name, count in Counter(names).items() if count > 1}
    taken = {name for name in names if name not in repeated}
    labels = []
    for name, run_id in zip(names, ids, strict=True):
        label, length = name, 6
        while name in repeated and label in (name, *taken) and length < len(run_id) + 7:
            label, length = f"{name} {run_id[:length]}", length + 1
        taken.add(label)
        labels.append(label)
    return tuple(labels)


def cell(column: Column, number: int) -> Shown:
    """A value as the table shows it."""
    value = column.values[number]
    if value is None:
        return MISSING_VALUE
    if column.texts is not None:
        return show_text(str(column.texts[number]))
    if column.kind == "text":  # names and ids are what they are, even if they look like numbers
        return Shown(str(value)) if column.group == "properties" else show_text(str(value))
    return show_value(column, value)


def show_value(column: Column, value: object) -> Shown:
    """A number, time or span of a column."""
    return _SHOW[column.kind](value)  # type: ignore[arg-type]


_SHOW: Mapping[str, Callable[[float], Shown]] = {
    "number": show_number,
    "time": lambda value: show_time(int(value)),
    "duration": show_duration,
}


def logged_text(column: Column, number: int) -> str:
    """A value as it was logged."""
    value = column.values[number] if column.texts is None else column.texts[number]
    return full_number(value) if isinstance(value, float) else str(value)


def distinct_texts(table: Table, name: str, numbers: Iterable[int]) -> dict[int, str]:
    """By what a chart tells runs apart: the values of a column, or their labels."""
    own = list(numbers)
    if name == "run_name" or name not in table.columns:
        return {number: table.labels[number] for number in own}
    values = table.columns[name].values
    texts = apart([cell(table.columns[name], n) for n in own])
    return {
        number: text if values[number] is None else quoted(text)
        for number, text in zip(own, texts, strict=True)
    }


def quoted(text: str) -> str:
    """A logged text that would look like none in quotes."""
    return f"“{text}”" if text == MISSING or not text.strip() else text


def varying(table: Table, group: str) -> list[Column]:
    """The columns of a group in which runs differ, those that most runs have first."""
    columns = [c for c in table.columns.values() if c.group == group and c.varies]
    return sorted(columns, key=lambda column: -column.present)


def deciding(table: Table) -> list[Column]:
    """The params of which runs have different values."""
    return [param for param in varying(table, "params") if param.distinct > 1]


def _primary_metric(columns: Mapping[str, Column], config: ExperimentConfig, runs: int) -> str:
    if config.primary_metric and f"metrics.{config.primary_metric}" in columns:
        return config.primary_metric
    ordered = metrics_by_meaning(columns.values(), runs)
    return ordered[0].label if ordered else ""

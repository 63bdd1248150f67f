"""A config whose names are those that the site shows: it may name what is published masked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from runreport.query.names import split_statistic
from runreport.report.charts.texts import renamed_chart
from runreport.report.config import Config, ExperimentConfig, ViewConfig
from runreport.report.redaction.redactor import Redactor

_GROUPS = ("metrics", "params", "tags")


def published_config(config: Config, redactor: Redactor) -> Config:
    """The config with each name of an experiment, model, run or column as it is published."""

    def tables(own: Mapping[str, ExperimentConfig]) -> dict[str, ExperimentConfig]:
        return {redactor.known(name): _experiment(one, redactor) for name, one in own.items()}

    return replace(
        config,
        default=_experiment(config.default, redactor),
        experiments=tables(config.experiments),
        models=tables(config.models),
        views=tuple(_view(view, redactor) for view in config.views),
    )


def _experiment(own: ExperimentConfig, redactor: Redactor) -> ExperimentConfig:
    metric = own.primary_metric
    return replace(
        own,
        primary_metric=None if metric is None else redactor.known(metric),
        columns=tuple(_column(name, redactor) for name in own.columns),
        baseline=redactor.known(own.baseline),
    )


def _view(view: ViewConfig, redactor: Redactor) -> ViewConfig:
    return replace(
        view,
        experiments=tuple(map(redactor.known, view.experiments)),
        charts=tuple(
            renamed_chart(text, lambda name: _column(name, redactor)) for text in view.charts
        ),
    )


def _column(name: str, redactor: Redactor) -> str:
    group, dot, key = name.partition(".")
    if not dot or group not in _GROUPS:
        return _key(name, redactor)
    return f"{group}.{_key(key, redactor)}"


def _key(key: str, redactor: Redactor) -> str:
    """A key as it is published; of a statistic, the metric's."""
    parts = split_statistic(key)
    if parts is None or redactor.has(key):
        return redactor.known(key)
    metric, statistic, is_ticked = parts
    shown = redactor.known(metric)
    return f"`{shown}`.{statistic}" if is_ticked else f"{shown}.{statistic}"

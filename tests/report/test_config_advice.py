from __future__ import annotations

from pathlib import Path

import pytest
from builders import sample_archive

from runreport.pipeline import build_site
from runreport.report.config import parse_config


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"experiments": {"Sampel": {}}}, "experiments names 'Sampel'.*mean 'Sample'"),
        ({"models": {"churn": {}}}, "no registered model of this name"),
        ({"primary_metric": "los"}, "primary_metric names 'los'.*mean 'loss'"),
        (
            {"experiments": {"Sample": {"primary_metric": "acuracy", "direction": "max"}}},
            "experiments.Sample.primary_metric names 'acuracy'.*'accuracy'",
        ),
        ({"models": {"churn": {"primary_metric": "loss"}}}, "add direction = 'max' or 'min'"),
        ({"columns": ["metric.loss"]}, "columns names 'metric.loss'.*mean 'metrics.loss'"),
        ({"columns": ["stauts"]}, "columns names 'stauts'.*mean 'status'"),
        (
            {"experiments": {"Sample": {"columns": ["metrics.los"]}}},
            "experiments.Sample.columns names 'metrics.los'.*mean 'metrics.loss'",
        ),
        ({"columns": ["acuracy"]}, "columns names 'acuracy'.*mean 'metrics.accuracy'"),
        ({"columns": ["metrics.loss.median"]}, "names 'metrics.loss.median'.*'metrics.loss.mean'"),
        ({"columns": ["los.min"]}, "names 'los.min'.*'metrics.loss.min'"),
        ({"primary_metric": "metrics.loss"}, "names 'metrics.loss'.*mean 'loss'"),
        (
            {"views": {"v": {"charts": ["bar;x=params.modle;y=metrics.loss"]}}},
            "charts names 'params.modle'.*mean 'params.model'",
        ),
    ],
)
def test_names_that_mean_nothing_are_told(
    tmp_path: Path, content: dict[str, object], words: str
) -> None:
    import re

    archive = sample_archive(tmp_path / "a", runs=2)
    made = build_site(str(archive), str(tmp_path / "site"), parse_config(content))
    assert any(re.search(words, advice) for advice in made.advice), made.advice


def test_names_that_are_there_are_not(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=2)
    content = {
        "primary_metric": "loss",
        "columns": [
            "run_name",
            "experiment_name",
            "loss",
            "metrics.loss.min",
            "accuracy.max",
            "lr",
        ],
        "experiments": {"Sample": {"primary_metric": "accuracy"}},
        "views": {"v": {"charts": ["scatter;x=lr;y=loss.min", "line;x=time;y=loss"]}},
    }
    made = build_site(str(archive), str(tmp_path / "site"), parse_config(content))
    assert made.advice == ()

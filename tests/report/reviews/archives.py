"""Runs for reviews: commits of some settings, a seed each."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import runreport
from runreport.report.config import Config, parse_config
from runreport.report.reviews.making import make_review
from runreport.report.reviews.review import Review
from runreport.sources import opened_sides


def log(
    commit: str,
    values: Sequence[float | None],
    metric: str = "acc",
    tags: Mapping[str, str] | None = None,
    **params: object,
) -> list[str]:
    """A run a value, which is that of its metric; None fails instead. Their ids."""
    ids = []
    for seed, value in enumerate(values):
        run = runreport.start_run(run_name=f"{commit}-{seed}")
        ids.append(run.info.run_id)
        git = {"mlflow.source.git.commit": commit, "mlflow.source.git.dirty": "false"}
        runreport.set_tags({**git, **(tags or {})})
        runreport.log_params({"lr": 0.1, **params, "seed": seed})
        if value is not None:
            runreport.log_metric(metric, value)
        else:
            runreport.set_tags(
                {"runreport.error": "ValueError", "runreport.error.message": "no data"}
            )
        runreport.end_run("FINISHED" if value is not None else "FAILED")
    return ids


def around(mean: float, count: int = 10, spread: float = 0.004, seed: int = 0) -> list[float]:
    """Values about a mean."""
    rng = random.Random(seed)
    return [mean + rng.gauss(0, spread) for _ in range(count)]


def review_of(
    base: str | Path, head: str | Path | None, archive: Path | None = None, **config: object
) -> Review:
    """A review, its config given as a runreport.toml has it."""
    own: Config = parse_config(config)
    place = None if archive is None else str(archive)
    with opened_sides(str(base), None if head is None else str(head), place, own) as sides:
        return make_review(*sides, own)

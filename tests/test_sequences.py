"""Whatever happens between builds, in whatever order: the site is what a clean build makes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from builders import sample_archive, site_digests

import runreport
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.purging import purge
from runreport.build import engine
from runreport.build.executor import Pool
from runreport.build.upkeep import unchanged
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config
from runreport.tracking.active import close_side_sessions

WORDS = ("loss", "acc", "val/loss", "lr")


class Project:
    """An archive with a site, and what may happen to them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.archive = str(sample_archive(folder / "a", runs=4))
        self.config = parse_config({"primary_metric": "loss", "direction": "min"})
        self.client = runreport.RunreportClient()

    def ids(self, view: int = 1) -> list[str]:
        found = runreport.search_runs(output_format="list", run_view_type=view)
        return sorted(run.info.run_id for run in found)

    def any_run(self, view: int = 1) -> str | None:
        ids = self.ids(view)
        return self.random.choice(ids) if ids else None

    def log(self) -> None:
        runreport.log_param(self.random.choice(WORDS) + str(self.random.random()), "x")
        for step in range(self.random.choice([1, 5, 40])):
            value = self.random.choice([self.random.random(), 3, float("nan"), 1e300])
            runreport.log_metric(self.random.choice(WORDS), value, step=step)

    def add(self) -> None:
        with runreport.start_run(run_name=f"run {self.random.random():.3f}"):
            self.log()

    def add_what_is_private(self) -> None:
        with runreport.start_run():
            runreport.log_param("home", f"/home/ada{self.random.random()}/data")
            runreport.log_text("api_key = hunter2hunter2", "settings.txt")

    def resume(self) -> None:
        if run := self.any_run():
            with runreport.start_run(run_id=run):
                self.log()

    def note(self) -> None:
        if run := self.any_run():
            other = self.any_run()
            text = self.random.choice(
                ["# Alone", f"See [it](run:{other})", "```chart\ntype: line\n```"]
            )
            self.client.set_tag(run, "mlflow.note.content", text)

    def delete(self) -> None:
        if run := self.any_run():
            self.client.delete_run(run)

    def restore(self) -> None:
        if run := self.any_run(view=2):
            self.client.restore_run(run)

    def purge(self) -> None:
        if len(self.ids()) > 2 and (run := self.any_run()):
            self.client.delete_run(run)
            close_side_sessions()
            purge(open_archive(self.archive), [run])

    def compact(self) -> None:
        compact_archive(open_archive(self.archive))

    def rename(self) -> None:
        for experiment in self.client.search_experiments(max_results=1):
            name = f"Sample {self.random.randrange(3)}"
            if all(one.name != name for one in self.client.search_experiments()):
                self.client.rename_experiment(experiment.experiment_id, name)

    def configure(self) -> None:
        changes: list[dict[str, object]] = [
            {"title": f"Report {self.random.randrange(3)}"},
            {"max_run_pages": self.random.choice([2, 5, 20_000])},
            {"publish_environment": self.random.random() < 0.5},
            {"options": {"footer": f"foot {self.random.randrange(3)}"}},
            {"theme": self.random.choice(["default", "plain"])},
        ]
        self.config = replace(self.config, **self.random.choice(changes))  # type: ignore[arg-type]

    @property
    def events(self) -> list[Callable[[], None]]:
        return [
            self.add, self.add, self.add_what_is_private, self.resume, self.note, self.delete,
            self.restore, self.purge, self.compact, self.rename, self.configure,
        ]  # fmt: skip

    def build(
        self, name: str, config: Config | None = None, *, workers: int = 1, clean: bool = False
    ) -> Path:
        site = self.folder / name
        executor = Pool(workers) if workers > 1 else None
        given = (self.archive, str(site), config or self.config)
        build_site(*given, executor=executor, clean=clean)
        return site


@pytest.mark.usefixtures("few_known")
@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, 10), *(pytest.param(seed, 30, marks=pytest.mark.long) for seed in range(2, 8))],
)
def test_a_row_of_changes_leaves_the_site_of_a_clean_build(
    tmp_path: Path, seed: int, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PAYS", 3)
    project = Project(tmp_path, seed)
    project.build("site")
    happened = []
    for step in range(steps):
        event = project.random.choice(project.events)
        event()
        happened.append(event.__name__)
        if project.random.random() < 0.5:
            continue  # several changes at once
        project.build("site", workers=2 if step % 9 == 8 else 1)
        clean = project.build(f"clean-{step}", clean=True)
        assert site_digests(tmp_path / "site") == site_digests(clean), happened
        assert unchanged(project.archive, str(tmp_path / "site"), project.config) is not None

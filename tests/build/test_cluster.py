"""A build on a cluster: a real scheduler and two worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from builders import sample_archive, site_digests
from s3 import s3_server
from tasks import divide, double, fail

from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.build import engine
from runreport.build.cluster import Cluster
from runreport.build.run_work import make_runs
from runreport.build.task import Task
from runreport.errors import BuildError, ConfigError
from runreport.pipeline import build_site
from runreport.report.config import parse_config
from runreport.site.store import Store

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("default"),  # of Dask's own
]
CONFIG = parse_config({"primary_metric": "loss", "direction": "min", "baseline": "run-0"})


@pytest.fixture(autouse=True)
def small_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PAYS", 1)


@pytest.fixture
def scheduler() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture
def archive(tmp_path: Path) -> str:
    return str(sample_archive(tmp_path / "a", runs=60))


def test_a_cluster_makes_the_bytes_that_one_process_makes(
    scheduler: Any, archive: str, tmp_path: Path
) -> None:
    build_site(archive, str(tmp_path / "one"), CONFIG)
    made = build_site(
        archive, str(tmp_path / "many"), CONFIG, executor=Cluster(scheduler.scheduler_address)
    )
    assert site_digests(tmp_path / "one") == site_digests(tmp_path / "many")
    assert made.published.folder == str(tmp_path / "many")
    assert {path.name for path in tmp_path.iterdir()} == {
        "a", "one", "one.state", "many", "many.state",
    }  # fmt: skip


def test_archive_and_site_on_a_store_and_a_worker_that_is_killed(
    archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("distributed")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    build_site(archive, str(tmp_path / "one"), CONFIG)
    with s3_server() as endpoint:
        options = f"?scheme=http&endpoint_override={endpoint.removeprefix('http://')}"
        runs, site = f"s3://bucket/runs{options}", f"s3://bucket/site{options}"
        merge_archive(open_archive(archive), open_archive(runs, create=True))
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster:
            victim = next(iter(cluster.workers.values())).pid
            begun: list[object] = []
            is_over = threading.Event()
            killed: list[bool] = []

            def kill() -> None:
                killed.append(not is_over.is_set())
                os.kill(victim, signal.SIGKILL)

            killer = threading.Timer(0.3, kill)
            handed_over = Cluster._submit

            def submit(own: Cluster, task: Task) -> Any:
                found = handed_over(own, task)
                if task.work is make_runs and not begun:
                    begun.append(found)
                    killer.start()
                return found

            monkeypatch.setattr(Cluster, "_submit", submit)
            build_site(runs, site, CONFIG, executor=Cluster(cluster.scheduler_address))
            is_over.set()
            killer.join()
            assert killed == [True], "it died while others were still at work"
        store = Store(site)
        found = {path: store.read(path) for path in store.sizes()}
        names = Store(f"s3://bucket/{options}").sizes()
    assert not any(".building-" in name for name in names), "the stage is gone"
    one = {
        str(p.relative_to(tmp_path / "one")): p
        for p in (tmp_path / "one").rglob("*")
        if p.is_file()
    }
    assert set(found) == set(one)
    differing = [path for path, own in one.items() if own.read_bytes() != found[path]]
    assert differing == []


def test_a_task_that_fails_thrice_fails_the_build_and_leaves_the_site(
    scheduler: Any, archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    build_site(archive, str(site), CONFIG)
    before = site_digests(site)
    monkeypatch.setattr(engine, "make_runs", divide)
    with pytest.raises(BuildError, match=r"the pages of runs from r/.*failed 3 times.*ZeroDiv"):
        build_site(
            archive, str(site), CONFIG, clean=True, executor=Cluster(scheduler.scheduler_address)
        )
    assert site_digests(site) == before
    assert not list(tmp_path.glob("site.building-*"))


def test_what_we_say_is_said_as_it_is(scheduler: Any) -> None:
    with closing(Cluster(scheduler.scheduler_address)) as cluster:
        tasks = [Task(str(number), double, number) for number in range(30)]
        found = sorted(made for _, made in cluster.results(tasks))
        assert found == [2 * number for number in range(30)]
        with pytest.raises(ConfigError, match="Template 3 is wrong"):
            list(cluster.results([Task("page", fail, 3)]))


def test_a_scheduler_that_is_not_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("runreport.build.cluster._SECONDS", 1)
    with pytest.raises(BuildError, match=r"No Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        Cluster("tcp://127.0.0.1:9")


def test_a_scheduler_without_workers_is_one_clear_error() -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        pytest.raises(BuildError, match="has no workers"),
    ):
        Cluster(cluster.scheduler_address)


def test_the_command_builds_on_a_cluster(scheduler: Any, archive: str, tmp_path: Path) -> None:
    program = str(Path(sys.executable).parent / "runreport")
    command = [program, "build", archive, "-o", str(tmp_path / "s")]
    more = ["--executor", "dask", "--scheduler", scheduler.scheduler_address]
    done = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "from 60 runs" in done.stdout, done.stderr


def test_workers_with_many_threads_mix_nothing_up(archive: str, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    build_site(archive, str(tmp_path / "one"), CONFIG)
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=4, processes=True, dashboard_address=None
    ) as cluster:
        made = build_site(
            archive, str(tmp_path / "many"), CONFIG, executor=Cluster(cluster.scheduler_address)
        )
    assert site_digests(tmp_path / "one") == site_digests(tmp_path / "many") and made.runs == 60


def test_workers_that_do_not_see_the_disk_leave_the_site_as_it_is(
    scheduler: Any, archive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    build_site(archive, str(site), CONFIG)
    before = site_digests(site)
    ground = engine.RunGround
    monkeypatch.setattr(
        engine,
        "RunGround",
        lambda token, stage, *more: ground(token, str(tmp_path / "elsewhere"), *more),
    )
    with pytest.raises(BuildError, match="the workers of the cluster share no disk"):
        build_site(
            archive, str(site), CONFIG, clean=True, executor=Cluster(scheduler.scheduler_address)
        )
    assert site_digests(site) == before

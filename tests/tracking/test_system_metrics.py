"""System metrics: sampled beside a run where somebody asks for it, by MLflow's names."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import runreport
from runreport.errors import InvalidValue
from runreport.tracking import system_metrics
from runreport.tracking.system_metrics import _Settings

NAMES = {
    "system/cpu_utilization_percentage", "system/system_memory_usage_megabytes",
    "system/system_memory_usage_percentage", "system/disk_usage_percentage",
    "system/disk_usage_megabytes", "system/disk_available_megabytes",
}  # fmt: skip


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(system_metrics, "_settings", _Settings(interval=0.02))
    yield
    names = [thread.name for thread in threading.enumerate()]
    assert "system-metrics" not in names, "no thread outlives its run"


def history(run_id: str, key: str) -> list[tuple[int, float]]:
    points = runreport.RunreportClient().get_metric_history(run_id, key)
    return [(point.step, point.value) for point in points]


def test_nothing_is_sampled_unless_somebody_asks(archive: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_metric("loss", 1)
    assert set(runreport.get_run(run.info.run_id).data.metrics) == {"loss"}


def test_a_run_has_what_its_machine_did_step_by_step(archive: Path) -> None:
    with runreport.start_run(log_system_metrics=True) as run:
        time.sleep(0.2)
    metrics = runreport.get_run(run.info.run_id).data.metrics
    assert set(metrics) >= NAMES
    assert 0 < metrics["system/system_memory_usage_percentage"] <= 100
    steps = [step for step, _ in history(run.info.run_id, "system/disk_usage_percentage")]
    assert len(steps) > 1 and steps == [*range(len(steps))]


def test_a_short_run_has_one_point_and_a_resumed_one_goes_on(archive: Path) -> None:
    runreport.set_system_metrics_sampling_interval(60)
    runreport.enable_system_metrics_logging()
    with runreport.start_run() as run:
        pass
    with runreport.start_run(run_id=run.info.run_id):
        pass
    key = "system/cpu_utilization_percentage"
    assert [step for step, _ in history(run.info.run_id, key)] == [0, 1]
    runreport.disable_system_metrics_logging()
    with runreport.start_run() as other:
        pass
    assert not runreport.get_run(other.info.run_id).data.metrics


def test_samples_are_means_and_a_node_has_a_name(archive: Path) -> None:
    runreport.set_system_metrics_samples_before_logging(3)
    runreport.set_system_metrics_node_id("node-7")
    with runreport.start_run() as run:
        readings = iter([1.0, 2.0, 6.0, *[9.0] * 999])
        monitor = system_metrics.Monitor(run.session.writer, lambda: {"cpu": next(readings)}, 0)
        while not runreport.get_run(run.info.run_id).data.metrics:
            time.sleep(0.02)
        monitor.stop()
    assert history(run.info.run_id, "system/node-7/cpu")[0] == (0, 3.0)


def test_the_environment_asks_too(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_metrics, "_settings", _Settings())
    monkeypatch.setenv("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "true")
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.02")
    with runreport.start_run() as run:
        pass
    assert set(runreport.get_run(run.info.run_id).data.metrics) >= NAMES
    with runreport.start_run(log_system_metrics=False) as other:
        pass
    assert not runreport.get_run(other.info.run_id).data.metrics


def test_without_psutil_the_run_goes_on_and_says_what_to_install(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psutil", None)
    with (
        pytest.warns(UserWarning, match=r"runreport-static\[system\]"),
        runreport.start_run(log_system_metrics=True) as run,
    ):
        runreport.log_metric("loss", 1)
    assert set(runreport.get_run(run.info.run_id).data.metrics) == {"loss"}


def test_a_machine_that_refuses_never_stops_a_run(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psutil

    def refused(*_: object) -> None:
        raise PermissionError("/proc/net/dev")

    with monkeypatch.context() as patch:
        patch.setattr(psutil, "net_io_counters", refused)
        with (
            pytest.warns(UserWarning, match="proc/net"),
            runreport.start_run(log_system_metrics=True),
        ):
            pass
    assert runreport.active_run() is None
    real, calls = psutil.disk_usage, iter(range(10**6))
    monkeypatch.setattr(
        psutil, "disk_usage", lambda at: refused() if next(calls) == 1 else real(at)
    )
    with (
        pytest.warns(UserWarning, match="sample"),
        runreport.start_run(log_system_metrics=True) as run,
    ):
        while not runreport.get_run(run.info.run_id).data.metrics:
            time.sleep(0.02)
        time.sleep(0.1)
    assert len(history(run.info.run_id, "system/disk_usage_percentage")) > 1


def test_a_name_that_no_metric_may_have_is_refused(archive: Path) -> None:
    runreport.set_system_metrics_node_id("a//b")
    with pytest.warns(UserWarning, match="a//b"), runreport.start_run(log_system_metrics=True):
        pass


@pytest.mark.parametrize("value", [0, -1, "10", True])
def test_an_interval_is_a_number_of_seconds(value: object) -> None:
    with pytest.raises(InvalidValue, match="greater than 0"):
        runreport.set_system_metrics_sampling_interval(value)  # type: ignore[arg-type]

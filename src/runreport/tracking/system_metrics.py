"""System metrics: what the machine does while a run is logged, sampled beside it.

Their names are MLflow's. Off unless asked for: ``start_run(log_system_metrics=True)``,
`enable_system_metrics_logging`, or ``MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING=true``. psutil reads
processor, memory, disk and network, NVML (``nvidia-ml-py``) graphics cards where there are any.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runreport.errors import InvalidValue
from runreport.tracking.validation import check_key

if TYPE_CHECKING:
    from runreport.archive.writer import Writer

_MEGA = 1e6
_ENABLED = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"
_INTERVAL = "MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL"
_SAMPLES = "MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING"
_NODE = "MLFLOW_SYSTEM_METRICS_NODE_ID"
_EVERY_SECONDS = 10.0
_FIRST = "cpu_utilization_percentage"
_MISSING = (
    "System metrics are not logged: psutil is missing. pip install 'runreport-static[system]'"
)


@dataclass(slots=True)
class _Settings:
    """What was asked for; None is what the environment says."""

    enabled: bool | None = None
    interval: float | None = None
    samples: int | None = None
    node: str | None = None


_settings = _Settings()


def enable_system_metrics_logging() -> None:
    """Sample the machine beside each run that starts from now on."""
    _settings.enabled = True


def disable_system_metrics_logging() -> None:
    """Sample nothing beside runs that start from now on."""
    _settings.enabled = False


def set_system_metrics_sampling_interval(interval: float | None) -> None:
    """Seconds between two samples; None: 10, or what the environment says.

    Raises:
        InvalidValue: it is not greater than 0.
    """
    _settings.interval = _positive(interval, "interval")


def set_system_metrics_samples_before_logging(samples: int | None) -> None:
    """Samples whose mean is one point; None: 1, or what the environment says.

    Raises:
        InvalidValue: it is not greater than 0.
    """
    _settings.samples = (
        None if samples is None else max(1, int(_positive(samples, "samples") or 1))
    )


def set_system_metrics_node_id(node_id: str | None) -> None:
    """The name of this machine in the metrics of a run of several: ``system/<node>/…``."""
    _settings.node = None if node_id is None else str(node_id)


def _positive(value: float | None, name: str) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or (is_number and 0 < value < 1e9):
        return value
    raise InvalidValue(f"{name} is {value!r}; it must be a number greater than 0.")


def _number(name: str, default: float) -> float:
    """A number of the environment; what is none there is passed over."""
    with suppress(ValueError):
        found = float(os.environ.get(name, ""))
        if 0 < found < 1e9:
            return found
    return default


def _before() -> str:
    """What the names of the metrics begin with."""
    node = _settings.node if _settings.node is not None else os.environ.get(_NODE, "")
    return f"system/{node}/" if node else "system/"


class Monitor:
    """Samples the machine in a thread of its own until it is stopped."""

    def __init__(
        self, writer: Writer, read: Callable[[], dict[str, float]], first_step: int
    ) -> None:
        """Begin to sample.

        Args:
            writer: of the run.
            read: one sample, by metric.
            first_step: of the points; they count on where an earlier session ended.
        """
        self._writer, self._read = writer, read
        own = _settings
        self._interval = own.interval or _number(_INTERVAL, _EVERY_SECONDS)
        self._samples = own.samples or max(1, int(_number(_SAMPLES, 1)))
        self._before = _before()
        self._step = first_step
        self._over = threading.Event()
        self._process = os.getpid()
        self._thread = threading.Thread(target=self._sample, name="system-metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Sample no more, after a last sample, so that a short run has a point, too."""
        self._over.set()
        if self._process == os.getpid():  # a fork has no such thread
            self._thread.join(timeout=5)

    def _sample(self) -> None:
        """Log the mean of each group of samples, and of those that the end of the run cut off; a
        sample that cannot be had is passed over."""
        waiting: list[dict[str, float]] = []
        is_over = is_told = False
        while not is_over:
            is_over = self._over.wait(self._interval)
            try:
                waiting.append(self._read())
                if len(waiting) >= self._samples or is_over:
                    self._log(waiting)
                    waiting = []
            except Exception as error:  # the run goes on without
                if not is_told:
                    warnings.warn(f"A sample of the machine failed: {error!r}", stacklevel=1)
                is_told = True

    def _log(self, samples: list[dict[str, float]]) -> None:
        values = {}
        for name in samples[-1]:
            own = [sample[name] for sample in samples if name in sample]
            values[f"{self._before}{name}"] = round(sum(own) / len(own), 1)
        self._writer.log_metrics(values, self._step, None)
        self._step += 1


def start_monitor(
    writer: Writer, asked: bool | None, first_step: Callable[[str], int]
) -> Monitor | None:
    """A monitor of a run, if one is wanted and psutil is there.

    Args:
        asked: what was asked for of this run; None: what holds for all.
        first_step: where the points of a metric go on, if the run has any.
    """
    wanted = _settings.enabled if asked is None else asked
    if wanted is None:
        wanted = os.environ.get(_ENABLED, "").strip().lower() in ("1", "true")
    if not wanted:
        return None
    try:
        import psutil
    except ImportError:
        warnings.warn(_MISSING, stacklevel=4)
        return None
    try:
        check_key("Metric", f"{_before()}{_FIRST}")
        return Monitor(writer, _Machine(psutil).read, first_step(f"{_before()}{_FIRST}"))
    except Exception as error:  # whatever a machine refuses to tell: the run goes on
        warnings.warn(f"System metrics are not logged: {error}", stacklevel=4)
        return None


class _Machine:
    """Reads what there is to say of this machine."""

    def __init__(self, psutil: Any) -> None:
        self._psutil = psutil
        self._network = self._counted()
        self._cards = [*_cards()]
        psutil.cpu_percent()  # counts from here

    def read(self) -> dict[str, float]:
        """One sample, by MLflow's names."""
        memory, disk = self._psutil.virtual_memory(), self._psutil.disk_usage(os.sep)
        found = {
            _FIRST: self._psutil.cpu_percent(),
            "system_memory_usage_megabytes": memory.used / _MEGA,
            "system_memory_usage_percentage": memory.used / memory.total * 100,
            "disk_usage_percentage": disk.percent,
            "disk_usage_megabytes": disk.used / _MEGA,
            "disk_available_megabytes": disk.free / _MEGA,
        }
        now = self._counted()
        if now and self._network:
            names = ("network_receive_megabytes", "network_transmit_megabytes")
            for name, end, begin in zip(names, now, self._network, strict=True):
                found[name] = (end - begin) / _MEGA
        for number, read in enumerate(self._cards):
            found |= {f"gpu_{number}_{name}": value for name, value in read().items()}
        return found

    def _counted(self) -> tuple[int, int] | None:
        counters = self._psutil.net_io_counters()
        return None if counters is None else (counters.bytes_recv, counters.bytes_sent)


def _cards() -> Iterator[Callable[[], dict[str, float]]]:
    """What reads each graphics card that NVML knows."""
    try:
        import pynvml  # type: ignore[import-not-found, unused-ignore]

        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except Exception:  # no library, no driver, no card
        return

    def reader(handle: Any) -> Callable[[], dict[str, float]]:
        def read() -> dict[str, float]:
            memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
            found = {
                "memory_usage_percentage": memory.used / memory.total * 100,
                "memory_usage_megabytes": memory.used / _MEGA,
                "utilization_percentage": pynvml.nvmlDeviceGetUtilizationRates(handle).gpu,
            }
            with suppress(pynvml.NVMLError):  # not every card tells its power
                watts = pynvml.nvmlDeviceGetPowerUsage(handle) / 1000
                most = pynvml.nvmlDeviceGetEnforcedPowerLimit(handle) / 1000
                found |= {"power_usage_watts": watts, "power_usage_percentage": watts / most * 100}
            return found

        return read

    for number in range(count):
        yield reader(pynvml.nvmlDeviceGetHandleByIndex(number))

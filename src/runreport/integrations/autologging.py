"""What every library's autologging shares: its settings, its run, and that it breaks nothing.

A library's ``fit`` is wrapped once; whether the wrapper logs is decided at each call. Only the
outermost of nested trainings logs: a pipeline, not each of its steps.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import runreport
from runreport.errors import InvalidValue
from runreport.tracking.values import log_automatic_params

FLAVORS = ("sklearn", "xgboost", "keras", "lightning", "huggingface")
"""Whose training can be logged, in the order `autolog` turns them on."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How the training of one library is logged; the words are MLflow's."""

    log_models: bool = True
    log_model_signatures: bool = True
    log_input_examples: bool = False
    log_datasets: bool = True
    disable: bool = False
    silent: bool = False
    """No warning when something could not be logged."""
    exclusive: bool = False
    """Log nothing while a run that the caller started is active."""
    registered_model_name: str | None = None
    extra_tags: Mapping[str, str] | None = None
    own: Mapping[str, Any] = field(default_factory=dict)
    """Settings that only this library has."""


_settings: dict[str, Settings] = {}
_inside: ContextVar[bool] = ContextVar("runreport_inside_training", default=False)
_lock = threading.Lock()
_training_threads: dict[int, int] = {}
_WRAPPED = "_runreport_wraps"


def configure(flavor: str, settings: Settings) -> None:
    """Turn the logging of a library's training on, or off with ``disable``."""
    _settings[flavor] = settings


def make_settings(
    *,
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    registered_model_name: str | None = None,
    extra_tags: Mapping[str, str] | None = None,
    **own: Any,
) -> Settings:
    """The settings that MLflow's arguments of ``autolog`` stand for.

    Args:
        disable_for_unsupported_versions: of MLflow; no version is known not to work.

    Raises:
        InvalidValue: a name to register models under is not allowed.
    """
    del disable_for_unsupported_versions
    if registered_model_name is not None:
        from runreport.models.names import check_model_name

        check_model_name(registered_model_name)
    if extra_tags is not None and not isinstance(extra_tags, Mapping):
        raise InvalidValue(f"extra_tags is {extra_tags!r}; it must be a dictionary of tags.")
    return Settings(
        log_models=log_models,
        log_model_signatures=log_model_signatures,
        log_input_examples=log_input_examples,
        log_datasets=log_datasets,
        disable=disable,
        silent=silent,
        exclusive=exclusive,
        registered_model_name=registered_model_name,
        extra_tags=extra_tags,
        own=own,
    )


def wrap(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Put a wrapper around a function of a class or module, once.

    Args:
        around: called with the original and then what it was called with.
    """
    original = vars(owner).get(name)
    if original is None or not callable(original) or hasattr(original, _WRAPPED):
        return

    @functools.wraps(original)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return around(original, *args, **kwargs)

    setattr(wrapper, _WRAPPED, original)
    setattr(owner, name, wrapper)


class Training:
    """One training that is logged."""

    def __init__(self, flavor: str, settings: Settings) -> None:
        self.flavor = flavor
        self.settings = settings
        self.began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return time.perf_counter() - self.began

    @contextmanager
    def safely(self, what: str) -> Iterator[None]:
        """Whatever fails within the block warns and breaks nothing of the caller's."""
        try:
            yield
        except Exception as error:
            if not self.settings.silent:
                # Where warnings are errors this one is not, since it is not the caller's.
                with contextlib.suppress(Warning):
                    warnings.warn(
                        f"Autologging of {self.flavor} could not log {what}: {error}", stacklevel=5
                    )

    def log_params(self, params: Mapping[str, Any]) -> None:
        """Log params that were not logged by hand; names that may not be are left out."""
        allowed = {}
        for key, value in params.items():
            text = str(value)
            allowed[key] = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        with self.safely("params"):
            log_automatic_params(allowed)

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log those of some values that are numbers."""
        with self.safely("metrics"):
            numbers = {}
            for key, value in metrics.items():
                number = as_number(value)
                if number is not None:
                    numbers[key] = number
            runreport.log_metrics(numbers, step=step)

    def set_tags(self, tags: Mapping[str, Any]) -> None:
        """Set tags of the run."""
        with self.safely("tags"):
            runreport.set_tags(tags)

    def log_dataset(self, data: Any, context: str) -> None:
        """Record a data set, of the kinds that can be described."""
        if self.settings.log_datasets and (
            hasattr(data, "columns") or (hasattr(data, "tobytes") and hasattr(data, "dtype"))
        ):
            with self.safely("the data set"):
                runreport.log_input(data, context)


_LONGEST = 500
"""Characters of a param, so that a long list of steps does not fill a page."""


def training(
    flavor: str, train: Callable[[], Any], log: Callable[[Training], Callable[[Any], None]]
) -> Any:
    """Train, logging it if the library's logging is on and this is the outermost training.

    Args:
        train: what the caller asked for.
        log: logs what is known before, and returns what logs the result; both may fail.
    """
    settings = _settings.get(flavor)
    if settings is None or settings.disable or not _may_log(settings):
        return train()
    one = Training(flavor, settings)
    token = _inside.set(True)
    _enter_thread(1)
    try:
        own = _own_run(one)
        finish: Callable[[Any], None] | None = None
        with one.safely("the start of the training"):
            if settings.extra_tags:
                runreport.set_tags(settings.extra_tags)
            finish = log(one)
        one.began = time.perf_counter()
        try:
            result = train()
        except BaseException as error:
            _end(own, one, "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
            raise
        if finish is not None:
            with one.safely("the result of the training"):
                finish(result)
        _end(own, one, "FINISHED")
        return result
    finally:
        _enter_thread(-1)
        _inside.reset(token)


def _may_log(settings: Settings) -> bool:
    if _inside.get() or (settings.exclusive and runreport.active_run() is not None):
        return False
    # A pool's thread works on a training that another thread has begun, unless it has a run.
    others = any(thread != threading.get_ident() for thread in _training_threads)
    return not others or runreport.active_run() is not None


def _enter_thread(change: int) -> None:
    ident = threading.get_ident()
    with _lock:
        depth = _training_threads.pop(ident, 0) + change
        if depth > 0:
            _training_threads[ident] = depth


def _own_run(one: Training) -> Any:
    """The run made for this training; None where the caller has one, or none could be made."""
    run = None
    with one.safely("a run"):
        if runreport.active_run() is None:
            run = runreport.start_run()
    return run


def _end(run: Any, one: Training, status: str) -> None:
    if run is not None:
        with one.safely("the end of the run"):
            runreport.end_run(status)


def as_number(value: Any) -> float | None:
    """A metric's value as a number; None where it is none."""
    try:
        item = getattr(value, "item", None)
        return float(item() if callable(item) else value)
    except (TypeError, ValueError, RuntimeError):
        return None


def first_rows(data: Any, count: int) -> Any:
    """The first rows of some data, whatever holds it; None where it has no rows."""
    if hasattr(data, "iloc"):
        return data.iloc[:count]
    if hasattr(data, "shape") or isinstance(data, list):
        return data[:count]
    return None

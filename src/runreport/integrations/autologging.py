"""What every library's autologging shares: its settings, its run, and that it breaks nothing.

A library's ``fit`` is wrapped once; whether the wrapper logs is decided at each call. Only the
outermost of nested trainings logs: a pipeline, not each of its steps.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import runreport
from runreport.errors import InvalidValue
from runreport.models.signature import infer_signature
from runreport.tracking.active import is_active
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


@contextmanager
def unwrapped(kind: type) -> Iterator[None]:
    """Within the block a class is as it was: to pickle one that goes into the pickle whole, which
    is then loaded where runreport is not installed."""
    own = [
        (owner, name, value)
        for owner in kind.__mro__
        if owner.__module__ == "__main__" or "<locals>" in owner.__qualname__
        for name, value in list(vars(owner).items())
        if hasattr(value, _WRAPPED)
    ]
    for owner, name, value in own:
        setattr(owner, name, getattr(value, _WRAPPED))
    try:
        yield
    finally:
        for owner, name, value in own:
            setattr(owner, name, value)


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
        """Log params that were not logged by hand, under names that are allowed."""
        with self.safely("params"):
            allowed = {}
            for key, value in params.items():
                text = str(value)
                short = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
                allowed[allowed_name(key)] = short
            log_automatic_params(allowed)

    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Log those of some values that are numbers."""
        with self.safely("metrics"):
            numbers = {}
            for key, value in metrics.items():
                number = as_number(value)
                if number is not None:
                    numbers[allowed_name(key)] = number
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

    def model_options(self, data: Any, rows: int, predict: Callable[[Any], Any]) -> dict[str, Any]:
        """The arguments of ``log_model`` that the settings and the training's data decide.

        Args:
            rows: how many of the data's rows are an example, and show the signature.
            predict: what the model makes of an example.
        """
        example = first_rows(data, rows)
        signature: Any = False
        if self.settings.log_model_signatures and example is not None:
            with self.safely("the model's signature"):
                signature = infer_signature(example, predict(example))
        return {
            "signature": signature,
            "input_example": example if self.settings.log_input_examples else None,
            "registered_model_name": self.settings.registered_model_name,
        }


_LONGEST = 500
"""Characters of a param, so that a long list of steps does not fill a page."""
_FORBIDDEN = re.compile(r"[^\w\-./: ]")


def allowed_name(key: object) -> str:
    """A name that params and metrics may have: ``ndcg@10`` is ``ndcg_at_10``, as in MLflow."""
    name = _FORBIDDEN.sub("_", str(key).replace("@", "_at_"))[:250]
    return "/".join(part for part in name.split("/") if part not in ("", ".", "..")) or "_"


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
    _watch_threads()
    one = Training(flavor, settings)
    token = _inside.set(True)
    try:
        own = _own_run(one)
        finish: Callable[[Any], None] | None = None
        with one.safely("the start of the training"):
            if settings.extra_tags:
                runreport.set_tags(settings.extra_tags)
            _note_second(one)
            finish = log(one)
        one.began = time.perf_counter()
        try:
            result = train()
        except BaseException as error:
            # Lightning makes a SystemExit of Ctrl-C.
            was_stopped = isinstance(error, KeyboardInterrupt | SystemExit)
            _end(own, one, "KILLED" if was_stopped else "FAILED")
            raise
        try:
            if finish is not None:
                with one.safely("the result of the training"):
                    finish(result)
        finally:  # also when Ctrl-C comes now
            _end(own, one, "FINISHED")
        return result
    finally:
        _inside.reset(token)


_trained: deque[str] = deque(maxlen=1000)
"""The runs that a training was logged to, the latest."""


def _note_second(one: Training) -> None:
    """Say so where a run gets a second training, whose params and model replace the first's."""
    run = runreport.active_run()
    if run is None or one.settings.silent:
        return
    if run.info.run_id in _trained:
        with contextlib.suppress(Warning):
            warnings.warn(
                f"Run {run.info.run_name!r} has logged a training already; params, metrics and "
                "model of the second take the place of the first's. Give each a run of its own.",
                stacklevel=6,
            )
    _trained.append(run.info.run_id)


def _may_log(settings: Settings) -> bool:
    if _inside.get() or getattr(threading.current_thread(), _OF_TRAINING, False):
        return False
    return not settings.exclusive or runreport.active_run() is None


_OF_TRAINING = "_runreport_of_training"


def _watch_threads() -> None:
    """A thread that a training starts works for it, and logs no training of its own."""

    def start(original: Callable[..., Any], thread: threading.Thread) -> Any:
        inner = _inside.get() or getattr(threading.current_thread(), _OF_TRAINING, False)
        setattr(thread, _OF_TRAINING, inner)
        return original(thread)

    wrap(threading.Thread, "start", start)


def _own_run(one: Training) -> Any:
    """The run made for this training; None where the caller has one, or none could be made."""
    run = None
    with one.safely("a run"):
        if runreport.active_run() is None:
            run = runreport.start_run()
    return run


def _end(run: Any, one: Training, status: str) -> None:
    """End the training's own run, and those that the training left open within it."""
    with one.safely("the end of the run"):
        while run is not None and is_active(run.info.run_id):
            runreport.end_run(status)


def as_number(value: Any) -> float | None:
    """A metric's value as a number; None where it is none."""
    try:
        item = getattr(value, "item", None)
        return float(item() if callable(item) else value)
    except (TypeError, ValueError, RuntimeError):
        return None


def first_rows(data: Any, count: int) -> Any:
    """The first rows of some data, whatever holds it; None where it has no rows.

    Of several inputs (a tuple, a dictionary, a list of arrays) the first rows of each.
    """
    if hasattr(data, "iloc"):
        return data.iloc[:count]
    if isinstance(data, Mapping):
        return {name: first_rows(values, count) for name, values in data.items()}
    if isinstance(data, tuple | list) and data and hasattr(data[0], "shape"):
        return type(data)(first_rows(values, count) for values in data)
    if hasattr(data, "tocsr"):  # of sparse matrices only some kinds can be cut
        return data.tocsr()[:count]
    return data[:count] if hasattr(data, "shape") or isinstance(data, list) else None

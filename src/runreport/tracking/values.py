"""The fluent calls that log params, metrics and tags of a run.

Params are immutable, tags are not; a metric's value is the one greatest by (step, timestamp,
value). What differs from MLflow is listed in ``docs/mlflow.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runreport.errors import InvalidValue, NotFound
from runreport.tags import OVERRIDDEN_TAG
from runreport.tracking import active, validation
from runreport.tracking.active import Session
from runreport.tracking.runs import current_session


class Written:
    """What a call with ``synchronous=False`` gives: in MLflow something to wait for; here every
    call is written before it returns."""

    def wait(self) -> None:
        """Nothing is waited for."""


_WRITTEN = Written()


def _outcome(synchronous: bool | None) -> Written | None:
    return _WRITTEN if synchronous is False else None


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:
    """Log a param of the active run and return the value as given; with ``synchronous=False`` a
    `Written`, as MLflow does.

    Raises:
        InvalidValue: the name is not allowed, or the run has another value for it.
    """
    return log_params({key: value}, synchronous) or value


def log_params(
    params: Mapping[str, Any], synchronous: bool | None = None, run_id: str | None = None
) -> Written | None:
    """Log params, all or none of them.

    Raises:
        InvalidValue: a name is not allowed, or the run has another value for it.
    """
    session = current_session(run_id)
    texts, overridden = {}, {}
    for key, value in params.items():
        validation.check_key("Param", key)
        text = validation.param_text(key, value)
        known = session.params.get(key)
        if known is None:
            texts[key] = text
        elif known != text and key in session.automatic:
            overridden[key] = text
        elif known != text:
            raise InvalidValue(
                f"Changing param values is not allowed. Param {key!r} was logged as {known!r} "
                f"for run {session.run_id} and cannot become {text!r}. Log it under another "
                "name, or use a tag."
            )
    session.writer.log_values("param", texts)
    session.params.update(texts)
    if overridden:
        _override(session, overridden)
    return _outcome(synchronous)


def log_automatic_params(params: Mapping[str, Any]) -> None:
    """Log what autologging found out: what was logged by hand stays, and may still be; what it
    recorded before is replaced."""
    session = current_session(None)
    texts, changed = {}, {}
    for key, value in params.items():
        text = validation.param_text(key, value)
        known = session.params.get(validation.check_key("Param", key))
        if known is None:
            texts[key] = text
        elif known != text and key in session.automatic:
            changed[key] = text
    session.writer.log_values("param", texts)
    session.params.update(texts)
    session.automatic.update(texts)
    if changed:
        _override(session, changed)
        session.automatic.update(changed)


def _override(session: Session, texts: Mapping[str, str]) -> None:
    """Put other values in the place of those that autologging recorded, and say so."""
    lines: list[Any] = [
        ("param", (key, text, {"overrides": session.params[key]}, None))
        for key, text in texts.items()
    ]
    old = {f"{OVERRIDDEN_TAG}{key}"[: validation.MAX_KEY]: session.params[key] for key in texts}
    session.writer.log_lines((*lines, ("tag", old)))
    session.params.update(texts)
    session.automatic -= texts.keys()


def log_metric(
    key: str,
    value: float,
    step: int | None = None,
    synchronous: bool | None = None,
    timestamp: int | None = None,
    run_id: str | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> Written | None:
    """Log one value of a metric; NaN and infinities are kept.

    Args:
        step: default 0; may be negative.
        timestamp: milliseconds since the epoch; default now.

    Raises:
        InvalidValue: name, value, step or timestamp is not allowed.
        WriteFailed: the value is not in the archive.
    """
    writer = current_session(run_id).writer
    if key not in writer.known_metrics:
        validation.check_key("Metric", key)
    if type(value) is not float:
        value = validation.check_metric_value(key, value)
    if step is None:
        step = 0
    elif type(step) is not int or not -(2**63) <= step < 2**63:
        step = validation.check_step(step)
    if timestamp is not None:
        timestamp = validation.check_time(timestamp)
    writer.log_metric(key, value, step, timestamp)
    return None if synchronous is not False else _WRITTEN


def log_metrics(
    metrics: Mapping[str, float],
    step: int | None = None,
    synchronous: bool | None = None,
    run_id: str | None = None,
    timestamp: int | None = None,
    model_id: str | None = None,
    dataset: object = None,
) -> Written | None:
    """Log several metrics of one step, all or none of them; see `log_metric`."""
    del model_id, dataset
    values = {
        validation.check_key("Metric", key): validation.check_metric_value(key, value)
        for key, value in metrics.items()
    }
    number = 0 if step is None else validation.check_step(step)
    moment = None if timestamp is None else validation.check_time(timestamp)
    current_session(run_id).writer.log_metrics(values, number, moment)
    return _outcome(synchronous)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> Written | None:
    """Set a tag of the active run."""
    return set_tags({key: value}, synchronous)


def set_tags(tags: Mapping[str, Any], synchronous: bool | None = None) -> Written | None:
    """Set tags of the active run, all or none of them.

    Raises:
        InvalidValue: a name, or under the tag policy ``fabric`` a value, is not allowed.
    """
    texts = validation.tag_texts(tags, active.store().tag_policy)
    current_session(None).writer.log_values("tag", texts)
    return _outcome(synchronous)


def delete_tag(key: str) -> None:
    """Remove a tag of the active run.

    Raises:
        NotFound: the run has no such tag.
    """
    session = current_session(None)
    if key not in active.store().get_run(session.run_id).data.tags:
        raise NotFound(f"Run {session.run_id} has no tag {key!r}.")
    session.writer.log_values("tag", {key: None})


def flush_async_logging() -> None:
    """Nothing to wait for: every call is written before it returns."""

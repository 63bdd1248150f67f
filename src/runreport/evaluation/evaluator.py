"""Evaluate a model: ask it, score its answers, log the results to a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from runreport.errors import InvalidValue
from runreport.evaluation import tabular, text
from runreport.evaluation.data import (
    EvaluationData,
    as_function,
    chances_of,
    load_model,
    predict,
    read_data,
)
from runreport.evaluation.metric import EvaluationMetric, MetricValue, Rows, aggregate
from runreport.evaluation.toxicity import toxicity
from runreport.models.inference import is_a
from runreport.models.names import run_uri
from runreport.nearest import did_you_mean
from runreport.tracking import runs, tables, values
from runreport.tracking.data import log_input

TABLE = "eval_results_table"
TABLE_FILE = f"{TABLE}.json"
MODEL_TAG = "evaluated_model"
"""The tag that keeps which model was asked, where it has a URI."""


def latency() -> EvaluationMetric:
    """How long the model takes for each row, in seconds; it is then asked row by row."""
    return EvaluationMetric(
        "latency", lambda _: MetricValue(), greater_is_better=False, is_latency=True
    )


METRICS: Mapping[str, Callable[[], EvaluationMetric]] = {
    "latency": latency,
    "token_count": text.token_count,
    "toxicity": toxicity,
    "bleu": text.bleu,
    "rouge1": text.rouge1,
    "rouge2": text.rouge2,
    "rougeL": text.rougeL,
    "rougeLsum": text.rougeLsum,
    "exact_match": text.exact_match,
    "flesch_kincaid_grade_level": text.flesch_kincaid_grade_level,
    "ari_grade_level": text.ari_grade_level,
    "accuracy_score": tabular.accuracy_score,
    "precision_score": tabular.precision_score,
    "recall_score": tabular.recall_score,
    "f1_score": tabular.f1_score,
    "mean_absolute_error": tabular.mae,
    "mean_squared_error": tabular.mse,
    "root_mean_squared_error": tabular.rmse,
    "r2_score": tabular.r2_score,
    "max_error": tabular.max_error,
    "mean_absolute_percentage_error": tabular.mape,
}
"""Metrics that ``metrics=[…]`` may name."""
MODEL_TYPES: Mapping[str, tuple[str, ...]] = {
    "text": ("flesch_kincaid_grade_level", "ari_grade_level", "token_count"),
    "text-summarization": ("rouge1", "rouge2", "rougeL", "rougeLsum", "token_count"),
    "question-answering": ("exact_match", "flesch_kincaid_grade_level", "token_count"),
    "classifier": (),
    "regressor": (),
}
"""What each kind of model is scored by, besides what is asked for."""


_CONFIG = ("col_mapping", "pos_label")


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """What an evaluation found."""

    metrics: dict[str, float]
    tables: dict[str, Any]
    """``eval_results_table``: a DataFrame, or a dictionary of columns where pandas is missing."""
    run_id: str
    artifacts: dict[str, str]
    """Where the table is among the run's artifacts."""


def evaluate(
    model: Any = None,
    data: Any = None,
    *,
    model_type: str | None = None,
    targets: Any = None,
    predictions: str | None = None,
    metrics: Sequence[str | EvaluationMetric] | None = None,
    extra_metrics: Sequence[EvaluationMetric] | None = None,
    evaluators: Any = None,
    evaluator_config: Mapping[str, Any] | None = None,
    feature_names: Sequence[str] | None = None,
) -> EvaluationResult:
    """Ask a model about a data set, score its answers, and log metrics and results table.

    Args:
        model: a function of the data, an object with ``predict``, a URI such as
            ``models:/name/1``; None where ``predictions`` names a column.
        data: a DataFrame, a dictionary of columns, a list of rows or values, or an array. A
            function is given it in that form, a dictionary of one column as a list.
        model_type: ``classifier``, ``regressor``, ``question-answering``,
            ``text-summarization`` or ``text``: scores it by what is usual.
        targets: the name of a column, or the targets themselves.
        metrics: names of metrics, or metrics.
        extra_metrics: metrics of one's own and judges.
        evaluators: of MLflow; there is one.
        evaluator_config: ``{"col_mapping": {"context": "passage"}}`` gives columns other names;
            ``pos_label`` is the class that precision, recall and F1 of two classes are about, by
            default the greater one.

    Raises:
        InvalidValue: an argument is not allowed, a library, key or column is missing.
        NotFound: there is no such model.
    """
    del evaluators
    wanted = _wanted(model_type, metrics, extra_metrics)
    read = _renamed(read_data(data, targets, predictions), evaluator_config, feature_names)
    for metric in wanted:
        metric.check()  # whatever is missing is missed before a model is asked anything
    if read.predictions is None and model is None:
        raise InvalidValue(
            "Give a model, or name the column of the data that holds predictions: "
            "evaluate(data=…, predictions='answer')."
        )
    if model_type in ("classifier", "regressor") and read.targets is None:
        raise InvalidValue(f"A {model_type} is held against targets: targets='column'.")
    answers, seconds, chances = _answers(model, read, wanted, model_type)
    rows = Rows(answers, read.targets, read.columns)
    found = [(metric, _value(metric, rows, seconds)) for metric in wanted]
    pos_label = (evaluator_config or {}).get("pos_label")
    scores = _typed_metrics(model_type, rows, chances, pos_label)
    for metric, value in found:
        scores.update(_named(metric, value))
    table = _table(rows, found)
    name = os.fspath(model) if isinstance(model, str | os.PathLike) else None
    return _log(scores, table, data, name)


def _wanted(
    model_type: str | None,
    metrics: Sequence[str | EvaluationMetric] | None,
    extra_metrics: Sequence[EvaluationMetric] | None,
) -> list[EvaluationMetric]:
    if model_type is not None and model_type not in MODEL_TYPES:
        raise InvalidValue(f"model_type is {model_type!r}; use one of {', '.join(MODEL_TYPES)}.")
    if isinstance(metrics, str):
        metrics = [metrics]
    names: list[str | EvaluationMetric] = [*(metrics or ()), *(extra_metrics or ())]
    if model_type is not None and metrics is None:
        names = [*MODEL_TYPES[model_type], *names]
    if not names and model_type not in ("classifier", "regressor"):
        raise InvalidValue(
            "Say what to score by: metrics=['rougeL', 'exact_match'], extra_metrics=[…], or a "
            f"model_type ({', '.join(MODEL_TYPES)})."
        )
    found: dict[str, EvaluationMetric] = {}
    for name in names:
        metric = name if isinstance(name, EvaluationMetric) else _metric_of(name)
        if metric.title in found:
            raise InvalidValue(f"Metric {metric.title!r} is asked for twice.")
        found[metric.title] = metric
    return list(found.values())


def _metric_of(name: object) -> EvaluationMetric:
    if isinstance(name, str) and name in METRICS:
        return METRICS[name]()
    if callable(name) and not isinstance(name, type):
        raise InvalidValue(f"{name!r} is a function; call it, or wrap it with make_metric.")
    hint = did_you_mean(str(name), METRICS)
    raise InvalidValue(f"There is no metric {name!r}.{hint} Known: {', '.join(METRICS)}.")


def _renamed(
    data: EvaluationData,
    config: Mapping[str, Any] | None,
    feature_names: Sequence[str] | None,
) -> EvaluationData:
    """The data with the names that metrics shall know its columns by."""
    from dataclasses import replace

    for key in config or {}:
        if key not in _CONFIG:
            raise InvalidValue(
                f"evaluator_config has {key!r}, which is not known; known: {', '.join(_CONFIG)}."
            )
    mapping = dict((config or {}).get("col_mapping") or {})
    columns = dict(data.columns)
    if feature_names is not None:
        if len(feature_names) != len(columns):
            raise InvalidValue(
                f"There are {len(feature_names)} feature_names for {len(columns)} columns."
            )
        columns = dict(zip(map(str, feature_names), columns.values(), strict=True))
    for source in mapping.values():
        if source not in columns:
            raise InvalidValue(
                f"col_mapping names the column {source!r}; the data has {', '.join(columns)}."
            )
    named = {source: name for name, source in mapping.items()}
    return replace(data, columns={named.get(k, k): v for k, v in columns.items()})


def _answers(
    model: Any, data: EvaluationData, wanted: Sequence[EvaluationMetric], model_type: str | None
) -> tuple[list[Any], list[float], Any]:
    """Predictions, seconds a row, and a classifier's chances, where there are any."""
    if data.predictions is not None:
        if any(metric.is_latency for metric in wanted):
            raise InvalidValue("latency needs a model; the data brings its predictions.")
        return list(data.predictions), [], None
    is_timed = any(metric.is_latency for metric in wanted)
    loaded = load_model(model)
    answers, seconds = predict(as_function(loaded), data, row_by_row=is_timed)
    chances = None
    if model_type == "classifier":
        chances = chances_of(loaded, data.make_input(0, data.count))
    return answers, seconds, chances


def _value(metric: EvaluationMetric, rows: Rows, seconds: list[float]) -> MetricValue:
    if metric.is_latency:
        return MetricValue(seconds, aggregate_results=aggregate(seconds))
    return metric.score(rows)


def _typed_metrics(
    model_type: str | None, rows: Rows, chances: Any, pos_label: Any
) -> dict[str, float]:
    if rows.targets is None:
        return {}
    if model_type == "classifier":
        return tabular.classifier_metrics(rows.targets, rows.predictions, chances, pos_label)
    if model_type == "regressor":
        return tabular.regressor_metrics(rows.targets, rows.predictions)
    return {}


def _named(metric: EvaluationMetric, value: MetricValue) -> dict[str, float]:
    results = value.aggregate_results or {}
    return {f"{metric.title}/{name}" if name else metric.title: v for name, v in results.items()}


def _table(
    rows: Rows, found: Sequence[tuple[EvaluationMetric, MetricValue]]
) -> dict[str, list[Any]]:
    """The results table: inputs, target, prediction, then scores and justifications."""
    own = {"target", "outputs"}
    table: dict[str, list[Any]] = {
        f"input {name}" if name in own else name: list(values)
        for name, values in rows.inputs.items()
    }
    if rows.targets is not None:
        table["target"] = list(rows.targets)
    table["outputs"] = list(rows.predictions)
    for metric, value in found:
        if value.scores is not None:
            table[metric.score_column] = [_plain(score) for score in value.scores]
        if value.justifications is not None:
            table[f"{metric.title}/justification"] = list(value.justifications)
    return table


def _plain(score: Any) -> float | None:
    return None if score is None else float(score)


def _log(
    metrics: dict[str, float], table: dict[str, list[Any]], data: Any, model: str | None
) -> EvaluationResult:
    active = runs.active_run()
    with nullcontext(active) if active is not None else runs.start_run() as run:
        values.log_metrics(metrics)
        tables.log_table(table, TABLE_FILE, replace=True)
        if model is not None:
            values.set_tag(MODEL_TAG, model)
        if is_a(data, "pandas", "DataFrame") or is_a(data, "numpy", "ndarray"):
            log_input(data, "evaluation")
        run_id = run.info.run_id
    shown: Any = table
    try:
        import pandas

        shown = pandas.DataFrame(table)
    except ImportError:
        pass
    place = run_uri(run_id, TABLE_FILE)
    return EvaluationResult(metrics, {TABLE: shown}, run_id, {TABLE: place})

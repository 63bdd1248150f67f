"""Metrics of text, each by the library that is known for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from runreport.errors import InvalidValue
from runreport.evaluation.metric import EvaluationMetric, MetricValue, Rows, aggregate

INSTALL = "pip install scikit-learn rouge-score sacrebleu 'textstat<0.7.9'"


def require(module: str, what: str, install: str = INSTALL) -> Any:
    """A library of the extra ``evaluate``.

    Raises:
        InvalidValue: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise InvalidValue(
            f"Metric {what!r} needs {error.name}, which is not installed. Install it: {install}"
        ) from error


def token_count(encoding: str | None = None) -> EvaluationMetric:
    """How many tokens each prediction has.

    Args:
        encoding: one of tiktoken's, such as ``cl100k_base``, which tiktoken may download; by
            default tokens are words and marks, as sacreBLEU's tokenizer ``13a`` splits them.
    """

    def count(text: str) -> float:
        if encoding is None:
            return len(_tokenizer()(text).split())
        return len(_encoding(encoding).encode(text))

    def check() -> None:
        if encoding is None:
            require("sacrebleu", "token_count")
        else:
            require("tiktoken", "token_count", "pip install tiktoken")

    return _of_predictions("token_count", count, check, version=None, greater_is_better=False)


def flesch_kincaid_grade_level() -> EvaluationMetric:
    """The school grade a prediction can be read in (Kincaid et al. 1975), by textstat."""
    return _of_textstat("flesch_kincaid_grade_level", "flesch_kincaid_grade")


def ari_grade_level() -> EvaluationMetric:
    """The automated readability index of a prediction (Smith and Senter 1967), by textstat."""
    return _of_textstat("ari_grade_level", "automated_readability_index")


def exact_match() -> EvaluationMetric:
    """Whether each prediction is the target; in all the share of those that are."""

    def score(rows: Rows) -> MetricValue:
        targets = rows.column("targets")
        scores = [float(p == t) for p, t in zip(rows.predictions, targets, strict=True)]
        mean = aggregate(scores, ("mean",))
        return MetricValue(scores, aggregate_results={"": mean["mean"]} if mean else {})

    return EvaluationMetric("exact_match", score, version="v1")


def bleu() -> EvaluationMetric:
    """BLEU of each prediction (Papineni et al. 2002), by sacreBLEU: 0 to 1, four-grams, no
    smoothing."""

    def compare(prediction: str, target: str) -> float:
        return float(_bleu().corpus_score([prediction], [[target]]).score) / 100

    return _against_targets("bleu", compare, lambda: require("sacrebleu", "bleu"))


def rouge1() -> EvaluationMetric:
    """ROUGE-1 (Lin 2004): F-measure of the words that prediction and target share."""
    return _rouge("rouge1")


def rouge2() -> EvaluationMetric:
    """ROUGE-2 (Lin 2004): F-measure of the word pairs that prediction and target share."""
    return _rouge("rouge2")


def rougeL() -> EvaluationMetric:  # noqa: N802 - the metric's name
    """ROUGE-L (Lin 2004): F-measure of the longest common subsequence."""
    return _rouge("rougeL")


def rougeLsum() -> EvaluationMetric:  # noqa: N802 - the metric's name
    """ROUGE-L of each line, in union over the lines (Lin 2004)."""
    return _rouge("rougeLsum")


def _rouge(kind: str) -> EvaluationMetric:
    def compare(prediction: str, target: str) -> float:
        return float(_scorer(kind).score(target, prediction)[kind].fmeasure)

    return _against_targets(kind, compare, lambda: require("rouge_score", kind))


@cache
def _scorer(kind: str) -> Any:
    return require("rouge_score.rouge_scorer", kind).RougeScorer([kind], use_stemmer=False)


@cache
def _bleu() -> Any:
    return require("sacrebleu.metrics", "bleu").BLEU(smooth_method="none", effective_order=False)


@cache
def _tokenizer() -> Callable[[str], str]:
    made = require("sacrebleu.tokenizers.tokenizer_13a", "token_count").Tokenizer13a()
    return lambda text: str(made(text))


@cache
def _encoding(name: str) -> Any:
    try:
        return require("tiktoken", "token_count", "pip install tiktoken").get_encoding(name)
    except InvalidValue:
        raise
    except Exception as error:  # unknown, or it could not be downloaded
        raise InvalidValue(f"token_count: encoding {name!r} cannot be had: {error}") from error


def _of_textstat(name: str, function: str) -> EvaluationMetric:
    def grade(text: str) -> float:
        try:
            return float(getattr(require("textstat", name), function)(text))
        except LookupError as error:
            raise InvalidValue(
                f"Metric {name!r}: this textstat downloads its dictionary, and has not yet. Run "
                f"python -m nltk.downloader cmudict, or: {INSTALL}"
            ) from error

    def check() -> None:
        grade("word")

    return _of_predictions(name, grade, check, greater_is_better=False)


def _of_predictions(
    name: str,
    one: Callable[[str], float],
    check: Callable[[], None],
    *,
    version: str | None = "v1",
    greater_is_better: bool = True,
) -> EvaluationMetric:
    def score(rows: Rows) -> MetricValue:
        scores = [one(text) for text in texts(rows.predictions, name, "predictions")]
        return MetricValue(scores, aggregate_results=aggregate(scores))

    return EvaluationMetric(name, score, greater_is_better, version, check)


def _against_targets(
    name: str, compare: Callable[[str, str], float], check: Callable[[], Any]
) -> EvaluationMetric:
    def score(rows: Rows) -> MetricValue:
        predictions = texts(rows.predictions, name, "predictions")
        targets = texts(rows.column("targets"), name, "targets")
        scores = [compare(p, t) for p, t in zip(predictions, targets, strict=True)]
        return MetricValue(scores, aggregate_results=aggregate(scores))

    return EvaluationMetric(name, score, version="v1", check=lambda: check() and None)


def texts(values: Sequence[Any], metric: str, column: str) -> list[str]:
    """Values that must be text.

    Raises:
        InvalidValue: one is not.
    """
    for place, value in enumerate(values):
        if not isinstance(value, str):
            raise InvalidValue(
                f"Metric {metric!r} needs text; {column} holds {value!r} in row {place + 1}."
            )
    return [str(value) for value in values]

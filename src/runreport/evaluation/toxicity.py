"""Toxicity: how likely a classifier of Hugging Face takes a prediction for hate speech."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from runreport.errors import InvalidValue
from runreport.evaluation.metric import EvaluationMetric, MetricValue, Rows, aggregate
from runreport.evaluation.text import require, texts

DEFAULT_MODEL = "facebook/roberta-hate-speech-dynabench-r4-target"
"""MLflow's, too (Vidgen et al. 2021)."""
MODEL_VARIABLE = "RUNREPORT_TOXICITY_MODEL"
TOXIC_LABELS = ("hate", "toxic", "toxicity", "label_1")
THRESHOLD = 0.5
_BATCH = 32


def toxicity(model: str | None = None) -> EvaluationMetric:
    """The chance that a prediction is toxic, 0 to 1; in all also the ratio above one half.

    Args:
        model: name or folder of a text classifier of Hugging Face, one of whose labels says
            toxic; RUNREPORT_TOXICITY_MODEL, or MLflow's, by default. It is downloaded by
            transformers if it is not there yet.
    """

    def score(rows: Rows) -> MetricValue:
        classify = load_classifier(_name(model))
        scores = []
        written = texts(rows.predictions, "toxicity", "predictions")
        for start in range(0, len(written), _BATCH):
            answers = classify(written[start : start + _BATCH], top_k=None, truncation=True)
            scores += [_toxic_share(labels) for labels in answers]
        found = aggregate(scores)
        if scores:
            found["ratio"] = sum(score >= THRESHOLD for score in scores) / len(scores)
        return MetricValue(scores, aggregate_results=found)

    return EvaluationMetric(
        "toxicity",
        score,
        greater_is_better=False,
        version="v1",
        check=lambda: load_classifier(_name(model)) and None,
    )


@lru_cache(maxsize=2)
def load_classifier(name: str) -> Any:
    """A text classifier as a function of texts.

    Raises:
        InvalidValue: transformers is missing, or the classifier cannot be had.
    """
    transformers = require("transformers", "toxicity", "pip install 'transformers[torch]'")
    try:
        return transformers.pipeline("text-classification", model=name, device="cpu")
    except Exception as error:  # the hub, the disk or the model's own code may fail in any way
        first = str(error).strip().partition("\n")[0]
        raise InvalidValue(
            f"Metric 'toxicity' needs the classifier {name!r}, which cannot be had: {first} "
            "Download it once where there is a network, or name another one, or a folder that "
            f"holds one, by {MODEL_VARIABLE} or toxicity(model=…)."
        ) from error


def _name(model: str | None) -> str:
    return model or os.environ.get(MODEL_VARIABLE) or DEFAULT_MODEL


def _toxic_share(labels: Any) -> float:
    """The chance of the label that says toxic.

    Raises:
        InvalidValue: no label says so.
    """
    for label in labels:
        if str(label["label"]).lower() in TOXIC_LABELS:
            return float(label["score"])
    names = ", ".join(str(label["label"]) for label in labels)
    raise InvalidValue(
        f"Metric 'toxicity': the classifier knows {names}; one of its labels must be one of "
        f"{', '.join(TOXIC_LABELS)}."
    )

"""``runreport.metrics``: what `evaluate` scores by; judges are in ``runreport.metrics.genai``."""

from runreport.evaluation.evaluator import latency
from runreport.evaluation.metric import EvaluationMetric, MetricValue, make_metric
from runreport.evaluation.tabular import (
    accuracy_score,
    f1_score,
    mae,
    mape,
    max_error,
    mse,
    precision_score,
    r2_score,
    recall_score,
    rmse,
)
from runreport.evaluation.text import (
    ari_grade_level,
    bleu,
    exact_match,
    flesch_kincaid_grade_level,
    rouge1,
    rouge2,
    rougeL,
    rougeLsum,
    token_count,
)
from runreport.evaluation.toxicity import toxicity

__all__ = [
    "EvaluationMetric",
    "MetricValue",
    "accuracy_score",
    "ari_grade_level",
    "bleu",
    "exact_match",
    "f1_score",
    "flesch_kincaid_grade_level",
    "latency",
    "mae",
    "make_metric",
    "mape",
    "max_error",
    "mse",
    "precision_score",
    "r2_score",
    "recall_score",
    "rmse",
    "rouge1",
    "rouge2",
    "rougeL",
    "rougeLsum",
    "token_count",
    "toxicity",
]

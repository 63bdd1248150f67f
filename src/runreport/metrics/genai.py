"""``runreport.metrics.genai``: metrics that a judge grades."""

from runreport.evaluation.judges import (
    EvaluationExample,
    answer_correctness,
    answer_relevance,
    answer_similarity,
    faithfulness,
    make_genai_metric,
)

__all__ = [
    "EvaluationExample",
    "answer_correctness",
    "answer_relevance",
    "answer_similarity",
    "faithfulness",
    "make_genai_metric",
]

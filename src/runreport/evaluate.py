"""``runreport.evaluate(…)``: a module that can be called, since MLflow code does both.

``from runreport.evaluate import evaluate`` makes this module an attribute of the package, in the
place of any function of that name; so the module is the function.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from runreport.evaluation.evaluator import EvaluationResult, evaluate

__all__ = ["EvaluationResult", "evaluate"]


class _Callable(ModuleType):
    def __call__(self, *args: Any, **kwargs: Any) -> EvaluationResult:
        return evaluate(*args, **kwargs)


sys.modules[__name__].__class__ = _Callable

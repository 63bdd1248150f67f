"""The errors under the name MLflow code imports them from."""

from runreport.errors import MlflowException, RunreportError

__all__ = ["MlflowException", "RunreportError"]

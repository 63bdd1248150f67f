"""``runreport.sklearn``: scikit-learn models; the code is in `runreport.integrations.sklearn`."""

from runreport.integrations.sklearn import load_model, log_model, save_model
from runreport.integrations.sklearn_autolog import autolog

__all__ = ["autolog", "load_model", "log_model", "save_model"]

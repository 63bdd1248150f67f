"""``runreport.sklearn``: scikit-learn models; the code is in `runreport.integrations.sklearn`."""

from runreport.integrations.sklearn import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]

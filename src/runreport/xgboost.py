"""``runreport.xgboost``: XGBoost models; the code is in `runreport.integrations.xgboost`."""

from runreport.integrations.xgboost import load_model, log_model, save_model
from runreport.integrations.xgboost_autolog import autolog

__all__ = ["autolog", "load_model", "log_model", "save_model"]

"""``runreport.xgboost``: XGBoost models; the code is in `runreport.integrations.xgboost`."""

from runreport.integrations.xgboost import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]

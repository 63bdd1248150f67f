"""``runreport.pytorch``: PyTorch models; the code is in `runreport.integrations.pytorch`."""

from runreport.integrations.pytorch import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]

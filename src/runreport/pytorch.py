"""``runreport.pytorch``: PyTorch models; the code is in `runreport.integrations.pytorch`."""

from runreport.integrations.lightning_autolog import autolog
from runreport.integrations.pytorch import load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]

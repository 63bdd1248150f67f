"""``runreport.keras``: Keras models; the code is in `runreport.integrations.tensorflow`."""

from runreport.integrations.tensorflow import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]

"""``runreport.tensorflow``: Keras models; the code is in `runreport.integrations.tensorflow`."""

from runreport.integrations.keras_autolog import autolog
from runreport.integrations.tensorflow import load_model, log_model, save_model

__all__ = ["autolog", "load_model", "log_model", "save_model"]

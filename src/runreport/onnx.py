"""``runreport.onnx``: ONNX models; the code is in `runreport.integrations.onnx`."""

from runreport.integrations.onnx import load_model, log_model, save_model

__all__ = ["load_model", "log_model", "save_model"]

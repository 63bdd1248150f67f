"""``runreport.transformers``: MLflow's name for `runreport.huggingface`."""

from runreport.integrations.huggingface_autolog import autolog

__all__ = ["autolog"]

"""``runreport.huggingface``: logging what Hugging Face's Trainer trains."""

from runreport.integrations.huggingface_autolog import autolog

__all__ = ["autolog"]

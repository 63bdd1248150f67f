"""``runreport.lightning``: logging what Lightning's Trainer trains."""

from runreport.integrations.lightning_autolog import autolog

__all__ = ["autolog"]

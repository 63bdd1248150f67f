"""Frameworks: imported when they are needed, with a word on how to get those that are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from runreport.errors import InvalidValue

PACKAGES = {
    "sklearn": "scikit-learn", "torch": "torch", "tensorflow": "tensorflow", "keras": "keras",
    "onnxruntime": "onnxruntime", "lightning": "lightning", "transformers": "transformers",
}  # fmt: skip
"""What to install, by module, where the names differ or a mistake is likely."""


def require(module: str, what: str) -> Any:
    """A framework's module.

    Args:
        what: what needs it, as a sentence begins: ``PyTorch models``.

    Raises:
        InvalidValue: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        missing = str(error.name).partition(".")[0]
        package = PACKAGES.get(missing, missing)
        raise InvalidValue(
            f"{what} need {missing}, which is not installed. Install it: pip install {package}"
        ) from error

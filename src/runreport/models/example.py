"""Input examples: a little of the data a model takes, saved beside it as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from runreport.errors import InvalidValue
from runreport.models.inference import is_a, is_array

FILE_NAME = "input_example.json"
SERVING_NAME = "serving_input_example.json"


def save_example(example: Any, folder: str) -> dict[str, Any]:
    """Write an example and return how an MLmodel file names it.

    Args:
        example: a DataFrame, a Series, an array, a dictionary (of arrays, too), a list or a value.

    Raises:
        InvalidValue: it is none of these.
    """
    info: dict[str, Any] = {"artifact_path": FILE_NAME, "serving_input_path": SERVING_NAME}
    if is_a(example, "pandas", "Series"):
        example = example.to_frame()
    if is_a(example, "pandas", "DataFrame"):
        parts = example.to_dict(orient="split", index=False)
        content: Any = {"columns": parts["columns"], "data": parts["data"]}
        serving: Any = {"dataframe_split": content}
        info.update(type="dataframe", pandas_orient="split")
    elif is_array(example) or _is_arrays(example):
        content, serving = example, {"inputs": example}
        info.update(type="ndarray")
    else:
        content, serving = example, {"inputs": example}
        info.update(type="json_object")
    _write(folder, FILE_NAME, content)
    _write(folder, SERVING_NAME, serving)
    return info


def load_example(folder: str, info: Mapping[str, Any] | None) -> Any:
    """The example of a saved model; None where it has none.

    Raises:
        InvalidValue: it needs a library that is missing.
    """
    if not info or not info.get("artifact_path"):
        return None
    name = os.path.basename(str(info["artifact_path"]))
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        content = json.load(file)
    if info.get("type") == "dataframe":
        try:
            import pandas
        except ImportError as error:
            raise InvalidValue(
                "The input example is a data frame; pandas is needed: pip install pandas"
            ) from error
        if isinstance(content, dict) and "data" in content:
            return pandas.DataFrame(content["data"], columns=content.get("columns"))
        return pandas.DataFrame(content)
    if info.get("type") == "ndarray":
        import numpy

        if isinstance(content, dict):
            return {name: numpy.asarray(values) for name, values in content.items()}
        return numpy.asarray(content)
    return content


def _is_arrays(example: Any) -> bool:
    is_filled = isinstance(example, Mapping) and bool(example)
    return is_filled and all(is_array(values) for values in example.values())


def _write(folder: str, name: str, content: Any) -> None:
    try:
        text = json.dumps(_plain(content), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidValue(
            f"The input example of type {type(content).__name__} cannot be saved as JSON: "
            f"{error}. Give a data frame, an array, or lists and dictionaries of numbers and text."
        ) from error
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one return a kind of value
    """A value as JSON has it; NaN, which JSON lacks, and missing values are null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if is_array(value):
        return _plain((value.toarray() if hasattr(value, "toarray") else value).tolist())
    if hasattr(value, "detach"):  # a PyTorch tensor
        return _plain(value.detach().cpu().numpy())
    if hasattr(value, "item") and not isinstance(value, datetime | date):
        return _plain(value.item())
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return None
    if isinstance(value, bytes | bytearray):
        import base64

        return base64.b64encode(value).decode()
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.isoformat() if isinstance(value, datetime | date) else value

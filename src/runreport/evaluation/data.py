"""The data of an evaluation, whatever holds it, as columns; and how a model is asked about it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runreport.errors import InvalidValue
from runreport.models.inference import is_a


@dataclass(frozen=True, slots=True)
class EvaluationData:
    """Columns of one length, and those of them that are targets and predictions."""

    columns: Mapping[str, Sequence[Any]]
    """What the model is asked."""
    targets: Sequence[Any] | None
    predictions: Sequence[Any] | None
    count: int
    make_input: Callable[[int, int], Any]
    """The model's input for the rows from one place to another, in the form it was given."""


def read_data(data: Any, targets: Any = None, predictions: str | None = None) -> EvaluationData:
    """Data as columns.

    Args:
        data: a DataFrame, a dictionary of columns, a list of rows (dictionaries) or of values, or
            an array of n x features.
        targets: the name of a column, or the targets themselves.
        predictions: the name of a column that holds them, where no model is asked.

    Raises:
        InvalidValue: it is nothing of this, columns differ in length, or one is missing.
    """
    columns, is_frame, array = _columns_of(data)
    lengths = {name: len(values) for name, values in columns.items()}
    if len({*lengths.values()}) > 1:
        listed = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise InvalidValue(f"The columns of the evaluation data differ in length: {listed}.")
    count = next(iter(lengths.values()), 0)
    if count == 0:
        raise InvalidValue("The evaluation data has no rows.")
    own_targets = _taken(columns, targets, "targets", count)
    own_predictions = _taken(columns, predictions, "predictions", count)

    def make_input(start: int, end: int) -> Any:
        if array is not None:
            return array[start:end]
        if is_frame:
            return data[[name for name in data.columns if str(name) in columns]].iloc[start:end]
        parts = {name: list(values[start:end]) for name, values in columns.items()}
        return next(iter(parts.values())) if len(parts) == 1 else parts

    return EvaluationData(columns, own_targets, own_predictions, count, make_input)


def predict(
    model: Any, data: EvaluationData, *, row_by_row: bool
) -> tuple[list[Any], list[float]]:
    """What a model says to each row, and with ``row_by_row`` how long each took, in seconds.

    Raises:
        InvalidValue: it gives another number of predictions.
    """
    if not row_by_row:
        return _listed(model(data.make_input(0, data.count)), data.count), []
    answers, seconds = [], []
    for place in range(data.count):
        began = time.perf_counter()
        answer = model(data.make_input(place, place + 1))
        seconds.append(time.perf_counter() - began)
        answers += _listed(answer, 1)
    return answers, seconds


def load_model(model: Any) -> Any:
    """A model that is named by a URI, loaded; another as it is.

    Raises:
        NotFound: there is no such model.
    """
    if not isinstance(model, str | os.PathLike):
        return model
    from importlib import import_module

    # Named by text, as evaluation lies below what loads models.
    return import_module("runreport.integrations.loading").load_pyfunc(model)


def as_function(model: Any) -> Callable[[Any], Any]:
    """A model as a function of its input: a function, or an object with ``predict``.

    Raises:
        InvalidValue: it is nothing of this.
    """
    if hasattr(model, "predict"):
        return model.predict  # type: ignore[no-any-return]
    if callable(model):
        return model  # type: ignore[no-any-return]
    raise InvalidValue(
        f"model is {type(model).__name__}; give a function of the data, an object with predict(), "
        "or a URI such as models:/name/1."
    )


def chances_of(model: Any, data: Any) -> Any:
    """What a classifier gives each class, rows of chances; None where it does not tell."""
    raw = model.get_raw_model() if hasattr(model, "get_raw_model") else model
    return raw.predict_proba(data).tolist() if hasattr(raw, "predict_proba") else None


def _columns_of(  # noqa: PLR0911 - one return a kind of data
    data: Any,
) -> tuple[dict[str, Sequence[Any]], bool, Any]:
    """Columns, whether they come from a DataFrame, and the array they come from."""
    if is_a(data, "pandas", "DataFrame"):
        missing = data.isna()
        return (
            {
                str(name): [
                    None if gone and not isinstance(value, float) else value
                    for value, gone in zip(data[name].tolist(), missing[name], strict=True)
                ]
                for name in data.columns
            },
            True,
            None,
        )
    if is_a(data, "pandas", "Series"):
        return {str(data.name or "inputs"): data.tolist()}, False, None
    if is_a(data, "numpy", "ndarray"):
        if data.ndim == 1:
            return {"inputs": data.tolist()}, False, data
        flat = data.reshape(len(data), -1)
        names = [f"feature_{place + 1}" for place in range(flat.shape[1])]
        return {name: flat[:, n].tolist() for n, name in enumerate(names)}, False, data
    if isinstance(data, Mapping):
        return {str(name): _column(name, values) for name, values in data.items()}, False, None
    if isinstance(data, list | tuple):
        if data and all(isinstance(row, Mapping) for row in data):
            keys = dict.fromkeys(key for row in data for key in row)
            return {str(key): [row.get(key) for row in data] for key in keys}, False, None
        return {"inputs": list(data)}, False, None
    raise InvalidValue(
        f"data is {type(data).__name__}; give a DataFrame, a dictionary of columns, a list of "
        "rows or an array."
    )


def _column(name: object, values: Any) -> Sequence[Any]:
    if hasattr(values, "tolist"):
        return list(values.tolist())
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise InvalidValue(
            f"Column {name!r} of the evaluation data is {values!r}; it must be a list of values."
        )
    return list(values)


def _taken(
    columns: dict[str, Sequence[Any]], given: Any, what: str, count: int
) -> Sequence[Any] | None:
    """A column that is named, out of the others; or what was given itself."""
    if given is None:
        return None
    if isinstance(given, str):
        if given not in columns:
            raise InvalidValue(
                f"{what} names the column {given!r}; the data has {', '.join(columns)}."
            )
        return columns.pop(given)
    return _listed(given, count, what)


def _listed(values: Any, count: int, what: str = "predictions") -> list[Any]:
    if is_a(values, "pandas", "DataFrame"):
        values = values.iloc[:, 0] if values.shape[1] == 1 else values.to_dict("records")
    if isinstance(values, Mapping) and len(values) == 1:
        values = next(iter(values.values()))
    found = values.tolist() if hasattr(values, "tolist") else values
    if isinstance(found, str) or not hasattr(found, "__len__"):
        found = [found]
    if len(found) != count:
        raise InvalidValue(
            f"There are {len(found)} {what} for {count} row{'s' * (count != 1)}; each needs one."
        )
    return list(found)

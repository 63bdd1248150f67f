"""``autolog()``: the training of every library that is there, now or imported later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from runreport.errors import InvalidValue
from runreport.integrations.autologging import FLAVORS

_NAMES = {"tensorflow": "keras", "pytorch": "lightning", "transformers": "huggingface"}
"""MLflow's names of flavours whose training another module of ours logs."""


def autolog(
    log_input_examples: bool = False,
    log_model_signatures: bool = True,
    log_models: bool = True,
    log_datasets: bool = True,
    log_traces: bool = True,
    disable: bool = False,
    exclusive: bool = False,
    disable_for_unsupported_versions: bool = False,
    silent: bool = False,
    extra_tags: Mapping[str, str] | None = None,
    exclude_flavors: Sequence[str] | None = None,
) -> None:
    """Log the training of scikit-learn, XGBoost, Keras, Lightning and Hugging Face from now on.

    A library is hooked when the program imports it; none is imported for it. ``fit`` outside of a
    run gets a run of its own, inside of one it logs to that.

    Args:
        log_traces: of MLflow; runs have no traces here.
        exclude_flavors: libraries to leave alone.

    Raises:
        InvalidValue: there is no such library.
    """
    del log_traces
    excluded = {_NAMES.get(name, name) for name in exclude_flavors or ()}
    for name in excluded - {*FLAVORS}:
        raise InvalidValue(
            f"exclude_flavors names {name!r}; known are {', '.join((*FLAVORS, *_NAMES))}."
        )
    options: dict[str, Any] = {
        "log_input_examples": log_input_examples,
        "log_model_signatures": log_model_signatures,
        "log_models": log_models,
        "log_datasets": log_datasets,
        "disable": disable,
        "exclusive": exclusive,
        "disable_for_unsupported_versions": disable_for_unsupported_versions,
        "silent": silent,
        "extra_tags": extra_tags,
    }
    for flavor in FLAVORS:
        if flavor not in excluded:
            import_module(f"runreport.integrations.{flavor}_autolog").autolog(**options)

"""The Hugging Face Trainer: trainer_state.json in a folder and its ``checkpoint-N``.

Each checkpoint holds a copy of all that was logged until then: those whose log goes on in another
are one run, which the most advanced of them tells whole.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from runreport.archive.content import Curve
from runreport.importers.folders import names_of
from runreport.importers.found import Found, FoundFile, FoundRun
from runreport.importers.reading import Files, derived_id, number_of, param_text, whole_number
from runreport.importers.scanning import Claim, Folder

_STATE = "trainer_state.json"
_CHECKPOINT = re.compile(r"checkpoint-\d+")
_PARAMS = (
    "max_steps", "num_train_epochs", "train_batch_size", "logging_steps", "eval_steps",
    "save_steps", "best_metric", "best_model_checkpoint", "trial_params",
)  # fmt: skip
_BESIDE = re.compile(r".*_results\.json|config\.json|README\.md|training_args\.bin")


class _State(NamedTuple):
    step: int
    history: list[Any]
    place: str
    content: dict[str, Any]


def claim(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim a folder's state and those of its checkpoints."""
    own = [folder.place(_STATE)] if _STATE in folder.files else []
    if own and _CHECKPOINT.fullmatch(folder.name) and len(folder.parents) > 1:
        return  # the folder above has it
    own += [
        place
        for name in folder.folders
        if _CHECKPOINT.fullmatch(name)
        and os.path.isfile(place := os.path.join(folder.place(name), _STATE))
    ]
    if own:
        yield Claim(folder.path, partial(_read, folder.path, own, files))


def _read(folder: str, places: list[str], files: Files) -> Iterator[Found]:
    states = []
    for place in places:
        content = files.json(place)
        if isinstance(content, dict) and isinstance(content.get("log_history", []), list):
            history = content.get("log_history", [])
            states.append(_State(whole_number(content.get("global_step")) or 0, history, place,
                                 content))  # fmt: skip
        elif content is not None:
            files.told.lose(files.name_of(place), "it is no state of a Trainer")
    states.sort(key=lambda state: (-state.step, -len(state.history), state.place))
    chains: list[list[_State]] = []
    for state in states:
        chain = next((chain for chain in chains if _goes_on(state, chain[0])), None)
        if chain is None:
            chains.append([state])
        else:
            chain.append(state)
    experiment, name = names_of(folder, files)
    for number, chain in enumerate(chains):
        yield _run(folder, chain, files, experiment, name, number if len(chains) > 1 else None)


def _goes_on(state: _State, longer: _State) -> bool:
    """Whether a longer state tells of the same training."""
    same = state.content.get("max_steps") == longer.content.get("max_steps")
    return same and longer.history[: len(state.history)] == state.history


def _run(
    folder: str, chain: list[_State], files: Files, experiment: str, name: str, number: int | None
) -> FoundRun:
    state = chain[0]
    curves: dict[str, Curve] = {}
    words = 0
    for at, row in enumerate(state.history):
        if not isinstance(row, dict):
            continue
        step = whole_number(row.get("step"))
        for key, value in row.items():
            if key in ("step", "epoch"):
                continue
            found = None if isinstance(value, bool | str) else number_of(value)
            if found is None:
                words += 1
                continue
            curve = curves.setdefault(key, Curve.empty())
            curve.add(at if step is None else step, 0, found)
    if words:
        files.told.left_out["logged values of a Trainer that are no numbers"] += words
    own = state.content
    params = {key: param_text(own[key]) for key in _PARAMS if own.get(key) is not None}
    first = state.history[0] if state.history else {}
    inside = files.name_of(folder)
    if number is not None:
        place = files.name_of(os.path.dirname(state.place))
        name = place.rpartition("/")[2] if os.path.dirname(state.place) != folder else name
    return FoundRun(
        run_id=derived_id("trainer", inside, param_text(own.get("max_steps")), param_text(first)),
        experiment=experiment,
        source=files.name_of(state.place),
        name=name,
        params=params,
        curves=curves,
        files=tuple(_files(folder, chain, files)),
    )


def _files(folder: str, chain: list[_State], files: Files) -> Iterator[FoundFile]:
    """The results beside the state, and the checkpoints of its training."""
    for name in sorted(os.listdir(folder)):
        place = os.path.join(folder, name)
        if _BESIDE.fullmatch(name) and os.path.isfile(place) and not os.path.islink(place):
            yield FoundFile(name, place)
    for state in chain:
        own = os.path.dirname(state.place)
        if own != folder:
            for place in files.below(own):
                yield FoundFile(os.path.relpath(place, folder).replace(os.sep, "/"), place)

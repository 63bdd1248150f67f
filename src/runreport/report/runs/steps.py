"""Which files are one key's, step by step, as their paths say.

A path says key and step as MLflow's ``log_image(key=, step=)`` writes them, as an import of
TensorBoard does (``images/<tag>/<step>.png``), or by the only number in which several differ.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_LOGGED = re.compile(
    r"(?:.*/)?images/(?P<key>[^/]+)[%+]step[%+](?P<step>-?\d{1,18})[%+]timestamp[%+]\d+"
    r"(?:[%+][^/.]+)?\.\w+"
)
_NUMBERED = re.compile(r"(?P<before>.*?)(?P<step>\d{1,18})(?P<after>\D*\.\w+)")
_LEAST = 3
"""Files that differ in a number only and are a series by that alone."""


def steps_of(paths: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Key and step of the paths that belong to a series of at least two steps."""
    found: dict[str, tuple[str, int]] = {}
    numbered: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for path in paths:
        if logged := _LOGGED.fullmatch(path):
            found[path] = (logged["key"].replace("#", "/"), int(logged["step"]))
        elif match := _NUMBERED.fullmatch(path):
            key = f"{match['before']}#{match['after']}"
            numbered[key].append((path, int(match["step"])))
    counts: dict[str, set[int]] = defaultdict(set)
    for key, step in found.values():
        counts[key].add(step)
    found = {path: own for path, own in found.items() if len(counts[own[0]]) > 1}
    for key, own in numbered.items():
        if len({step for _, step in own}) == len(own) >= _LEAST:
            found.update({path: (_title(key), step) for path, step in own})
    return found


def _title(key: str) -> str:
    """What a series is called whose files differ in a number: without the number and around it."""
    before = key.partition("#")[0]
    return re.sub(r"[-_. ]*(?:step|epoch|iter)?[-_. ]*$", "", before).rstrip("/") or key


def kind_of(media_type: str) -> str:
    """image or audio, where browsers show or play it; else nothing."""
    kind = media_type.partition("/")[0]
    return kind if kind in ("image", "audio") and "svg" not in media_type else ""

"""Which files are one key's, step by step, as their paths say.

A path says key and step as MLflow's ``log_image(key=, step=)`` writes them, as an import of
TensorBoard does (``images/<tag>/<step>.png``), or by the only number in which several differ.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

_LOGGED = re.compile(
    r"(?:.*/)?images/(?P<key>[^/]+)[%+]step[%+](?P<step>-?\d{1,15})[%+]timestamp[%+]\d+"
    r"(?:[%+][^/.]+)?\.\w+"
)
_NUMBERED = re.compile(r"(?P<before>.*?)(?P<step>\d{1,15})(?P<after>\D*\.\w+)")
_OF_SEVERAL = re.compile(r"(?P<before>.*/)(?P<step>\d{1,15})(?P<after>-\d{1,4}\.\w+)")
"""Of several images of a step the second number says which: ``images/samples/100-3.png``."""
_TEXTS = (
    "text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "application/json",
    "application/jsonl",
)  # fmt: skip
_LEAST = 3
"""Files that differ in a number only and are a series by that alone."""


def steps_of(paths: Iterable[str], *, in_folders: bool = True) -> dict[str, tuple[str, int]]:
    """Key and step of the paths that belong to a series of at least two steps.

    Args:
        in_folders: whether the step may be the name of a folder.
    """
    groups: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for path in paths:
        if logged := _LOGGED.fullmatch(path):
            groups[logged["key"].replace("#", "/"), ""].append((path, int(logged["step"])))
        elif (match := _OF_SEVERAL.fullmatch(path) or _NUMBERED.fullmatch(path)) and (
            in_folders or "/" not in match["after"]
        ):
            pattern = f"{match['before']}*{match['after']}"
            groups[_title(match["before"]), pattern].append((path, int(match["step"])))
    kept = {
        group: own for group, own in groups.items() if _is_series(own, by_number=bool(group[1]))
    }
    titles = Counter(title for title, _ in kept)
    return {
        path: (title if title and (titles[title] == 1 or not pattern) else pattern, step)
        for (title, pattern), own in kept.items()
        for path, step in own
    }


def _is_series(own: list[tuple[str, int]], *, by_number: bool) -> bool:
    steps = {step for _, step in own}
    return len(steps) == len(own) >= _LEAST if by_number else len(steps) > 1


def _title(before: str) -> str:
    """What a series is called whose files differ in a number: what stands before it, unless
    another series is called so."""
    return re.sub(r"[-_. ]*(?:step|epoch|iter)?[-_. ]*$", "", before).rstrip("/")


def spread(steps: Sequence[int], most: int) -> list[int]:
    """As many of some steps: the first, the last, and others evenly between."""
    last = len(steps) - 1
    if last < most:
        return list(steps)
    places = {round(last * place / (most - 1)) for place in range(most)}
    return [steps[place] for place in sorted(places)]


def kind_of(media_type: str) -> str:
    """image or audio, where browsers show or play it; text, tables in text included; else
    nothing."""
    if media_type in _TEXTS:
        return "text"
    kind = media_type.partition("/")[0]
    return kind if kind in ("image", "audio") and "svg" not in media_type else ""

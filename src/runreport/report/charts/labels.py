"""Words on a chart's axes and in its legends: shortened where they are long, and never two alike.

A chart library cuts long labels at their end, where the names of runs differ most often; these are
cut in the middle. ``static/js/charts/labels.js`` does the same for charts that a reader draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

from runreport.report.charts.axes import layers_of, with_layers
from runreport.report.charts.chart import Row, Spec

AXIS, NARROW, LEGEND = 22, 15, 40
"""Letters that have room beside an axis, between the axes of parallel coordinates, in a legend."""
TWO_COLUMNS = 24
"""Longer labels of a legend get a line each."""
SLANTED = 18
"""As many slanted labels stand beside each other; of more, some are left out."""
_WORDS = ("nominal", "ordinal")


def short_texts(texts: Iterable[str], most: int) -> dict[str, str]:
    """A text of at most about ``most`` letters for each; two different ones stay different."""
    each = list(dict.fromkeys(texts))
    long = [text for text in each if len(text) > most]
    for cut in (_middle(most, most // 2), _middle(most, most - 4), _from_difference(most, long)):
        shown = [text if len(text) <= most else cut(text) for text in each]
        if len({*shown}) == len(each):
            return dict(zip(each, shown, strict=True))
    taken: set[str] = {text for text in each if len(text) <= most}
    found = {}
    for text, short in zip(each, shown, strict=True):
        number, label = 1, short
        while len(text) > most and label in taken:
            number += 1
            label = f"{short} ({number})"
        taken.add(label)
        found[text] = label
    return found


def _middle(most: int, tail: int) -> Callable[[str], str]:
    return lambda text: f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def _common_start(texts: Sequence[str]) -> int:
    """How many letters all texts begin with."""
    return sum(
        1 for _ in takewhile(lambda letters: len({*letters}) == 1, zip(*texts, strict=False))
    )


def _from_difference(most: int, texts: Sequence[str]) -> Callable[[str], str]:
    """The part that begins where the texts first differ."""
    start = max(0, _common_start(texts) - 2)
    end = start + most - 2
    before = "…" if start else ""
    return lambda text: f"{before}{text[start:end]}{'…' if len(text) > end else ''}"


def fit_labels(spec: Spec, rows: Sequence[Row]) -> tuple[Spec, list[Row]]:
    """A spec and its rows with words that have room."""
    layers = layers_of(spec)
    encodings = [layer["encoding"] for layer in layers]
    room: dict[str, int] = {}
    for encoding in encodings:
        for channel, one in encoding.items():
            if isinstance(one, Mapping) and one.get("type") in _WORDS and one.get("field"):
                own = _room(channel, one)
                if own is not None:
                    room[one["field"]] = min(own, room.get(one["field"], own))
    shown = {
        field: short_texts((v for row in rows if isinstance(v := row.get(field), str)), most)
        for field, most in room.items()
    }
    for encoding in encodings:
        for channel, one in encoding.items():
            texts = shown.get(one.get("field", "")) if isinstance(one, Mapping) else None
            if texts:
                encoding[channel] = _with_words(channel, one, texts)
    ends = [text for row in rows if isinstance(text := row.get("label"), str)]
    shown["label"] = short_texts(ends, NARROW)  # at the ends of parallel axes
    fitted: list[Row] = [
        {key: _word(shown.get(key), value) for key, value in row.items()} for row in rows
    ]
    return with_layers(spec, layers), fitted


def _room(channel: str, one: Mapping[str, Any]) -> int | None:
    if channel in ("x", "y"):
        return None if one.get("axis", {}) is None else NARROW if _is_narrow(one) else AXIS
    return LEGEND if channel in ("color", "strokeDash") else None


def _is_narrow(one: Mapping[str, Any]) -> bool:
    return bool((one.get("axis") or {}).get("labelLimit"))


def _with_words(channel: str, one: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    changed = dict(one)
    scale = one.get("scale")
    if isinstance(scale, Mapping) and isinstance(scale.get("domain"), list):
        changed["scale"] = {**scale, "domain": [_word(texts, v) for v in scale["domain"]]}
    axis, legend = one.get("axis"), one.get("legend")
    if channel == "x" and isinstance(axis, Mapping) and axis.get("labelOverlap"):
        changed["axis"] = {**axis, "labelOverlap": len(texts) > SLANTED}
    longest = max(map(len, texts.values()), default=0)
    if channel == "color" and isinstance(legend, Mapping) and longest > TWO_COLUMNS:
        changed["legend"] = {**legend, "columns": 1}
    return changed


def _word(texts: Mapping[str, str] | None, value: Any) -> Any:
    return texts.get(value, value) if texts and isinstance(value, str) else value

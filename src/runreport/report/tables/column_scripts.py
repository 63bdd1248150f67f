"""Table columns as scripts for the browser.

A browser blocks ``fetch`` from disk, so data travels as classic scripts: one per column and
sealed block of runs, dictionary-coded, named by its content. Small columns share a pack, and so
do columns that few runs have.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson

from runreport.events import float_text
from runreport.report.tables.columns import FOR_FILTERS, Column

BLOCK_RUNS = 16_384
PACK_BYTES = 64_000
"""Columns below this size share pack scripts of about this size."""
SPARSE_SHARE = 0.01
MAX_FACET_VALUES = 50
"""A text column with at most this many different values can be filtered by value."""


@dataclass(frozen=True, slots=True)
class DataScript:
    """A generated script file of an experiment's data."""

    name: str
    """File name, with the hash of its content."""
    content: str


def json_number(value: object) -> object:
    """A value for a script: JSON has no NaN and infinities, so these travel as text."""
    if isinstance(value, float):
        if value.is_integer():
            is_negative_zero = value == 0 and math.copysign(1, value) < 0
            return value if is_negative_zero or abs(value) >= 2**53 else int(value)
        if not math.isfinite(value):
            return float_text(value)
    return value


def script_json(value: object) -> str:
    """JSON that may stand in a script or HTML: no ``<``, no line separators of JavaScript."""
    return _in_script(
        json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    )


def data_json(value: object) -> str:
    """`script_json` of much data, in which all numbers went through `json_number`: what has no
    place in JSON would be lost here."""
    try:
        return _in_script(orjson.dumps(value).decode())
    except TypeError:  # halves of surrogate pairs, integers of more than 64 bits
        return script_json(value)


def _in_script(text: str) -> str:
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def data_scripts(
    columns: Sequence[Column],
    runs: int,
    folder: str,
    *,
    primary: str = "",
    direction: str | None = None,
    telling: Sequence[str] = (),
    better: Mapping[str, str] | None = None,
    base: str = "",
) -> tuple[DataScript, tuple[DataScript, ...]]:
    """The manifest script of a run table and the data scripts it names.

    Scripts number the runs from the oldest, so that a new run leaves full blocks alone.

    Args:
        columns: their values newest run first, as tables have them.
        runs: how many runs the table has.
        folder: where the table's page lies, from the site's root; the scripts lie in ``data/``
            below it.
        primary: the metric that the runs are about.
        direction: ``max`` or ``min``, which of its values are better.
        telling: the params that go with it most, first.
        better: ``max`` or ``min`` of each column of which one is better.
        base: the id of the run that the others are compared with; empty where there is none.
    """
    places: dict[str, list[str]] = {column.name: [] for column in columns}
    scripts = []
    for block in range(max(1, math.ceil(runs / BLOCK_RUNS))):
        for script, names in _block_scripts(columns, block, folder):
            scripts.append(script)
            for name in names:
                places[name].append(script.name)
    manifest = {
        "runs": runs,
        "block": BLOCK_RUNS,
        "primary": primary,
        "direction": direction or "",
        "telling": [*telling],
        "base": base,
        "columns": [
            _describe(column, places[column.name])
            | ({"better": better[column.name]} if better and column.name in better else {})
            for column in columns
        ],
    }
    content = f"runreport.manifest({script_json(folder)},{script_json(manifest)});\n"
    return DataScript(hashed_name("columns", content), content), tuple(scripts)


def latest_script(manifest: DataScript, folder: str) -> DataScript:
    """The script of a steady name that tells which manifest is the present one.

    For pages that a new run must not change.
    """
    content = f"runreport.latest({script_json(folder)},{script_json(manifest.name)});\n"
    return DataScript("latest.js", content)


def _block_scripts(
    columns: Sequence[Column], block: int, folder: str
) -> Iterator[tuple[DataScript, list[str]]]:
    packs: dict[str, list[tuple[str, str]]] = {"pack": [], "sparse": [], "filter": []}
    sizes = dict.fromkeys(packs, 0)
    for column in columns:
        # Params that are numbers travel as the texts they were logged as; the script parses them.
        held = column.texts or column.values
        end = len(held) - block * BLOCK_RUNS
        values = held[max(0, end - BLOCK_RUNS) : end][::-1]
        is_sparse = len(values) - values.count(None) <= SPARSE_SHARE * len(values)
        text = data_json(_encode_sparse(values) if is_sparse else _encode(column, values))
        if len(text) >= PACK_BYTES:
            yield _script("column", folder, block, [(column.name, text)])
            continue
        pack = "sparse" if is_sparse else "pack"
        if column.group == FOR_FILTERS:  # what a reader may never ask for loads with nothing else
            pack = "filter"
        if sizes[pack] + len(text) > PACK_BYTES and packs[pack]:
            yield _script(pack, folder, block, packs[pack])
            packs[pack], sizes[pack] = [], 0
        packs[pack].append((column.name, text))
        sizes[pack] += len(text)
    for pack, members in packs.items():
        if members:
            yield _script(pack, folder, block, members)


def _script(
    kind: str, folder: str, block: int, members: list[tuple[str, str]]
) -> tuple[DataScript, list[str]]:
    body = ",".join(f"{script_json(name)}:{text}" for name, text in members)
    content = f"runreport.data({script_json(folder)},{block},{{{body}}});\n"
    return DataScript(hashed_name(kind, content), content), [name for name, _ in members]


def _encode(column: Column, values: Sequence[object]) -> object:
    """Numbers as they are; text as a dictionary and codes, -1 where it is missing."""
    if column.is_numeric and column.texts is None:
        return [json_number(value) for value in values]
    found = [value for value in dict.fromkeys(values) if value is not None]
    codes: dict[object, int] = {value: code for code, value in enumerate(found)}
    codes[None] = -1
    return {"d": found, "i": [*map(codes.__getitem__, values)]}


def _encode_sparse(values: Sequence[object]) -> object:
    present = [(place, value) for place, value in enumerate(values) if value is not None]
    return {
        "p": [place for place, _ in present],
        "v": [json_number(value) for _, value in present],
        "n": len(values),
    }


def _describe(column: Column, files: list[str]) -> dict[str, object]:
    if column.group == FOR_FILTERS:
        return {name: getattr(column, name) for name in ("name", "group", "kind")} | {
            "files": files
        }
    described: dict[str, object] = {
        "name": column.name,
        "label": column.label,
        "group": column.group,
        "kind": column.kind,
        "distinct": column.distinct,
        "varies": column.varies,
        "files": files,
    }
    if column.kind == "number":
        finite = [v for v in column.values if isinstance(v, int | float) and math.isfinite(v)]
        if finite:
            described["min"], described["max"] = json_number(min(finite)), json_number(max(finite))
        if column.has_curves:
            described["curves"] = True
    elif column.kind == "text" and column.distinct <= MAX_FACET_VALUES:
        described["facet"] = facet_counts(column)
    if column.ordered:
        described["ordered"] = column.ordered
    if column.kind == "text" and column.slots:
        own = {str(value) for value in column.values if value is not None}
        described["slots"] = [pair for pair in column.slots.items() if pair[0] in own]
    return described


def facet_counts(column: Column) -> list[tuple[str, int]]:
    """(value, runs) of a text column, most runs first."""
    counts: dict[str, int] = {}
    for value in column.values:
        if value is not None:
            counts[str(value)] = counts.get(str(value), 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def hashed_name(stem: str, content: str) -> str:
    """A script's file name, with the hash of its content."""
    return f"{stem}-{hashlib.sha256(content.encode()).hexdigest()[:12]}.js"

"""Table columns of an experiment: which there are, and their data as scripts for the browser.

A browser blocks ``fetch`` from disk, so data travels as classic scripts: one per column and
sealed block of runs, dictionary-coded, named by its content. Small columns share a pack, and so
do columns that few runs have.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from runreport.events import float_text
from runreport.query.arrow import align
from runreport.query.index import RunIndex
from runreport.query.summaries import has_curve
from runreport.report.formatting import NumberFormat, choose_format
from runreport.report.urls import slug

BLOCK_RUNS = 16_384
PACK_BYTES = 64_000
"""Columns below this size share pack scripts of about this size."""
SPARSE_SHARE = 0.01
MAX_FACET_VALUES = 50
"""A text column with at most this many different values can be filtered by value."""

PROPERTY_LABELS = {
    "run_name": "Run",
    "status": "Status",
    "start_time": "Started",
    "duration": "Duration",
    "source": "Source",
    "run_id": "Run ID",
}
CURVES = "_curves"
"""The column that tells scripts which runs have a file of curves."""
SLUG = "_slug"
"""The column that scripts need where run ids differ from their URLs."""
_SYSTEM_TAG = "mlflow."
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a run table."""

    name: str
    """``status``, ``metrics.loss``, ``params.lr``, ``tags.team``: as in filters and config."""
    label: str
    group: str
    """properties, metrics, params or tags."""
    kind: str
    """number, text, time or duration."""
    values: tuple[object, ...]
    """One a run, in table order; None where a run has none."""
    format: NumberFormat
    distinct: int
    """Different values, missing ones not counted."""
    texts: tuple[object, ...] | None = None
    """Numbers as they were logged, e.g. ``3.10``; None where ``format`` writes them."""

    @property
    def is_numeric(self) -> bool:
        """Whether it is right-aligned and sorted as a number."""
        return self.kind != "text"

    @property
    def varies(self) -> bool:
        """Whether runs differ in it."""
        return self.distinct > 1 or (self.distinct == 1 and None in self.values)


@dataclass(frozen=True, slots=True)
class DataScript:
    """A generated script file of an experiment's data."""

    name: str
    """File name, with the hash of its content."""
    content: str


def experiment_columns(index: RunIndex, numbers: pa.Array) -> tuple[Column, ...]:
    """All columns that the runs of an experiment have, in the order the menu shows them.

    Args:
        numbers: int32[n], the runs in table order.
    """
    runs = index.runs.take(numbers)
    start, end = (runs.column(name).to_pylist() for name in ("start_time", "end_time"))
    durations = [
        None if a is None or b is None else max(0, b - a) for a, b in zip(start, end, strict=True)
    ]
    properties = {
        "run_name": ("text", runs.column("run_name").to_pylist()),
        "status": ("text", runs.column("status").to_pylist()),
        "start_time": ("time", start),
        "duration": ("duration", durations),
        "source": ("text", _taken(index, index.tags, "mlflow.source.name", "value", numbers)),
        "run_id": ("text", runs.column("run_id").to_pylist()),
    }
    columns = [
        _column(name, PROPERTY_LABELS[name], "properties", kind, values)
        for name, (kind, values) in properties.items()
    ]
    for group, table, value in (
        ("metrics", index.metrics, "last"),
        ("params", index.params, "value"),
        ("tags", index.tags, "value"),
    ):
        shown = table.filter(pc.is_in(table.column("run"), value_set=numbers))
        for key in sorted(pc.unique(shown.column("key")).to_pylist()):
            if group == "tags" and key.startswith(_SYSTEM_TAG):
                continue
            values = _taken(index, shown, key, value, numbers)
            name = f"{group}.{key}"
            if group == "params" and (parsed := _as_numbers(values)) is not None:
                columns.append(_column(name, key, group, "number", parsed, texts=tuple(values)))
                continue
            kind = "number" if group == "metrics" else "text"
            columns.append(_column(name, key, group, kind, values))
    columns.append(_column(CURVES, CURVES, "hidden", "text", _with_curves(index, numbers)))
    ids = properties["run_id"][1]
    slugs = [slug(str(run_id)) for run_id in ids]
    if slugs != ids:  # run ids that another tool chose and that no URL can hold as they are
        columns.append(_column(SLUG, SLUG, "hidden", "text", slugs))
    return tuple(columns)


def _taken(
    index: RunIndex, table: pa.Table, key: str, value: str, numbers: pa.Array
) -> list[object]:
    rows = table.filter(pc.equal(table.column("key"), key))
    return align(rows, value, index.runs.num_rows).take(numbers).to_pylist()  # type: ignore[no-any-return]


def _with_curves(index: RunIndex, numbers: pa.Array) -> list[object]:
    """ "1" for each run that has a curve: a metric with more than one point."""
    long = index.metrics.filter(has_curve(index.metrics))
    found = pc.is_in(numbers, value_set=pc.unique(long.column("run")))
    return ["1" if has else None for has in found.to_pylist()]


def _as_numbers(values: Iterable[object]) -> list[object] | None:
    """Param texts as numbers, if each is one; a column of digits then sorts as one expects."""
    numbers: list[object] = []
    for value in values:
        if value is None:
            numbers.append(None)
            continue
        if not _NUMBER.fullmatch(str(value)):
            return None
        numbers.append(float(str(value)))
    return numbers


def _column(
    name: str,
    label: str,
    group: str,
    kind: str,
    values: Sequence[object],
    texts: tuple[object, ...] | None = None,
) -> Column:
    numbers = [v for v in values if isinstance(v, int | float)] if kind == "number" else []
    present = {value for value in texts or values if value is not None}
    form = choose_format(numbers)
    return Column(name, label, group, kind, tuple(values), form, len(present), texts)


def json_number(value: object) -> object:
    """A value for a script: JSON has no NaN and infinities, so these travel as text."""
    if isinstance(value, float):
        if not math.isfinite(value):
            return float_text(value)
        if value.is_integer() and abs(value) < 2**53:
            return int(value)
    return value


def script_json(value: object) -> str:
    """JSON that may stand in a script or HTML: no ``<``, no line separators of JavaScript."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


def data_scripts(
    columns: Sequence[Column], runs: int
) -> tuple[DataScript, tuple[DataScript, ...]]:
    """The manifest script of an experiment and the data scripts it names.

    Args:
        runs: how many runs the table has.
    """
    places: dict[str, list[str]] = {column.name: [] for column in columns}
    scripts = []
    for block in range(max(1, math.ceil(runs / BLOCK_RUNS))):
        for script, names in _block_scripts(columns, block):
            scripts.append(script)
            for name in names:
                places[name].append(script.name)
    manifest = {
        "runs": runs,
        "block": BLOCK_RUNS,
        "columns": [_describe(column, places[column.name]) for column in columns],
    }
    content = f"runreport.manifest({script_json(manifest)});\n"
    return DataScript(hashed_name("columns", content), content), tuple(scripts)


def _block_scripts(
    columns: Sequence[Column], block: int
) -> Iterator[tuple[DataScript, list[str]]]:
    packs: dict[str, list[tuple[str, str]]] = {"pack": [], "sparse": []}
    sizes = dict.fromkeys(packs, 0)
    for column in columns:
        # Params that are numbers travel as the texts they were logged as; the script parses them.
        held = column.texts or column.values
        values = held[block * BLOCK_RUNS : (block + 1) * BLOCK_RUNS]
        is_sparse = sum(value is not None for value in values) <= SPARSE_SHARE * len(values)
        text = script_json(_encode_sparse(values) if is_sparse else _encode(column, values))
        if len(text) >= PACK_BYTES:
            yield _script("column", block, [(column.name, text)])
            continue
        pack = "sparse" if is_sparse else "pack"
        if sizes[pack] + len(text) > PACK_BYTES and packs[pack]:
            yield _script(pack, block, packs[pack])
            packs[pack], sizes[pack] = [], 0
        packs[pack].append((column.name, text))
        sizes[pack] += len(text)
    for pack, members in packs.items():
        if members:
            yield _script(pack, block, members)


def _script(kind: str, block: int, members: list[tuple[str, str]]) -> tuple[DataScript, list[str]]:
    body = ",".join(f"{script_json(name)}:{text}" for name, text in members)
    content = f"runreport.data({block},{{{body}}});\n"
    return DataScript(hashed_name(kind, content), content), [name for name, _ in members]


def _encode(column: Column, values: Sequence[object]) -> object:
    """Numbers as they are; text as a dictionary and codes, -1 where it is missing."""
    if column.is_numeric and column.texts is None:
        return [json_number(value) for value in values]
    codes: dict[object, int] = {}
    places = [-1 if value is None else codes.setdefault(value, len(codes)) for value in values]
    return {"d": list(codes), "i": places}


def _encode_sparse(values: Sequence[object]) -> object:
    present = [(place, value) for place, value in enumerate(values) if value is not None]
    return {
        "p": [place for place, _ in present],
        "v": [json_number(value) for _, value in present],
        "n": len(values),
    }


def _describe(column: Column, files: list[str]) -> dict[str, object]:
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
        described["format"] = [column.format.kind, column.format.digits]
        finite = [v for v in column.values if isinstance(v, int | float) and math.isfinite(v)]
        if finite:
            described["min"], described["max"] = json_number(min(finite)), json_number(max(finite))
    elif column.kind == "text" and column.distinct <= MAX_FACET_VALUES:
        described["facet"] = facet_counts(column)
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

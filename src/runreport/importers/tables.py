"""Tables as loggers write them: Keras' and Lightning's CSVLogger, any CSV or JSON lines by step.

A table is claimed only where its first column counts epochs or steps; any other CSV is somebody's
data.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from runreport.archive.content import Curve
from runreport.importers.folders import hydra_params, names_of, run_id_of
from runreport.importers.found import Found, FoundRun
from runreport.importers.reading import Files, number_of, text_of, whole_number
from runreport.importers.scanning import Claim, Folder
from runreport.importers.told import Told

COUNTERS = frozenset(("epoch", "epochs", "step", "global_step", "iter", "iteration", "_step"))
"""Names of columns that count."""
SPELLED = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
"""What loggers write for values that JSON has no number for."""
_MOST_BYTES = 128 * 2**20
_LOOKED_AT = 65536
_GENERIC = frozenset((
    "metrics", "history", "log", "logs", "training", "train", "training_log", "train_log",
    "results", "progress", "training_history",
))  # fmt: skip
"""Names of files that say nothing of the run."""


def claim_tables(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim tables of which the first column counts."""
    for name in folder.files:
        if name.lower().endswith((".csv", ".tsv", ".log")) and _counts(folder.place(name), files):
            place = folder.place(name)
            yield Claim(place, partial(_read_table, place, files))


def claim_lines(folder: Folder, files: Files) -> Iterator[Claim]:
    """Claim files of JSON lines that are objects with a step."""
    for name in folder.files:
        if name.lower().endswith((".jsonl", ".ndjson", ".log.json")):
            place = folder.place(name)
            begun = files.begin_of(place, _LOOKED_AT)
            line = text_of(begun.split(b"\n", 1)[0])
            if _step_of(_object(line)) is not None:
                yield Claim(place, partial(_read_lines, place, files))


def _counts(place: str, files: Files) -> bool:
    """Whether a file is a table whose first column counts."""
    if os.path.islink(place) or not 0 < os.path.getsize(place) <= _MOST_BYTES:
        return False
    begun = text_of(files.begin_of(place, _LOOKED_AT))
    lines = begun.splitlines()
    if len(begun.encode()) >= _LOOKED_AT - 4:
        lines = lines[:-1]  # it may be cut off
    try:
        header, *rows = _rows("\n".join(lines), separator_of(lines[0]))
    except (csv.Error, ValueError, IndexError):
        return False
    first = [row[0].strip() for row in rows if row]
    is_counter = len(header) > 1 and header[0].strip().lower() in COUNTERS
    if not is_counter or not first or any(number_of(cell) is None for cell in first):
        return False
    if len(set(first)) * 2 < len(first):
        files.told.leave(files.name_of(place), f"its {header[0]!r} repeats too often to count")
        return False
    return True


def separator_of(line: str) -> str:
    """What parts the columns of a table, by its first line."""
    return max(",;\t", key=line.count)


def _rows(text: str, separator: str) -> list[list[str]]:
    lines = io.StringIO(text.replace("\0", "�"), newline="")
    return [row for row in csv.reader(lines, delimiter=separator) if any(map(str.strip, row))]


def _read_table(place: str, files: Files) -> Iterator[Found]:
    text = files.text(place, _MOST_BYTES)
    if text is None:
        return
    try:
        header, *rows = _rows(text, separator_of(text.partition("\n")[0]))
    except (csv.Error, ValueError) as error:
        files.told.lose(files.name_of(place), f"it is no table: {error}")
        return
    columns = [cell.strip() for cell in header]
    curves = curves_of(columns, rows, columns[:1], files.told, files.name_of(place))
    yield _run(place, files, "csv", curves)


def _run(place: str, files: Files, kind: str, curves: dict[str, Curve]) -> FoundRun:
    folder = os.path.dirname(place)
    stem = os.path.basename(place).partition(".")[0]
    experiment, name = names_of(folder, files)
    if stem.lower() not in _GENERIC:
        experiment, name = files.name_of(folder), stem
        experiment = os.path.basename(files.root) if experiment == "." else experiment
    return FoundRun(
        run_id=run_id_of(kind, place, files, {}, curves),
        experiment=experiment,
        source=files.name_of(place),
        name=name,
        params=hydra_params(folder, files),
        curves=curves,
    )


def curves_of(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    counters: Collection[str],
    told: Told,
    place: str,
    skipped: Collection[str] = (),
    times: Mapping[int, int] | None = None,
) -> dict[str, Curve]:
    """The curves of a table: a point a cell that is a number; an empty cell is none.

    Args:
        counters: columns that may count, the first that is there does. Where a row has no whole
            number in it, the row's own number is the step.
        skipped: columns that are no metrics.
        times: milliseconds by row.
    """
    counter = next((columns.index(name) for name in counters if name in columns), None)
    seen: Counter[str] = Counter()
    wanted: list[tuple[int, Curve]] = []
    found: dict[str, Curve] = {}
    for at, name in enumerate(columns):
        seen[name] += 1
        if at != counter and name not in skipped:
            key = name or f"column {at + 1}"
            key = key if seen[name] == 1 else f"{key} ({seen[name]})"
            found[key] = Curve.empty()
            wanted.append((at, found[key]))
    ragged = words = 0
    for number, row in enumerate(rows):
        ragged += len(row) != len(columns)
        step = whole_number(row[counter]) if counter is not None and counter < len(row) else None
        moment = 0 if times is None else times.get(number, 0)
        for at, curve in wanted:
            cell = row[at].strip() if at < len(row) else ""
            if not cell:
                continue
            value = number_of(cell)
            if value is None:
                words += 1
                continue
            curve.add(number if step is None else step, moment, value)
    if ragged:
        told.lose(place, f"{ragged:,} of its rows have not {len(columns):,} cells")
    if words:
        told.left_out["cells of tables that are no numbers"] += words
    return {key: curve for key, curve in found.items() if curve.steps}


def _read_lines(place: str, files: Files) -> Iterator[Found]:
    text = files.text(place)
    if text is None:
        return
    curves: dict[str, Curve] = {}
    bad = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        own = _object(line)
        if own is None:
            bad.append(number)
            continue
        counted = _step_of(own)
        step = number - 1 if counted is None else counted[1]
        for key, value in flat_numbers(own):
            if counted is None or key != counted[0]:
                curve = curves.setdefault(key, Curve.empty())
                curve.add(step, 0, value)
    if bad:
        problem = f"{len(bad):,} of its lines are no JSON objects (line {bad[0]:,})"
        files.told.lose(files.name_of(place), problem)
    if curves:
        yield _run(place, files, "jsonl", curves)


def flat_numbers(value: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The numbers of a nested object, keys joined by ``/``."""
    waiting = [("", value, 0)]
    while waiting:
        before, own, depth = waiting.pop()
        for key, inner in own.items():
            name = f"{before}{key}"
            if isinstance(inner, dict) and depth < 16:
                waiting.append((f"{name}/", inner, depth + 1))
            elif isinstance(inner, int | float) and not isinstance(inner, bool):
                number = number_of(inner)
                if number is not None:
                    yield name, number


def _object(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _step_of(line: dict[str, Any] | None) -> tuple[str, int] | None:
    """The member of an object that counts, and its number."""
    for key in ("_step", "step", "global_step", "iteration", "iter", "epoch"):
        value = (line or {}).get(key)
        step = whole_number(value) if isinstance(value, int | float) else None
        if step is not None:
            return key, step
    return None

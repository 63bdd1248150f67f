"""Uniting: what several sources say of one run becomes what one writer says, and nothing twice.

A run may lie in two stores, or in one that has grown since it was taken in. A point counts as
often as the source has it that has it most often; of a tag and a file the later source's holds;
different values of one param both stand, as a visible conflict. The facts of what is united stay
in the archive, out of sight: the event that names their writer hides them, in every copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.content import Content, Curve, Fact, in_order
from runreport.archive.layout import IMPORTED_PREFIX
from runreport.archive.reading import Snapshot
from runreport.archive.replaced import REPLACED, texts_of
from runreport.entities import RunStatus
from runreport.events import UNDATED, data_object

_MODEL_KINDS = ("registered_model", "model_version", "model_alias")
_ONE_A_KEY = ("tag", "artifact", "registered_model")


class Held:
    """What an archive holds of some owners that was taken in before."""

    def __init__(self, snapshot: Snapshot, owners: Set[str]) -> None:
        self._found: dict[str, dict[str, Content]] = {}
        """By owner and writer."""
        facts: dict[tuple[str, str], list[Fact]] = {}
        experiments: dict[tuple[str, str], str] = {}
        curves: dict[tuple[str, str], dict[str, list[tuple[Any, ...]]]] = {}
        wanted = pa.array(sorted(owners), pa.string())
        for table in snapshot.tables:
            for row in _imported(table, wanted):
                is_model = row["kind"] in _MODEL_KINDS
                owner = f" {row['key']}" if is_model else row["run_id"]
                if owner in owners:
                    of_run = row["run_id"] if is_model else None
                    told = (row["kind"], row["key"], row["value"], row["data"], row["time"])
                    fact = Fact(*told, of_run)
                    facts.setdefault((owner, row["writer_id"]), []).append(fact)
                    experiments[owner, row["writer_id"]] = row["experiment_id"]
        for segment in snapshot.segments:
            for row in _imported(snapshot.points(segment), wanted):
                own = curves.setdefault((row["run_id"], row["writer_id"]), {})
                point = (row["seq"], row["step"], row["time"], row["value"])
                own.setdefault(row["key"], []).append(point)
        for (owner, writer_id), own_facts in facts.items():
            own = curves.get((owner, writer_id), {})
            self._found.setdefault(owner, {})[writer_id] = Content(
                owner,
                experiments[owner, writer_id],
                None,
                in_order(own_facts),
                {key: _curve(sorted(points)) for key, points in sorted(own.items())},
            )

    def united(self, content: Content) -> Content | None:
        """A content with all that was taken in before of its run; None where it says no more."""
        held = self._found.setdefault(content.owner, {})
        facts: dict[tuple[Any, ...], Fact] = {}
        for fact in chain.from_iterable((*(o.facts for o in held.values()), content.facts)):
            if fact.kind != REPLACED:
                key = _key_of(fact)
                if fact.kind != "run" or key not in facts or _is_undated(facts[key]):
                    facts[key] = fact
        known = [f for f in facts.values() if f.kind == "status" and f.value != RunStatus.UNKNOWN]
        if known:
            facts.pop(("status", RunStatus.UNKNOWN), None)
        curves = {
            key: _longest([c.curves[key] for c in (*held.values(), content) if key in c.curves])
            for key in sorted({key for c in (*held.values(), content) for key in c.curves})
        }
        if len(held) == 1 and _says(next(iter(held.values())), facts.values(), curves):
            return None
        start = facts.get(("run",))
        begun = None if start is None or _is_undated(start) else start.time
        gone = {f.key for own in held.values() for f in own.facts if f.kind == REPLACED}
        gone |= {*held, content.writer_id}
        marks = [Fact(REPLACED, writer, None, None, begun or 0) for writer in gone]
        whole = replace(
            content,
            begun_ms=begun,
            facts=in_order((*facts.values(), *marks)),
            curves=curves,
        )
        self._found[content.owner] = {whole.writer_id: whole}
        return whole


def _imported(table: pa.Table, owners: pa.Array) -> Iterator[dict[str, Any]]:
    """The rows that were taken in, of some runs and of all models, summaries aside."""
    writers = [w for w in texts_of(table.column("writer_id")) if w.startswith(IMPORTED_PREFIX)]
    rows = table.filter(_is_in(table.column("writer_id"), pa.array(writers, pa.string())))
    is_wanted = _is_in(rows.column("run_id"), owners)
    if "kind" in table.column_names:
        is_model = _is_in(rows.column("kind"), pa.array(_MODEL_KINDS, pa.string()))
        is_summary = pc.equal(rows.column("kind"), "metric_summary")
        is_wanted = pc.and_not(pc.or_(pc.fill_null(is_wanted, False), is_model), is_summary)
    return iter(rows.filter(is_wanted).to_pylist())


def _says(held: Content, facts: Iterable[Fact], curves: dict[str, Curve]) -> bool:
    """Whether a content says all that, and nothing else."""
    own = {fact for fact in held.facts if fact.kind != REPLACED}
    return own == set(facts) and all(held.curves.get(key) is c for key, c in curves.items())


def _is_undated(start: Fact) -> bool:
    return (start.data or "").startswith(UNDATED)


def _key_of(fact: Fact) -> tuple[Any, ...]:
    """Of facts with one key the later source's holds."""
    if fact.kind in _ONE_A_KEY:
        return fact.kind, fact.key
    if fact.kind == "model_alias":
        return fact.kind, fact.key, data_object(fact.data).get("alias")
    if fact.kind == "model_version":
        return fact.kind, fact.key, fact.value, fact.run_id
    if fact.kind == "status":
        return fact.kind, fact.value
    return (fact.kind,) if fact.kind in ("run", "lifecycle") else fact[:4]


def _longest(curves: list[Curve]) -> Curve:
    """A curve with each point as often as that has it which has it most often."""
    counts = [Counter(map(_point, zip(*curve, strict=True))) for curve in curves]
    most: Counter[tuple[Any, ...]] = Counter()
    for count in counts:
        most |= count
    for curve, count in zip(curves, counts, strict=True):
        if count == most:
            return curve  # in the order in which they were logged
    points = sorted((time, step, text) for (step, time, text), n in most.items() for _ in range(n))
    return Curve(
        [step for _, step, _ in points],
        [time for time, _, _ in points],
        [float("nan") if text == "nan" else float.fromhex(text) for *_, text in points],
    )


def _point(point: tuple[int, int, float]) -> tuple[int, int, str]:
    step, time, value = point
    return step, time, value.hex() if value == value else "nan"


def _curve(points: Iterable[tuple[int, int, int, float]]) -> Curve:
    _, steps, times, values = zip(*points, strict=True)
    return Curve(list(steps), list(times), list(values))


def models_in(events: pa.Table) -> Iterator[str]:
    """The owners that the models in a table of events are."""
    is_model = _is_in(events.column("kind"), pa.array(_MODEL_KINDS, pa.string()))
    return (f" {name}" for name in texts_of(events.filter(is_model).column("key")))


def _is_in(column: pa.ChunkedArray, values: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=values)

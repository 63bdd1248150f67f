"""Uniting: what several sources say of one run becomes what one writer says, and nothing twice.

A run may lie in two stores, or in one that has grown since it was taken in. A point counts as
often as the source has it that has it most often; of a tag and a file the later source's holds;
different values of one param both stand, as a visible conflict. The facts of what is united stay
in the archive, out of sight: the event that names their writer hides them, in every copy.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.content import Content, Curve, Fact, in_order
from runreport.archive.layout import IMPORTED_PREFIX
from runreport.archive.purged import is_purged
from runreport.archive.reading import MAX_LISTINGS, Snapshot, read_archive
from runreport.archive.replaced import REPLACED, texts_of
from runreport.archive.segment import declared_ranges
from runreport.archive.storage import Storage
from runreport.entities import RunStatus
from runreport.errors import Damaged
from runreport.events import UNDATED, data_object

_MODEL_KINDS = ("registered_model", "model_version", "model_alias")
_ONE_A_KEY = ("tag", "artifact", "registered_model")


class Held:
    """What an archive holds of some owners that was taken in before."""

    def __init__(self, snapshot: Snapshot, owners: Set[str], purged: frozenset[str]) -> None:
        self.unreadable: set[str] = set()
        """Owners of whom some points are damaged."""
        self._found: dict[str, dict[str, Content]] = {}
        """By owner and writer."""
        facts: dict[tuple[str, str], list[Fact]] = {}
        experiments: dict[str, str] = {}
        wanted = pa.array(sorted(owners), pa.string())
        for table in snapshot.tables:
            for row in _imported(table, wanted):
                is_model = row["kind"] in _MODEL_KINDS
                owner = f" {row['key']}" if is_model else row["run_id"]
                of_run = row["run_id"] if is_model else None
                if owner in owners and not is_purged(of_run, purged):
                    told = (row["kind"], row["key"], row["value"], row["data"], row["time"])
                    facts.setdefault((owner, row["writer_id"]), []).append(Fact(*told, of_run))
                    experiments[row["writer_id"]] = row["experiment_id"]
        curves = self._curves(snapshot, {writer: owner for owner, writer in facts})
        for (owner, writer_id), own_facts in sorted(facts.items()):
            own = curves.get(writer_id, {})
            self._found.setdefault(owner, {})[writer_id] = Content(
                owner,
                experiments[writer_id],
                None,
                in_order(own_facts),
                {key: _curve(sorted(points)) for key, points in sorted(own.items())},
            )

    def _curves(
        self, snapshot: Snapshot, owners: Mapping[str, str]
    ) -> dict[str, dict[str, list[tuple[Any, ...]]]]:
        """The points of some writers, by writer and metric.

        Args:
            owners: of whom each writer tells.

        Raises:
            FileNotFoundError: a compaction has replaced some meanwhile.
        """
        found: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        writers = pa.array(sorted(owners), pa.string())
        for segment in snapshot.segments:
            own = declared_ranges(segment).column("writer_id")
            here = [w for w in texts_of(own) if w in owners]
            if not here or segment.footer.metrics is None:
                continue
            try:
                points = snapshot.points(segment)
            except Damaged:
                self.unreadable.update(owners[writer] for writer in here)
                continue
            for row in points.filter(_is_in(points.column("writer_id"), writers)).to_pylist():
                point = (row["seq"], row["step"], row["time"], row["value"])
                found.setdefault(row["writer_id"], {}).setdefault(row["key"], []).append(point)
        return found

    def united(self, content: Content) -> Content | None:
        """A content with all that was taken in before of its run; None where it says no more.

        A later state of one place takes the place of the earlier one. What another place says
        is added.
        """
        held = self._found.setdefault(content.owner, {})
        is_later = len(held) == 1 and _place(next(iter(held.values()))) == _place(content)
        return self._whole([*held.values(), content], content.writer_id, is_later=is_later)

    def reunited(self, owner: str) -> Content | None:
        """What several writers say of an owner; None where there are not several."""
        held = list(self._found.get(owner, {}).values())
        return self._whole(held, None, is_later=False) if len(held) > 1 else None

    def _whole(
        self, contents: list[Content], writer_id: str | None, *, is_later: bool
    ) -> Content | None:
        owner, held = contents[-1].owner, self._found[contents[-1].owner]
        facts = _facts_of(contents, is_later=is_later)
        keys = sorted({key for content in contents for key in content.curves})
        every = {key: [c.curves[key] for c in contents if key in c.curves] for key in keys}
        curves = {key: _longest(own, is_later=is_later) for key, own in every.items()}
        if len(held) == 1 and _says(next(iter(held.values())), facts, curves):
            return None
        start = next((fact for fact in facts if fact.kind == "run"), None)
        begun = None if start is None or _is_undated(start) else start.time
        gone = {f.key for own in held.values() for f in own.facts if f.kind == REPLACED}
        gone |= {*held, *([writer_id] if writer_id else ())}
        marks = [Fact(REPLACED, writer, None, None, begun or 0) for writer in gone]
        whole = replace(
            contents[-1], begun_ms=begun, facts=in_order((*facts, *marks)), curves=curves
        )
        self._found[owner] = {whole.writer_id: whole}
        return whole


def read_held(storage: Storage, owners: Set[str], purged: frozenset[str]) -> Held:
    """What an archive holds of some owners, read again where it is compacted meanwhile."""
    for _ in range(MAX_LISTINGS):
        with suppress(FileNotFoundError):
            return Held(read_archive(storage), owners, purged)
    return Held(read_archive(storage), owners, purged)


def _facts_of(contents: Iterable[Content], *, is_later: bool) -> list[Fact]:
    """What contents say, the earlier ones first, points aside."""
    facts: dict[tuple[Any, ...], Fact] = {}
    places = set()
    for content in contents:
        places.add(_place(content))
        for fact in content.facts:
            key = _key_of(fact, is_later=is_later)
            is_start = fact.kind == "run" and key in facts
            if fact.kind != REPLACED and (not is_start or _is_undated(facts[key]) or is_later):
                facts[key] = fact
    statuses = [key for key in facts if key[0] == "status"]
    if len(statuses) > 1:
        facts.pop(("status", RunStatus.UNKNOWN), None)
    if len(places) > 1 and ("run",) in facts:  # a later state of either does not stand for both
        start = facts["run",]
        data = {**data_object(start.data), "places": len(places)}
        facts["run",] = start._replace(data=json.dumps(data, separators=(",", ":")))
    return list(facts.values())


def _place(content: Content) -> str | None:
    """Where a content is from, as its start has it."""
    return next((fact.data for fact in content.facts if fact.kind == "run"), None)


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


def _key_of(fact: Fact, *, is_later: bool) -> tuple[Any, ...]:
    """Of facts with one key the later source's holds."""
    if is_later and fact.kind == "status":
        return (fact.kind,)
    if fact.kind in _ONE_A_KEY or (is_later and fact.kind == "param"):
        return fact.kind, fact.key
    if fact.kind == "model_alias":
        return fact.kind, fact.key, data_object(fact.data).get("alias")
    if fact.kind == "model_version":
        return fact.kind, fact.key, fact.value, fact.run_id
    if fact.kind == "status":
        return fact.kind, fact.value
    return (fact.kind,) if fact.kind in ("run", "lifecycle") else fact[:4]


def _longest(curves: list[Curve], *, is_later: bool) -> Curve:
    """A curve with each point as often as that has it which has it most often.

    Args:
        is_later: the last is a later state of the first, and holds if it has no fewer points.
    """
    if is_later and len(curves[-1].steps) >= len(curves[0].steps):
        is_same = list(map(_point, zip(*curves[0], strict=True))) == list(
            map(_point, zip(*curves[-1], strict=True))
        )
        return curves[0] if is_same else curves[-1]
    counts = [Counter(map(_point, zip(*curve, strict=True))) for curve in curves]
    most: Counter[tuple[Any, ...]] = Counter()
    for count in counts:
        most |= count
    for curve, count in zip(curves, counts, strict=True):
        if count == most:
            return curve  # in the order in which they were logged
    points = sorted((time, step, text) for (step, time, text), n in most.items() for _ in range(n))
    return Curve.of(
        (step for _, step, _ in points),
        (time for time, _, _ in points),
        (float("nan") if text == "nan" else float.fromhex(text) for *_, text in points),
    )


def _point(point: tuple[int, int, float]) -> tuple[int, int, str]:
    step, time, value = point
    return step, time, value.hex() if value == value else "nan"


def _curve(points: Iterable[tuple[int, int, int, float]]) -> Curve:
    _, steps, times, values = zip(*points, strict=True)
    return Curve.of(steps, times, values)


def imported_owners(events: pa.Table) -> Iterator[tuple[str, str]]:
    """The owners of whom imports tell, each with a writer; summaries and marks aside."""
    writers = [w for w in texts_of(events.column("writer_id")) if w.startswith(IMPORTED_PREFIX)]
    if not writers:
        return
    rows = events.filter(_is_in(events.column("writer_id"), pa.array(writers, pa.string())))
    kinds = pa.array(["run", *_MODEL_KINDS], pa.string())
    rows = rows.filter(_is_in(rows.column("kind"), kinds))
    names = ("kind", "run_id", "key", "writer_id")
    for kind, run_id, key, writer_id in set(zip(*(rows[n].to_pylist() for n in names),
                                                strict=True)):  # fmt: skip
        yield (run_id if kind == "run" else f" {key}"), writer_id


def models_in(events: pa.Table) -> Iterator[str]:
    """The owners that the models in a table of events are."""
    is_model = _is_in(events.column("kind"), pa.array(_MODEL_KINDS, pa.string()))
    return (f" {name}" for name in texts_of(events.filter(is_model).column("key")))


def _is_in(column: pa.ChunkedArray, values: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(column, value_set=values)

"""Importing: what lies in a folder comes into an archive, once.

Facts and files come from `importers.found`; their identities come from what the source says of
itself, so that importing twice is importing once (`archive.intake`).
"""

from __future__ import annotations

import gc
import json
import os
import struct
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pyarrow as pa

from runreport.archive.artifacts import Artifact
from runreport.archive.clock import clamped_ms, next_counter
from runreport.archive.content import Content, Fact, in_order
from runreport.archive.facts import (
    ExperimentState,
    derive_id,
    fold_experiments,
    read_facts,
    write_fact,
)
from runreport.archive.intake import Intake, Taken
from runreport.archive.storage import Storage
from runreport.entities import RunStatus
from runreport.events import UNDATED, whole_text
from runreport.importers.copying import Copying
from runreport.importers.found import Found, FoundExperiment, FoundModel, FoundRun
from runreport.importers.reading import MAX_VALUE, Files
from runreport.importers.scanning import Claim, Format, scan
from runreport.importers.told import Told
from runreport.tags import NAME_TAG

Progress = Callable[[str, int, int], None]
"""Called with what is done, how many of it are, and how many there are."""
_ODD = (
    ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError,
    ArithmeticError, struct.error, pa.ArrowException,
)  # fmt: skip
"""What comes of content of another kind than a tool writes."""
_MAX_KEY = 2000
_SHOWN_RUNS = 50
_MOST_VERSIONS = 10**15
_Kept = TypeVar("_Kept")


@dataclass(slots=True)
class Source:
    """What one claim came to."""

    format: str
    title: str
    place: str
    counts: Counter[str] = field(default_factory=Counter)
    """How many runs, params, points … it has."""
    taken: Taken = field(default_factory=Taken)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search for runs brought up; nothing is read of it yet but how it begins."""

    root: str
    claims: tuple[tuple[Format, Claim], ...]
    files: Files
    folders: int
    """How many were searched."""
    archives: tuple[str, ...]
    """Archives of our own that lie there, which are merged rather than imported."""


@dataclass(frozen=True, slots=True)
class Import:
    """What an import did."""

    sources: tuple[Source, ...]
    told: Told
    archives: tuple[str, ...]
    """See `Search`."""


def search(root: str, formats: Iterable[Format], skipped: Collection[str] = ()) -> Search:
    """Look in a folder for whatever some formats know.

    Args:
        root: a folder, or one file.
        skipped: absolute paths of folders that are not searched.
    """
    base = root if os.path.isdir(root) else os.path.dirname(os.path.abspath(root))
    files = Files(base, Told())
    found = scan(root, formats, files, skipped)
    return Search(root, tuple(found.claims), files, found.folders, tuple(found.archives))


def import_runs(
    found: Search,
    storage: Storage,
    *,
    with_files: bool = True,
    progress: Progress | None = None,
) -> Import:
    """Import what a search brought up.

    Args:
        with_files: copy the runs' artifacts, too.

    Raises:
        WriteFailed: the archive's disk refused; what was taken in before stays.
    """
    bar = _Bar(progress, len(found.claims))
    intake = _Importing(storage, found.files, with_files, bar)
    sources: list[Source] = []
    with _without_collecting():
        for own, claim in found.claims:
            bar.show(len(sources))
            sources.append(intake.read(own, claim))
        intake.settle()
    bar.show(len(sources))
    return Import(tuple(sources), found.files.told, found.archives)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Look for no cycles meanwhile: there are none among millions of rows, and looking takes a
    tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Bar:
    """How far an import is: sources of all that there are, and runs, of which nobody knows how
    many there will be."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress, self._total = progress, total
        self._done = self._runs = 0

    def show(self, done: int) -> None:
        """So many sources are read."""
        self._done = done
        if self._progress is not None and self._total:
            runs = f", {self._runs:,} runs" if self._runs else ""
            self._progress(f"Importing{runs}", done, self._total)

    def count_run(self) -> None:
        """One more run is read."""
        self._runs += 1
        if self._runs % _SHOWN_RUNS == 0:
            self.show(self._done)


class _Importing:
    def __init__(self, storage: Storage, files: Files, with_files: bool, bar: _Bar) -> None:
        self._bar = bar
        self.storage, self.told, self.with_files = storage, files.told, with_files
        self.files = files
        self.copying = Copying(storage, files)
        self.intake = Intake(storage, self.copying.copy, self.copying.sync)
        self.experiments = _Experiments(storage)

    def read(self, own: Format, claim: Claim) -> Source:
        """Take in all that a claim yields; what is not as its tool writes it costs itself."""
        source = Source(own.name, own.title, self.files.name_of(claim.place))
        found = claim.read()
        while True:
            try:
                self._take(next(found), source)
            except StopIteration:
                return source
            except _ODD as error:
                problem = f"it is not as {own.title} writes it: {type(error).__name__}: {error}"
                self.told.lose(source.place, problem[:300])

    def settle(self) -> None:
        """Write what waits."""
        self.intake.settle()
        for owner in sorted(self.intake.unreadable):
            self.told.lose(owner, "what the archive holds of it is damaged; nothing was added")

    def _take(self, found: Found, source: Source) -> None:
        counts = source.counts
        if isinstance(found, FoundExperiment):
            counts["experiments"] += 1
            self.experiments.take(found)
        elif isinstance(found, FoundModel):
            kept = [v for v in found.versions if not self.intake.is_purged(v.run_id)]
            odd = [v.number for v in kept if not 0 < v.number < _MOST_VERSIONS]
            if odd:
                kept = [v for v in kept if v.number not in odd]
                self.told.lose(source.place, f"versions of {found.name} with odd numbers: {odd}")
            counts.update(models=1, versions=len(kept))
            self.intake.take(model_content(replace(found, versions=tuple(kept))), source.taken)
        else:
            points = sum(len(curve.steps) for curve in found.curves.values())
            self._bar.count_run()
            counts.update(runs=1, params=len(found.params), points=points, tags=len(found.tags))
            if self.intake.is_purged(found.run_id):
                source.taken.purged.add(found.run_id)
                return
            artifacts = self.copying.look_at(found) if self.with_files else []
            counts["artifacts"] += len(artifacts)
            for key, value in (*found.params.items(), *found.tags.items()):
                if len(value) > MAX_VALUE:
                    self.told.lose(source.place, f"{key[:100]} has {len(value):,} characters; "
                                   f"{MAX_VALUE:,} are kept")  # fmt: skip
            experiment_id = self.experiments.id_of(found.experiment)
            self.intake.take(run_content(found, experiment_id, artifacts), source.taken)


class _Experiments:
    """The experiments of the archive, made as they are met."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._states = fold_experiments(read_facts(storage)[0])
        self._ids = {state.name: identity for identity, state in self._states.items()}
        self._deleted: set[str] = set()
        """Those that this import has made as deleted ones."""

    def id_of(self, name: str) -> str:
        """The id of an experiment, which is made where there is none of the name."""
        name = whole_text(name)[:_MAX_KEY] or "Default"
        if name not in self._ids:
            identity = derive_id(name, self._states)
            write_fact(self.storage, identity, "experiment", "name", name)
            self._states[identity] = ExperimentState(identity, name, False, {}, None, None, 0)
            self._ids[name] = identity
        return self._ids[name]

    def take(self, found: FoundExperiment) -> None:
        """Make an experiment, with its tags; one that is there keeps what it has."""
        is_new = found.name not in self._ids
        identity = self.id_of(found.name)
        state = self._states[identity]
        for key, value in found.tags.items():
            if state.tags.get(key) is None:
                write_fact(self.storage, identity, "tag", key, value, after=state.counter)
                state.tags[key] = value
        if is_new and found.is_deleted:
            write_fact(self.storage, identity, "lifecycle", "stage", "deleted")
            self._deleted.add(identity)
        elif identity in self._deleted and not found.is_deleted:  # of one name, and in use
            later = next_counter(0) + 1
            write_fact(self.storage, identity, "lifecycle", "stage", "active", after=later)
            self._deleted.discard(identity)


def run_content(run: FoundRun, experiment_id: str, artifacts: Iterable[Artifact]) -> Content:
    """What is said of a run, as facts."""
    begun = run.begun_ms if clamped_ms(run.begun_ms) else None
    started = begun or 0
    source = json.dumps({"source": whole_text(run.source)}, ensure_ascii=False)
    data = source if begun is not None else f"{UNDATED},{source[1:]}"
    times = [curve.times[-1] for curve in run.curves.values() if curve.times]
    ended = run.ended_ms if run.ended_ms is not None else max([started, *times])
    said = started if run.status == RunStatus.UNKNOWN else ended
    tags = dict(run.tags)
    if run.name:
        tags[NAME_TAG] = whole_text(run.name)
    facts = [
        Fact("run", None, None, data, started),
        Fact("status", None, run.status, None, said),
        *(Fact("param", key, _value(v), None, started) for key, v in _keyed(run.params)),
        *(Fact("tag", key, _value(v), None, started) for key, v in _keyed(tags)),
        *(
            Fact("dataset", _key(one.name), one.digest, _json(dict(one.data)), started)
            for one in run.datasets
        ),
        *(
            Fact("artifact", one.path, one.sha256, _json(one.data()), started)
            for one in artifacts
        ),
    ]  # fmt: skip
    if run.is_deleted:
        facts.append(Fact("lifecycle", None, "deleted", None, ended))
    curves = dict(sorted((key, curve) for key, curve in _keyed(run.curves) if curve.steps))
    return Content(run.run_id, experiment_id, begun, in_order(facts), curves)


def model_content(model: FoundModel) -> Content:
    """What is said of a registered model, as facts."""
    model_name = _key(model.name)
    described: dict[str, object] = {"tags": dict(model.tags)}
    if model.description:
        described["description"] = model.description
    created = model.created_ms
    facts = [Fact("registered_model", model_name, "active", _json(described), created)]
    for version in model.versions:
        data: dict[str, object] = {"source": version.source, "tags": dict(version.tags)}
        if version.description:
            data["description"] = version.description
        if version.user:
            data["user_id"] = version.user
        number, created_ms = str(version.number), version.created_ms
        facts.append(
            Fact("model_version", model_name, number, _json(data), created_ms, version.run_id)
        )
    facts += [
        Fact("model_alias", model_name, str(number), _json({"alias": alias}), created)
        for alias, number in model.aliases.items()
    ]
    return Content(f" {model_name}", "", created or None, in_order(facts), {})


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _key(text: str) -> str:
    return whole_text(text)[:_MAX_KEY] or "_"


def _value(text: str) -> str:
    return whole_text(text[:MAX_VALUE])


def _keyed(values: Mapping[str, _Kept]) -> Iterator[tuple[str, _Kept]]:
    """Values by keys that an archive takes; two that become alike are told apart."""
    seen: set[str] = set()
    for key, value in values.items():
        name = _key(key)
        number = 1
        while name in seen:
            number += 1
            name = f"{_key(key)[: _MAX_KEY - 10]} ({number})"
        seen.add(name)
        yield name, value

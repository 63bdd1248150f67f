"""What else differs between the two sides of a review: environment, code, models, evaluations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.storage import Storage
from runreport.events import data_object
from runreport.query.difference import flat_members
from runreport.query.index import RunIndex
from runreport.query.registry import Registry
from runreport.query.samples import RunFact, Settings
from runreport.report.evaluations.comparison import compare_tables
from runreport.report.evaluations.page import TABLE_FILE, EvaluationTable, read_table
from runreport.report.redaction import STORED, Redactor
from runreport.report.reviews.review import FactRow, ScoreRow
from runreport.report.reviews.settings import Matched
from runreport.report.reviews.wording import Wording, cut
from runreport.report.urls import run_folder

_MOST_COMMITS = 3
_LOOKED_AT = 6
"""So many of the newest evaluated runs of each side are searched for two to compare."""


def setting_rows(experiment: str, found: Matched, words: Wording) -> Iterator[FactRow]:
    """Params in which the compared runs differ, each change once."""
    told = {own: None for match in found.matches for own in match.changed}
    for key, before, after in told:
        shown = ("" if text is None else words.value(text, key) for text in (before, after))
        yield FactRow(experiment, words.name(key), *shown)


def alone_rows(experiment: str, found: Matched, words: Wording) -> Iterator[FactRow]:
    """Settings of the head that nothing was found to compare with."""
    for settings, runs in found.alone:
        told = words.settings(found.label(settings))
        yield FactRow(experiment, cut(in_words(told)) or "no params", "", str(len(runs)))


def in_words(settings: Settings) -> str:
    """Settings in one line."""
    return ", ".join(f"{key} {value}" for key, value in settings)


def environment_rows(
    experiment: str,
    base: tuple[RunIndex, Sequence[RunFact]],
    head: tuple[RunIndex, Sequence[RunFact]],
    words: Wording,
) -> Iterator[FactRow]:
    """What the last of the compared runs of both sides recorded of the place they ran in."""
    records = (_record(index, runs[-1], words) for index, runs in (base, head))
    own, other = map(flat_members, records)
    for key in sorted({*own, *other}):
        if not key.startswith(("git.", "job.")) and own.get(key) != other.get(key):
            told = (side.get(key) for side in (own, other))
            shown = ("" if value is None else cut(str(value)) for value in told)
            yield FactRow(experiment, key.removeprefix("packages."), *shown)


def _record(index: RunIndex, run: RunFact, words: Wording) -> Mapping[str, Any]:
    rows = index.rows_of("records", pa.array([run.number], pa.int32()), ("data",))
    return words.record(data_object(rows.column("data")[0].as_py())) if rows.num_rows else {}


def code_rows(
    experiment: str,
    base: tuple[RunIndex, Sequence[RunFact]],
    head: tuple[RunIndex, Sequence[RunFact]],
    words: Wording,
) -> Iterator[FactRow]:
    """The commits and branches of the compared runs, and whether files differed from them."""
    sides = [_code(index, runs, words) for index, runs in (base, head)]
    for what in ("commit", "branch", "uncommitted changes"):
        own, other = (_newest_of(side[what]) for side in sides)
        if own != other:
            yield FactRow(experiment, what, own, other)


def _newest_of(texts: Sequence[str]) -> str:
    """The last of some, and how many there are before."""
    more = len(texts) - _MOST_COMMITS
    told = ", ".join(texts[-_MOST_COMMITS:])
    return f"{told} and {more} before" if more > 0 else told


def _code(index: RunIndex, runs: Sequence[RunFact], words: Wording) -> dict[str, list[str]]:
    """Each once, as the first of these runs came to them."""
    commits = dict.fromkeys(run.commit.rstrip("+") for run in runs if run.commit)
    git = _record(index, runs[-1], words).get("git")
    is_dirty = isinstance(git, dict) and git.get("dirty")
    return {
        "commit": [words.text(own)[:12] for own in commits],
        "branch": list(dict.fromkeys(words.text(run.branch) for run in runs if run.branch)),
        "uncommitted changes": ["yes"] if is_dirty else ["no"],
    }


def model_rows(base: Registry, head: Registry, words: Wording) -> list[FactRow]:
    """Versions that only one side has, and aliases that point elsewhere."""
    rows = []
    own, other = ({(v.name, v.version) for v in side.versions} for side in (base, head))
    for name, version in sorted(own ^ other):
        is_new = (name, version) in other
        what = f"version {version}"
        rows.append(FactRow(words.name(name), what, *(("", "new") if is_new else ("there", ""))))
    before, after = (
        {(m.name, alias): str(n) for m in side.models for alias, n in m.aliases.items()}
        for side in (base, head)
    )
    for name, alias in sorted({*before, *after}):
        versions = [side.get((name, alias), "") for side in (before, after)]
        if versions[0] != versions[1]:
            shown = (f"version {v}" if v else "" for v in versions)
            rows.append(FactRow(words.name(name), f"alias {words.name(alias)}", *shown))
    return rows


class Evaluated:
    """The results tables of one side; each is read when it is asked for."""

    def __init__(self, index: RunIndex, storage: Storage, redactor: Redactor) -> None:
        """Prepare; nothing is read."""
        rows = index.artifacts.filter(pc.equal(index.artifacts.column("path"), TABLE_FILE))
        self._rows = {row["run"]: {**row, STORED: row["path"]} for row in rows.to_pylist()}
        self._storage = storage
        self._redactor = redactor

    def newest(self, runs: Iterable[RunFact]) -> list[tuple[RunFact, EvaluationTable]]:
        """Of runs, oldest first, the newest that were evaluated, newest first."""
        found = [run for run in runs if run.number in self._rows][: -_LOOKED_AT - 1 : -1]
        tables = (
            read_table(self._storage, run.run_id, self._rows[run.number], self._redactor)
            for run in found
        )
        return [
            (run, table) for run, table in zip(found, tables, strict=True) if table is not None
        ]


def score_rows(
    experiment: str,
    base: Sequence[tuple[RunFact, EvaluationTable]],
    head: Sequence[tuple[RunFact, EvaluationTable]],
    words: Wording,
) -> list[ScoreRow]:
    """The scores of the newest evaluations of both sides that were asked the same."""
    for run, table in head:
        for before, earlier in base:
            compared = compare_tables(earlier, table)
            if compared.rows and compared.changes:
                return [
                    ScoreRow(
                        experiment,
                        change.name,
                        change.before.text,
                        change.after.text,
                        change.change.text,
                        change.change.sense,
                        change.gains,
                        change.losses,
                        change.same,
                        words.name(before.name),
                        words.name(run.name),
                        f"{run_folder(run.run_id)}/evaluation/index.html",
                    )
                    for change in compared.changes
                ]
    return []

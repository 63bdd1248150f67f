"""Nothing that a reader would see differently leaves the state of an archive as it was."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from builders import log_run

from runreport.archive.compaction import compact_archive
from runreport.archive.facts import write_fact
from runreport.archive.purged import mark_purged
from runreport.archive.sealing import seal_journal
from runreport.archive.state import Kept, archive_state
from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer


@pytest.fixture
def writer(storage: LocalStorage) -> Writer:
    return log_run(storage, points=[1.0])


def test_reading_changes_nothing(storage: LocalStorage, writer: Writer) -> None:
    assert archive_state(storage) == archive_state(storage)
    writer.finish()


CHANGES: dict[str, Callable[[LocalStorage, Writer], object]] = {
    "a metric": lambda storage, writer: writer.log_metric("loss", 2.0, 1, 3000),
    "a new run": lambda storage, writer: log_run(storage, "b" * 32).finish(),
    "a writer that ends": lambda storage, writer: writer.finish(),
    "an experiment": lambda storage, writer: write_fact(storage, "7", "experiment", "name", "x"),
    "a purge": lambda storage, writer: mark_purged(storage, "a" * 32),
}


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_it_changes_with(change: str, storage: LocalStorage, writer: Writer) -> None:
    before = archive_state(storage)
    CHANGES[change](storage, writer)
    assert archive_state(storage) != before
    writer.finish()


def test_it_changes_with_a_seal_and_a_compaction(storage: LocalStorage, writer: Writer) -> None:
    other = log_run(storage, "b" * 32)
    names = [one.finish() for one in (writer, other)]
    states = [archive_state(storage)]
    for name in names:
        assert name is not None
        seal_journal(storage, name)
        states.append(archive_state(storage))
    compact_archive(storage)
    states.append(archive_state(storage))
    assert len(set(states)) == len(states)


def test_what_was_read_is_kept_until_the_archive_changes(
    storage: LocalStorage, writer: Writer
) -> None:
    reads = itertools.count(1)
    kept: Kept[int] = Kept()

    def read() -> int:
        return next(reads)

    assert kept.get(storage, read) == kept.get(storage, read) == 1
    writer.log_metric("loss", 2.0, 1, 3000)
    assert kept.get(storage, read) == 2
    writer.finish()
    other = LocalStorage(f"{storage.root}/other")  # takes the only slot
    assert kept.get(other, read) == kept.get(other, read) == 3
    assert kept.get(storage, read) == 4

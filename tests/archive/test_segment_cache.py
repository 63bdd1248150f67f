from __future__ import annotations

import pytest
from builders import log_run

from runreport.archive import segment_cache
from runreport.archive.compaction import compact_archive
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.segment_cache import SegmentCache
from runreport.archive.storage import LocalStorage


def seal(storage: LocalStorage, run_id: str) -> None:
    name = log_run(storage, run_id, points=[1.0]).finish()
    assert name is not None
    seal_journal(storage, name)


def test_only_what_is_new_is_read(storage: LocalStorage, opened: list[str]) -> None:
    cache = SegmentCache()
    seal(storage, "a" * 32)
    first = read_archive(storage, cache=cache)
    seal(storage, "b" * 32)
    opened.clear()
    second = read_archive(storage, cache=cache)
    assert len(opened) == 1
    assert second.events.num_rows == 2 * first.events.num_rows
    assert second.events.equals(read_archive(storage).events)


def test_what_was_compacted_or_belongs_to_another_archive_is_not_kept(
    storage: LocalStorage, opened: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = SegmentCache()
    for letter in "ab":
        seal(storage, letter * 32)
    rows = read_archive(storage, cache=cache).events.num_rows
    compact_archive(storage)
    assert read_archive(storage, cache=cache).events.num_rows == rows
    other = LocalStorage(str(tmp_path_factory.mktemp("other")))
    seal(other, "c" * 32)
    assert set(read_archive(other, cache=cache).events.column("run_id").to_pylist()) == {"c" * 32}
    opened.clear()
    read_archive(storage, cache=cache)
    assert len(opened) == 1


def test_beyond_its_size_nothing_is_kept(
    storage: LocalStorage, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_cache, "MAX_BYTES", 0)
    cache = SegmentCache()
    seal(storage, "a" * 32)
    read_archive(storage, cache=cache)
    opened.clear()
    read_archive(storage, cache=cache)
    assert len(opened) == 1

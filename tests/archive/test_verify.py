"""What verify says is so of the archive as it is, also while others write to it.

What it finds in damaged archives is in test_reading, test_damage and test_fuzz.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import log_run, sample_archive

from runreport.archive import verify
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.reading import Snapshot, read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage, Storage


def test_a_compaction_meanwhile_is_no_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It deletes metrics files after the archive was read and before they are opened."""
    storage = open_archive(sample_archive(tmp_path / "archive", runs=3))

    def read_then_compact(storage: Storage, **options: object) -> Snapshot:
        snapshot = read_archive(storage)
        compact_archive(storage)
        return snapshot

    monkeypatch.setattr(verify, "read_archive", read_then_compact)
    assert verify.verify_archive(storage).problems == ()


def test_a_metrics_file_that_goes_for_good_meanwhile_is_named(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = log_run(storage, points=[1.0, 2.0]).finish()
    assert name is not None
    seal_journal(storage, name)
    (path,) = (file.path for file in storage.list("segments") if ".metrics." in file.path)

    def read_then_delete(storage: Storage, **options: object) -> Snapshot:
        snapshot = read_archive(storage)
        storage.delete(path)
        return snapshot

    monkeypatch.setattr(verify, "read_archive", read_then_delete)
    assert [problem.path for problem in verify.verify_archive(storage).problems] == [path]

"""SAFETY 21: whatever is flipped or cut off, verify names it and no reader shows a wrong value."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import log_run
from faults import Facts, facts_of

from runreport.archive.artifact_logging import log_bytes
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.facts import derive_id, write_fact
from runreport.archive.layout import parse_segment
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive
from runreport.errors import BuildError, Damaged, RunreportError
from runreport.pipeline import build_site
from runreport.report.config import Config


def make_archive(folder: Path) -> None:
    """An archive with every kind of file: two runs compacted, two not, one in its journal."""
    storage = open_archive(folder, create=True)
    assert isinstance(storage, LocalStorage)
    write_fact(storage, derive_id("first"), "experiment", "name", "first")
    for number, letter in enumerate("abcd"):
        run_id = letter * 32
        writer = log_run(storage, run_id, params={"lr": "0.1"}, points=[3.0, 2.0, 1.0])
        log_bytes(storage, writer, run_id, "notes.txt", b"some words to damage")
        name = writer.finish()
        assert name is not None
        seal_journal(storage, name)
        if number == 1:
            compact_archive(storage)
    log_run(storage, "e" * 32, params={"lr": "1"}, points=[5.0, 4.0]).finish()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not Path("/dev/shm").is_dir():
        folder = tmp_path_factory.mktemp("damage")
        make_archive(folder / "archive")
        yield folder / "archive"
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        make_archive(Path(folder) / "archive")
        yield Path(folder) / "archive"


def kinds_of(storage: LocalStorage) -> dict[str, list[str]]:
    """The archive's files by kind; locks hold nothing, and git's attributes are anyone's."""
    kinds: dict[str, list[str]] = {}
    for file in storage.list(""):
        name = parse_segment(file.path)
        kind = file.path.split("/")[0]
        if name is not None:
            kind = f"{'compacted' if name.is_compacted else 'sealed'} {name.table}"
        if not file.path.endswith((".lock", ".gitattributes")):
            kinds.setdefault(kind, []).append(file.path)
    return kinds


def test_the_archive_to_damage_has_every_kind_of_file(whole: Path) -> None:
    assert sorted(kinds_of(LocalStorage(str(whole)))) == [
        "archive.json", "artifacts", "compacted events", "compacted metrics", "experiments",
        "inventory", "live", "sealed events", "sealed metrics",
    ]  # fmt: skip


def check(storage: LocalStorage, path: str, data: bytes, facts: Facts) -> None:
    """What must hold with one file replaced by damaged bytes."""
    original = storage.read(path)
    Path(storage.locate(path)).write_bytes(data)
    try:
        named = [problem.path for problem in verify_archive(storage).problems]
        assert path in named
        assert shown(storage) <= facts
    finally:
        Path(storage.locate(path)).write_bytes(original)


def shown(storage: LocalStorage) -> Facts:
    """All that readers show, points of damaged metrics files left out, as the report does."""
    try:
        return facts_of(storage)
    except Damaged:
        from runreport.archive.reading import read_archive
        from runreport.report.charts.curves import CurveReader

        snapshot = read_archive(storage)
        curves = CurveReader.of(snapshot)
        runs = {run for run in snapshot.events.column("run_id").to_pylist() if run}
        return Counter(
            (run_id, "point", key, step, value)
            for run_id in runs
            for key, curve in curves.read(run_id).items()
            for step, value in zip(curve.steps, curve.values, strict=True)
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 4))]
)
def test_500_flipped_bits_are_named_and_show_no_wrong_value(whole: Path, seed: int) -> None:
    storage, rng = LocalStorage(str(whole)), random.Random(seed)
    facts, kinds = facts_of(storage), kinds_of(storage)
    for _ in range(500):
        path = rng.choice(kinds[rng.choice(sorted(kinds))])
        data = bytearray(storage.read(path))
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        check(storage, path, bytes(data), facts)


@pytest.mark.slow
def test_500_truncations_are_named_and_show_no_wrong_value(whole: Path) -> None:
    storage, rng = LocalStorage(str(whole)), random.Random(9)
    facts, kinds = facts_of(storage), kinds_of(storage)
    for _ in range(500):
        path = rng.choice(kinds[rng.choice(sorted(kinds))])
        data = storage.read(path)
        cut = data[: rng.randrange(len(data))]
        # A journal cut off behind a line cannot be told from one whose writer died there, and a
        # shorter inventory only knows less.
        is_unseen = path.startswith("live/") and cut[-1:] in (b"", b"\n")
        if not is_unseen and not path.startswith("inventory/"):
            check(storage, path, cut, facts)


@pytest.mark.parametrize(
    "kind",
    [
        "sealed events",
        "sealed metrics",
        "compacted events",
        "compacted metrics",
        "experiments",
        "live",
        "artifacts",
    ],
)
def test_a_build_leaves_a_damaged_file_out_says_so_and_shows_the_rest(
    whole: Path, tmp_path: Path, kind: str
) -> None:
    shutil.copytree(whole, tmp_path / "archive")
    storage = LocalStorage(str(tmp_path / "archive"))
    path = kinds_of(storage)[kind][0]
    data = bytearray(storage.read(path))
    data[len(data) // 2] ^= 16
    Path(storage.locate(path)).write_bytes(bytes(data))
    build = build_site(str(tmp_path / "archive"), str(tmp_path / "site"), Config())
    assert any(path in notice for notice in build.notices)
    assert path in (tmp_path / "site" / "index.html").read_text()
    assert build.runs >= 3
    with pytest.raises(BuildError, match="strict"):
        build_site(str(tmp_path / "archive"), str(tmp_path / "strict"), Config(), strict=True)
    assert not (tmp_path / "strict").exists()


def test_a_missing_file_is_named(whole: Path, tmp_path: Path) -> None:
    for kind in ("sealed metrics", "compacted metrics", "artifacts"):
        shutil.rmtree(tmp_path / "archive", ignore_errors=True)
        shutil.copytree(whole, tmp_path / "archive")
        storage = LocalStorage(str(tmp_path / "archive"))
        path = kinds_of(storage)[kind][0]
        Path(storage.locate(path)).unlink()
        assert path in [problem.path for problem in verify_archive(storage).problems]


def test_a_description_that_is_none_is_refused_by_name(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "archive")
    (tmp_path / "archive" / "archive.json").write_text('{"format": ')
    with pytest.raises(RunreportError, match=r"archive\.json"):
        open_archive(tmp_path / "archive")


def test_an_intact_copy_merged_back_heals_a_damaged_segment(whole: Path, tmp_path: Path) -> None:
    from runreport.archive.merging import merge_archive

    facts = facts_of(LocalStorage(str(whole)))
    shutil.copytree(whole, tmp_path / "archive")
    storage = LocalStorage(str(tmp_path / "archive"))
    for kind in ("sealed events", "artifacts"):
        path = kinds_of(storage)[kind][0]
        Path(storage.locate(path)).write_bytes(b"nothing left")
    merge_archive(LocalStorage(str(whole)), storage)
    assert facts_of(storage) == facts
    assert verify_archive(storage).problems == ()


@pytest.mark.parametrize("kind", ["sealed metrics", "compacted metrics"])
def test_a_missing_metrics_file_costs_its_curves_and_no_build(
    whole: Path, tmp_path: Path, kind: str
) -> None:
    shutil.copytree(whole, tmp_path / "archive")
    storage = LocalStorage(str(tmp_path / "archive"))
    path = kinds_of(storage)[kind][0]
    Path(storage.locate(path)).unlink()
    build = build_site(str(tmp_path / "archive"), str(tmp_path / "site"), Config())
    assert build.runs == 5 and any(path in notice for notice in build.notices)

"""SAFETY 17 to 19: whatever fails at whichever primitive, nothing acknowledged is lost."""

from __future__ import annotations

import ast
import errno
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults import (
    OLD,
    OPERATIONS,
    Facts,
    FaultyStorage,
    KillServer,
    check_after,
    facts_of,
    make_base,
    refuse,
)

from runreport.archive.clock import wall_ms
from runreport.archive.purged import is_purged, read_purged
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import damaged_artifacts, verify_archive

CODES = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS)


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose syncs cost nothing: what dies here is the process, not the machine."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path_factory.mktemp("faults")
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def base(memory: Path) -> Path:
    make_base(memory)
    return memory


def fresh(base: Path) -> LocalStorage:
    root = base / "archive"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base / "base", root)
    return LocalStorage(str(root))


def finish(name: str, storage: LocalStorage, base: Path) -> None:
    """The same operation again gets through, and leaves nothing that verify has to name."""
    if name == "log an artifact again":
        seal_dead_journals(storage, now_ms=wall_ms())
        assert damaged_artifacts(read_archive(storage)) == []
    elif name not in ("log", "roll over", "log an artifact", "create an experiment"):
        OPERATIONS[name].run(storage, base, lambda fact: None)
        assert [
            str(p) for p in verify_archive(storage).problems if "unfinished" not in p.problem
        ] == []


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("torn", [False, True])
def test_an_error_at_any_primitive_loses_nothing_that_was_acknowledged(
    base: Path, name: str, torn: bool
) -> None:
    before = facts_of(LocalStorage(str(base / "base")))
    for code in CODES[:1] if torn else CODES:
        k = 0
        while True:
            k += 1
            storage = fresh(base)
            faulty = FaultyStorage(storage.root, k, refuse(code), torn)
            noted: list[tuple[object, ...]] = []
            got_through = True
            try:
                OPERATIONS[name].run(faulty, base, noted.append)
            except (OSError, Warning):  # WriteFailed is an OSError; a seal put off is a warning
                got_through = False
            check_after(storage, name, before, Counter(noted))
            finish(name, storage, base)
            if faulty.count < k:
                assert got_through
                break
        assert k > 4


def acknowledged_in(path: Path) -> tuple[Facts, bool]:
    lines = path.read_text().splitlines() if path.exists() else []
    done = lines[-1:] == ["done"]
    return Counter(ast.literal_eval(line) for line in lines if line != "done"), done


@pytest.fixture(scope="module")
def killer() -> Iterator[KillServer]:
    server = KillServer()
    yield server
    server.close()


def kill_at(
    killer: KillServer, name: str, storage: LocalStorage, base: Path, k: int, torn: bool
) -> tuple[Facts, bool]:
    """The facts acknowledged until the k-th primitive killed the process, and whether none did."""
    noted = base / "acknowledged"
    noted.unlink(missing_ok=True)
    code = killer.perform(name, storage.root, str(base), k, torn, str(noted))
    acknowledged, done = acknowledged_in(noted)
    assert code == (0 if done else -signal.SIGKILL)
    return acknowledged, done


@pytest.mark.slow
@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("torn", [False, pytest.param(True, marks=pytest.mark.long)])
def test_sigkill_at_any_primitive_loses_nothing_that_was_acknowledged(
    killer: KillServer, base: Path, name: str, torn: bool
) -> None:
    before = facts_of(LocalStorage(str(base / "base")))
    k, done = 0, False
    while not done:
        k += 1
        storage = fresh(base)
        acknowledged, done = kill_at(killer, name, storage, base, k, torn)
        check_after(storage, name, before, acknowledged)
        finish(name, storage, base)
    assert k > 4


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_an_archive_outlives_250_random_kills(killer: KillServer, base: Path, seed: int) -> None:
    rng = random.Random(seed)
    storage = fresh(base)
    before = facts_of(storage)
    for _ in range(250):
        if rng.random() < 0.2:  # else it grows, and each kill takes longer than the last
            storage = fresh(base)
            before = facts_of(storage)
        name = rng.choice(list(OPERATIONS))
        acknowledged, _ = kill_at(
            killer, name, storage, base, rng.randrange(1, 80), rng.random() < 0.5
        )
        found = facts_of(storage)
        lost = {fact[0] for fact in before | acknowledged if fact not in found}
        assert lost <= ({OLD} if is_purged(OLD, read_purged(storage)) else set())
        before = found

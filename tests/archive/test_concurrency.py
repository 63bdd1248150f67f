"""SAFETY 22: writers, compactors and readers at once; no count falls, no fact is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from faults import facts_of

from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.storage import LocalStorage
from runreport.archive.verify import verify_archive

WRITER = """
    import runreport
    runreport.set_tracking_uri(folder)
    runreport.set_experiment("shared")
    runs = points = 0
    while time.monotonic() < deadline:
        with runreport.start_run():
            runreport.log_param("writer", number)
            for step in range(20):
                runreport.log_metric("loss", step, step=step)
        runs, points = runs + 1, points + 20
    done({"runs": runs, "points": points})
"""
COMPACTOR = """
    from runreport.archive.compaction import compact_archive
    from runreport.archive.directory import open_archive
    storage, count = open_archive(folder), 0
    while time.monotonic() < deadline:
        count += len(compact_archive(storage).written)
        time.sleep(0.05)
    done({"compactions": count})
"""
READER = """
    from runreport.archive.directory import open_archive
    from runreport.archive.reading import read_archive
    from runreport.query.fold import fold_snapshot
    from runreport.query.summaries import with_stats
    from runreport.report.charts.curves import CurveReader
    storage, seen, reads = open_archive(folder), {"runs": 0, "points": 0}, 0
    while time.monotonic() < deadline:
        snapshot = read_archive(storage)
        index = fold_snapshot(snapshot)
        counts = with_stats(index.metrics).column("count").to_pylist()
        now = {"runs": index.runs.num_rows, "points": sum(counts)}
        assert all(now[key] >= seen[key] for key in seen), (seen, now)
        assert not snapshot.notices, snapshot.notices
        if index.runs.num_rows:
            oldest = index.runs.column("run_id")[-1].as_py()
            reader = CurveReader.of(snapshot)
            logged = sum(curve.logged for curve in reader.read(oldest).values())
            assert logged >= (20 if len(counts) > 20 else 0) and not reader.points.notices, logged
        seen, reads = now, reads + 1
    done({"reads": reads})
"""
FRAME = """
import json, sys, time
folder, number, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
deadline = time.monotonic() + seconds
def done(what):
    print(json.dumps(what))
if True:
"""


def start(body: str, folder: Path, seconds: int, number: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            FRAME + body,
            str(folder),
            str(number),
            str(seconds),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [6, pytest.param(30, marks=pytest.mark.long)])
def test_8_writers_2_compactors_and_4_readers_lose_nothing(tmp_path: Path, seconds: int) -> None:
    storage = open_archive(tmp_path / "archive", create=True)
    assert isinstance(storage, LocalStorage)
    folder = tmp_path / "archive"
    writers = [start(WRITER, folder, seconds, number) for number in range(8)]
    others = [start(COMPACTOR, folder, seconds) for _ in range(2)] + [
        start(READER, folder, seconds) for _ in range(4)
    ]
    ended = [process.communicate(timeout=seconds * 4 + 60) for process in writers + others]
    assert [err for _, err in ended if err] == []
    answers = [json.loads(out) for out, _ in ended]
    compact_archive(storage)
    facts = facts_of(storage)
    assert sum(1 for fact in facts if fact[1] == "run") == sum(a["runs"] for a in answers[:8])
    assert sum(1 for fact in facts if fact[1] == "point") == sum(a["points"] for a in answers[:8])
    assert sum(a.get("compactions", 0) for a in answers) >= 1
    assert min(a["reads"] for a in answers[-4:]) >= 1
    assert verify_archive(storage).problems == ()


def test_two_compactors_without_locks_do_one_work(tmp_path: Path) -> None:
    """As on an object store: both read, both write; what either wrote counts once."""

    class Lockless(LocalStorage):
        def lock(self, path: str) -> int | None:
            return None

        def is_locked(self, path: str) -> bool | None:
            return None

    from builders import log_run

    from runreport.archive.sealing import seal_journal

    storage = Lockless(str(tmp_path / "archive"))
    open_archive(tmp_path / "archive", create=True)
    for letter in "abc":
        name = log_run(storage, letter * 32, points=[1.0, 2.0]).finish()
        assert name is not None
        seal_journal(storage, name)
    before = facts_of(storage)

    class Slow(Lockless):
        """Another compactor does its whole work between this one's reads and writes."""

        def put(self, path: str, data: bytes, *, durable: bool = True) -> None:
            if "metrics" in path:
                compact_archive(storage)
            super().put(path, data, durable=durable)

    done = compact_archive(Slow(storage.root))
    assert len(done.written) == 1
    assert facts_of(storage) == before
    assert done.files_after == 2


PROGRAM = """
import runreport, sys, os
runreport.set_tracking_uri(sys.argv[1])
runreport.set_experiment("fresh")
"""


def test_8_processes_that_make_one_experiment_at_once_all_get_it(tmp_path: Path) -> None:
    for number in range(3):
        folder = tmp_path / f"archive{number}"
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(folder)], stderr=subprocess.PIPE, text=True
            )
            for _ in range(8)
        ]
        assert [process.communicate(timeout=60)[1] for process in processes] == [""] * 8
    names = os.listdir(folder / "experiments")
    assert len(names) == 1


def test_an_experiment_made_between_looking_and_making_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runreport.tracking.store import Store

    store = Store(open_archive(tmp_path / "archive", create=True))
    other = Store(open_archive(tmp_path / "archive"))
    looked: list[str] = []
    find = Store.find_experiment

    def find_late(self: Store, name: str) -> object:
        found = find(self, name)
        if self is store and not looked:
            looked.append(name)
            other.create_experiment(name)
        return found

    monkeypatch.setattr(Store, "find_experiment", find_late)
    assert store.find_or_create_experiment("x").name == "x"


def test_workers_of_joblib_log_into_journals_of_their_own(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import sys
        import joblib, runreport
        runreport.set_tracking_uri(sys.argv[1])
        def work(run_id, number):
            for step in range(50):
                runreport.log_metric(f"worker {number}", step, step=step, run_id=run_id)
            return number
        with runreport.start_run() as run:
            runreport.log_metric("parent", 1.0)
            joblib.Parallel(4, backend=sys.argv[2])(
                joblib.delayed(work)(run.info.run_id, number) for number in range(4)
            )
            runreport.log_metric("parent", 2.0, step=1)
        """
    )
    for backend in ("multiprocessing", "threading"):
        folder = tmp_path / backend
        done = subprocess.run(
            [sys.executable, "-c", program, str(folder), backend],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        storage = open_archive(folder)
        assert isinstance(storage, LocalStorage)
        points = [fact for fact in facts_of(storage) if fact[1] == "point"]
        assert len(points) == 202
        assert len({fact[0] for fact in points}) == 1

"""What happens to facts when processes die, fork or share an archive: nothing may be lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import runreport
from runreport.archive.clock import wall_ms
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.recovery import seal_dead_journals
from runreport.query.search import load_index
from runreport.query.summaries import with_stats


def start(code: str, archive: Path, **options: object) -> subprocess.Popen[str]:
    """A Python process that logs into the archive; it may print and is read line by line."""
    program = f"import runreport\nrunreport.set_tracking_uri({str(archive)!r})\n"
    return subprocess.Popen(
        [sys.executable, "-c", program + textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )


def run(code: str, archive: Path) -> str:
    process = start(code, archive)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    return out


def finish(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


ENDLESS = """
    runreport.start_run(run_name="victim")
    step = 0
    while True:
        runreport.log_metric("m", float(step), step=step)
        print(step, flush=True)
        step += 1
"""


@pytest.mark.slow
def test_sigkill_loses_nothing_a_call_has_returned_for(tmp_path: Path) -> None:
    rng = random.Random(0)
    for number in range(8):
        archive = tmp_path / f"a{number}"
        process = start(ENDLESS, archive)
        assert process.stdout is not None
        acknowledged = -1
        stop = rng.randrange(1, 400)
        while acknowledged < stop:
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = process.communicate()[0].split("\n")[:-1]
        acknowledged = int(rest[-1]) if rest else acknowledged
        storage = open_archive(archive)
        index = load_index(storage)
        (row,) = with_stats(index.metrics).to_pylist()
        assert row["count"] >= acknowledged + 1
        assert index.runs.column("status").to_pylist() == ["KILLED"]
        seal_dead_journals(storage, now_ms=wall_ms())
        (sealed,) = with_stats(load_index(storage).metrics).to_pylist()
        assert sealed == row
        assert read_archive(storage).journals == ()


def test_a_living_run_is_seen_as_running_by_another_process(tmp_path: Path) -> None:
    process = start(ENDLESS, tmp_path / "a")
    assert process.stdout is not None
    process.stdout.readline()
    try:
        (status,) = load_index(open_archive(tmp_path / "a")).runs.column("status").to_pylist()
        assert status == "RUNNING"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_several_processes_share_a_fresh_archive(tmp_path: Path) -> None:
    code = """
        runreport.set_experiment("shared")
        for number in range(10):
            with runreport.start_run():
                runreport.log_params({"n": number})
                for step in range(20):
                    runreport.log_metric("m", step, step=step)
    """
    processes = [start(code, tmp_path / "a") for _ in range(4)]
    counts = [0]
    while any(process.poll() is None for process in processes):
        if (tmp_path / "a" / "archive.json").exists():
            counts.append(load_index(open_archive(tmp_path / "a")).runs.num_rows)
        time.sleep(0.01)
    assert [finish(process) for process in processes] == [0] * 4
    index = load_index(open_archive(tmp_path / "a"))
    assert counts == sorted(counts)  # what was seen once never disappears
    assert index.runs.num_rows == 40 and index.params.num_rows == 40
    assert set(with_stats(index.metrics).column("count").to_pylist()) == {20}
    assert set(index.runs.column("status").to_pylist()) == {"FINISHED"}
    names = sorted(state.name for state in index.experiments.values())
    assert names == ["Default", "shared"]


def test_ranks_of_one_job_log_to_one_run(tmp_path: Path) -> None:
    run_id = run("print(runreport.start_run().info.run_id)", tmp_path / "a").strip()
    code = f"""
        with runreport.start_run(run_id={run_id!r}):
            for step in range(50):
                runreport.log_metric("m", step, step=step)
                runreport.log_metric("rank%d" % RANK, step, step=step)
    """
    ranks = [start(code.replace("RANK", str(rank)), tmp_path / "a") for rank in range(2)]
    assert [finish(process) for process in ranks] == [0, 0]
    counts = {
        row["key"]: row["count"]
        for row in with_stats(load_index(open_archive(tmp_path / "a")).metrics).to_pylist()
    }
    assert counts == {"m": 100, "rank0": 50, "rank1": 50}


def test_a_forked_child_logs_into_a_journal_of_its_own(tmp_path: Path) -> None:
    run(
        """
        import os
        with runreport.start_run() as own:
            runreport.log_metric("parent", 1.0)
            child = os.fork()
            if child == 0:
                for step in range(100):
                    runreport.log_metric("child", step, step=step, run_id=own.info.run_id)
                os._exit(0)
            os.waitpid(child, 0)
            runreport.log_metric("parent", 2.0, step=1)
        """,
        tmp_path / "a",
    )
    storage = open_archive(tmp_path / "a")
    index = load_index(storage)
    counts = {row["key"]: row["count"] for row in with_stats(index.metrics).to_pylist()}
    assert counts == {"child": 100, "parent": 2}
    assert read_archive(storage).journals == ()  # the parent sealed what the child left
    assert index.runs.column("status").to_pylist() == ["FINISHED"]


@pytest.mark.parametrize("kind", ["fork", "forkserver", "spawn"])
def test_a_worker_starts_without_an_active_run_in_the_archive_and_experiment_of_its_parent(
    tmp_path: Path, kind: str
) -> None:
    (tmp_path / "work.py").write_text(
        "import runreport\n"
        "def work(number):\n"
        "    assert runreport.active_run() is None\n"
        "    with runreport.start_run(run_name=f'worker {number}'):\n"
        "        runreport.log_metric('m', number)\n"
    )
    run(
        f"""
        import multiprocessing, sys
        sys.path.insert(0, {str(tmp_path)!r})
        import work
        if __name__ == "__main__":
            runreport.set_tracking_uri({str(tmp_path / "b")!r})
            runreport.set_experiment("theirs")
            with runreport.start_run(run_name="leader"):
                with multiprocessing.get_context({kind!r}).Pool(2) as pool:
                    pool.map(work.work, range(3))
                assert runreport.active_run().info.run_name == "leader"
        """,
        tmp_path / "a",
    )
    index = load_index(open_archive(tmp_path / "b"))
    names = sorted(index.runs.column("run_name").to_pylist())
    assert names == ["leader", "worker 0", "worker 1", "worker 2"]
    assert len(set(index.runs.column("experiment_id").to_pylist())) == 1
    assert set(index.runs.column("status").to_pylist()) == {"FINISHED"}


def test_a_program_that_is_started_logs_into_the_archive_and_experiment_of_its_parent(
    tmp_path: Path,
) -> None:
    program = "import runreport; runreport.log_metric('m', 1.0)"
    run(
        f"""
        import os, subprocess, sys
        runreport.set_tracking_uri("")
        os.environ["RUNREPORT_ARCHIVE"] = {str(tmp_path / "named")!r}
        runreport.set_tracking_uri({str(tmp_path / "chosen")!r})
        runreport.set_experiment("theirs")
        subprocess.run([sys.executable, "-c", {program!r}], check=True)
        runreport.set_tracking_uri("")  # the one that the environment named
        del os.environ["MLFLOW_EXPERIMENT_ID"]
        subprocess.run([sys.executable, "-c", {program!r}], check=True)
        """,
        tmp_path / "a",
    )
    for name, experiment in (("chosen", "theirs"), ("named", "Default")):
        index = load_index(open_archive(tmp_path / name))
        (owner,) = index.runs.column("experiment_id").to_pylist()
        assert index.experiments[owner].name == experiment


def test_a_fork_while_another_thread_reads_the_archive_hangs_nobody(tmp_path: Path) -> None:
    run(
        """
        import os, threading
        from runreport.tracking import active
        with active._lock:  # as held by another thread at the moment of the fork
            child = os.fork()
            if child == 0:
                runreport.start_run()
                runreport.log_metric("m", 1.0)
                runreport.end_run()
                os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        """,
        tmp_path / "a",
    )
    index = load_index(open_archive(tmp_path / "a"))
    assert index.runs.column("status").to_pylist() == ["FINISHED"]


def test_a_child_that_exits_does_not_end_its_parents_run(tmp_path: Path) -> None:
    out = run(
        """
        import multiprocessing, os
        def work():
            runreport.log_metric("child", 1.0)
        with runreport.start_run() as run:
            process = multiprocessing.get_context("fork").Process(target=work)
            process.start()
            process.join()
            print(runreport.get_run(run.info.run_id).info.status)
        """,
        tmp_path / "a",
    )
    assert out.strip() == "RUNNING"


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("runreport.start_run(); runreport.log_metric('m', 1)", "FINISHED"),
        ("runreport.start_run(); runreport.log_metric('m', 1); raise SystemExit(0)", "FINISHED"),
        ("runreport.start_run(); runreport.log_metric('m', 1); 1/0", "FAILED"),
        ("runreport.start_run(); runreport.log_metric('m', 1); raise KeyboardInterrupt", "KILLED"),
    ],
)
def test_a_run_left_open_is_ended_at_exit(tmp_path: Path, code: str, status: str) -> None:
    process = start(code, tmp_path / "a", stderr=subprocess.DEVNULL)
    process.communicate()
    index = load_index(open_archive(tmp_path / "a"))
    assert index.runs.column("status").to_pylist() == [status]
    assert index.metrics.column("last").to_pylist() == [1.0]


def test_sigterm_leaves_a_killed_run_with_all_its_data(tmp_path: Path) -> None:
    process = start(ENDLESS, tmp_path / "a")
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    process.terminate()
    process.communicate()
    index = load_index(open_archive(tmp_path / "a"))
    assert index.runs.column("status").to_pylist() == ["KILLED"]
    assert with_stats(index.metrics).column("count").to_pylist()[0] >= 20


def test_a_read_only_archive_is_read(tmp_path: Path) -> None:
    run("runreport.log_metric('m', 1.0)", tmp_path / "a")
    for path in sorted((tmp_path / "a").rglob("*"), reverse=True):
        path.chmod(0o444 if path.is_file() else 0o555)
    try:
        assert load_index(open_archive(tmp_path / "a")).runs.num_rows == 1
    finally:
        for path in (tmp_path / "a").rglob("*"):
            path.chmod(0o755)


def test_the_lock_ends_with_the_process(tmp_path: Path) -> None:
    process = start(ENDLESS, tmp_path / "a")
    assert process.stdout is not None
    process.stdout.readline()
    process.kill()
    process.communicate()
    storage = open_archive(tmp_path / "a")
    (part,) = read_archive(storage).journals
    assert storage.is_locked(part.name.lock_path) is False
    assert not part.is_alive
    assert os.path.exists(storage.locate(part.name.path))


def test_a_seal_that_fails_warns_and_keeps_the_journal(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with runreport.start_run():
        runreport.log_metric("m", 1.0)
        monkeypatch.setattr("runreport.archive.segment._encode", refuse)
        with pytest.warns(UserWarning, match="archive seal"):
            runreport.end_run()
    monkeypatch.undo()
    index = load_index(open_archive(archive))
    assert index.metrics.num_rows == 1
    assert index.runs.column("status").to_pylist() == ["FINISHED"]

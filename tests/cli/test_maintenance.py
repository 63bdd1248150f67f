from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import log_run, sample_archive
from click.testing import CliRunner, Result

from runreport.archive.directory import open_archive
from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer
from runreport.cli import root


def command(*words: object) -> Result:
    return CliRunner().invoke(root, list(map(str, words)))


def facts(archive: Path) -> dict[str, object]:
    return json.loads(command("archive", "info", archive, "--json").output)  # type: ignore[no-any-return]


def test_merge_makes_the_target_and_says_what_it_did(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=2)
    first = command("archive", "merge", tmp_path / "a", tmp_path / "b")
    assert first.exit_code == 0 and "0 there already" in first.output
    again = command("archive", "merge", tmp_path / "a", tmp_path / "b")
    assert "0 files (0 B) copied" in again.output
    assert facts(tmp_path / "b")["runs"] == 2


def test_merge_lists_conflicts_once(tmp_path: Path) -> None:
    for name, value in (("a", "1"), ("b", "2")):
        storage = open_archive(tmp_path / name, create=True)
        assert isinstance(storage, LocalStorage)
        log_run(storage, params={"lr": value}).finish()
    done = command("archive", "merge", tmp_path / "a", tmp_path / "b")
    assert "Conflict: run aaaa" in done.output and "param 'lr'" in done.output
    assert "Conflict" not in command("archive", "merge", tmp_path / "a", tmp_path / "b").output
    fresh = command("archive", "merge", tmp_path / "a", tmp_path / "b", tmp_path / "c", "--json")
    (conflict,) = json.loads(fresh.output)["conflicts"]
    assert (conflict["kind"], conflict["values"]) == ("ParamConflict", ["1", "2"])


def test_merge_exits_with_1_when_something_could_not_be_copied(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=2)
    path = next(f for f in (tmp_path / "a" / "segments").rglob("*.events.parquet"))
    path.write_bytes(b"damaged")
    done = command("archive", "merge", tmp_path / "a", tmp_path / "b")
    assert done.exit_code == 1 and path.name in done.output
    assert facts(tmp_path / "b")["runs"] == 1


def test_compact_says_how_many_files_are_left(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=3)
    done = command("archive", "compact", tmp_path / "a")
    assert "3 segments put together into 1 segment: 6 files before, 2 now." in done.output
    assert "Nothing to compact: 2 files." in command("archive", "compact", tmp_path / "a").output
    assert (facts(tmp_path / "a")["compacted"], facts(tmp_path / "a")["segments"]) == (1, 1)


def test_purge_asks_first_and_takes_a_short_id(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=2)
    runs = json.loads(command("runs", "search", "-a", tmp_path / "a", "--json").output)
    short = runs[0]["run_id"][:10]
    refused = command("archive", "purge", "-a", tmp_path / "a", short)
    assert refused.exit_code == 1 and "--yes" in str(refused.exception)
    assert facts(tmp_path / "a")["runs"] == 2
    assert command("runs", "purge", "-a", tmp_path / "a", "-y", short).exit_code == 0
    assert (facts(tmp_path / "a")["runs"], facts(tmp_path / "a")["purged"]) == (1, 1)
    finished = command("archive", "purge", "-a", tmp_path / "a")
    assert finished.exit_code == 0 and "Nothing is left" in finished.output


def test_an_argument_and_an_option_that_differ_are_refused(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=1)
    done = command("archive", "info", "-a", tmp_path / "b", tmp_path / "a")
    assert done.exit_code == 2 and "--archive" in done.output


def test_purge_names_runs_that_were_nested_in_the_purged_one(tmp_path: Path) -> None:
    storage = open_archive(tmp_path / "a", create=True)
    assert isinstance(storage, LocalStorage)
    log_run(storage, "a" * 32).finish()
    log_run(storage, "b" * 32).finish()
    child = Writer(storage, "0", "b" * 32)
    child.log_values("tag", {"mlflow.parentRunId": "a" * 32})
    child.finish()
    done = command("archive", "purge", "-a", tmp_path / "a", "-y", "a" * 32)
    assert f"Run {'b' * 32} was nested" in done.output


def test_purging_what_is_not_there_says_how_to_find_it(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=1)
    done = command("archive", "purge", "-a", tmp_path / "a", "-y", "nothing")
    assert "no run or experiment 'nothing'" in str(done.exception)
    assert "experiments list --all" in str(done.exception)


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_export_writes_two_tables(tmp_path: Path, form: str) -> None:
    sample_archive(tmp_path / "a", runs=2)
    done = command("archive", "export", tmp_path / "a", "-o", tmp_path / "out", "--format", form)
    assert done.exit_code == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [f"metrics.{form}", f"runs.{form}"]


def test_export_of_one_run_is_a_zip(tmp_path: Path) -> None:
    sample_archive(tmp_path / "a", runs=1)
    runs = json.loads(command("runs", "search", "-a", tmp_path / "a", "--json").output)
    words = ("-o", tmp_path / "one", "--run", runs[0]["run_id"][:8], "--json")
    done = command("archive", "export", tmp_path / "a", *words)
    assert json.loads(done.output)["files"] == [str(tmp_path / "one.zip")]
    assert (tmp_path / "one.zip").stat().st_size > 500

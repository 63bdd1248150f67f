"""The command line as a person uses it, mistakes included."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest
from builders import sample_archive
from cli.reference import every_command, reference
from click.testing import CliRunner

from runreport.cli import main
from runreport.tracking import active
from runreport.tracking import store as store_module


def command(*arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """A command in this process, in a tenth of the time of one of its own; nothing of it stays."""
    without: dict[str, str | None] = {n: None for n in os.environ if n.startswith("MLFLOW_")}
    stdin = io.BytesIO((input or "").encode())
    with (
        patch.dict(os.environ),
        patch.object(sys, "argv", ["runreport", *arguments]),
        patch.multiple(active, location=None, experiment=None),
        CliRunner().isolation(stdin, env=without) as (out, err, _),
    ):
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        told, complained = out.getvalue().decode(), err.getvalue().decode()
    store_module._open.cache_clear()
    return subprocess.CompletedProcess(arguments, code, told, complained)


def ok(*arguments: str, input: str | None = None) -> str:
    done = command(*arguments, input=input)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def sample(tmp_path: Path) -> str:
    return str(sample_archive(tmp_path / "archive", runs=4))


def test_a_config_that_came_with_an_archive_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample_archive(tmp_path / "theirs" / "archive", runs=1)
    (tmp_path / "theirs" / "runreport.toml").write_text('title = "theirs"')
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    done = command("build", "../theirs/archive")
    assert done.returncode == 0 and "runreport.toml is not read" in done.stderr
    assert "<title>theirs" not in (tmp_path / "mine" / "site" / "index.html").read_text()


def test_build_says_in_one_line_what_was_made_and_where(sample: str, tmp_path: Path) -> None:
    done = command("build", sample, "-o", str(tmp_path / "out"))
    assert done.returncode == 0 and done.stderr == ""
    pattern = r"Built 17 pages, 3 charts from 4 runs in \d+\.\d s, 1\.\d+ MB → out/index\.html\n"
    assert re.fullmatch(pattern, done.stdout)
    assert (tmp_path / "out" / "index.html").exists()
    told = json.loads(ok("build", "-a", sample, "-o", str(tmp_path / "out"), "--json"))
    assert told["runs"] == 4 and told["notices"] == []
    assert ok("build", sample, "-o", str(tmp_path / "out"), "--quiet", "--theme", "plain") == ""


def test_experiments_are_listed_shown_made_deleted_and_restored(sample: str) -> None:
    listed = ok("experiments", "list", "-a", sample).splitlines()
    assert listed[0].split() == ["ID", "NAME", "RUNS", "UPDATED", "STAGE"]
    assert any("Sample" in line and " 4 " in line for line in listed)
    identity = ok("experiments", "create", "New one", "-t", "team=red", "-a", sample).strip()
    shown = json.loads(ok("experiments", "show", "New one", "-a", sample, "--json"))
    assert shown["experiment_id"] == identity and shown["tags"] == {"team": "red"}
    text = ok("experiments", "show", identity, "-a", sample)
    assert "tag team: red" in text and re.search(
        r"creation time: \d{4}-\d\d-\d\d \d\d:\d\d UTC", text
    )
    assert "restore" in ok("experiments", "delete", "New one", "-a", sample)
    assert "New one" not in ok("experiments", "list", "-a", sample)
    assert "New one" in ok("experiments", "list", "--all", "-a", sample)
    ok("experiments", "restore", "New one", "-a", sample)
    assert len(json.loads(ok("experiments", "list", "-a", sample, "--json"))) == 3


def run_ids(archive: str, *arguments: str) -> list[str]:
    return [
        r["run_id"] for r in json.loads(ok("runs", "search", "-a", archive, "--json", *arguments))
    ]


def test_runs_are_searched_and_shown(sample: str) -> None:
    table = ok(
        "runs", "search", "-a", sample, "-x", "Sample", "--order-by", "metrics.accuracy DESC"
    )
    lines = table.splitlines()
    assert lines[0].startswith("RUN ID") and "run-3" in lines[1] and len(lines) == 5
    assert len(run_ids(sample, "-f", "params.model = 'net'")) == 2
    assert len(run_ids(sample, "--max-results", "1")) == 1
    run_id = run_ids(sample)[0]
    text = ok("runs", "show", run_id[:10], "-a", sample)
    assert f"run {run_id}" in text and "  lr = " in text
    assert json.loads(ok("runs", "show", run_id, "-a", sample, "--json"))["status"] == "FINISHED"


def test_runs_are_tagged_noted_deleted_and_restored(sample: str, tmp_path: Path) -> None:
    run_id = run_ids(sample)[0]
    ok("runs", "tag", run_id, "stage=final", "note=a=b", "-a", sample)
    tags = json.loads(ok("runs", "show", run_id, "-a", sample, "--json"))["tags"]
    assert tags["stage"] == "final" and tags["note"] == "a=b"
    ok("runs", "tag", run_id, "-d", "stage", "-a", sample)
    ok("runs", "note", run_id, "-", "-a", sample, input="# Why\n")
    assert ok("runs", "note", run_id, "-a", sample) == "# Why\n\n"
    assert "restore" in ok("runs", "delete", run_id, "-a", sample)
    assert run_id not in run_ids(sample) and run_ids(sample, "--deleted") == [run_id]
    ok("runs", "restore", run_id, "-a", sample)
    assert "notes/hello.txt" in ok("runs", "artifacts", run_id, "-a", sample)
    ok("runs", "artifacts", run_id, "-a", sample, "-o", str(tmp_path / "files"))
    assert (tmp_path / "files" / "notes" / "hello.txt").read_text().startswith("hello")


def test_log_makes_a_run_from_a_shell_and_adds_to_it(tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    (tmp_path / "x.txt").write_text("x")
    run_id = ok(
        "log", "-a", archive, "-x", "shell", "-n", "first", "-p", "lr=0.1", "-m", "loss=0.5",
        "-t", "a=b", "-f", "x.txt",
    ).strip()  # fmt: skip
    ok("log", "-a", archive, "-r", run_id[:8], "-m", "loss=0.25", "-s", "3")
    done = command("log", "-a", archive, "-r", run_id, "-x", "other")
    assert done.returncode == 2 and "leave --experiment out" in done.stderr
    assert "other" not in ok("experiments", "list", "-a", archive)
    shown = json.loads(ok("runs", "show", run_id, "-a", archive, "--json"))
    assert shown["params"] == {"lr": "0.1"} and shown["metrics"] == {"loss": 0.25}
    assert shown["run_name"] == "first" and shown["status"] == "FINISHED"


def test_run_logs_any_command_with_its_output_and_exit_code(tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    program = "import runreport as r; r.log_metric('inner', 7); print('hi'); raise SystemExit(3)"
    done = command("run", "-a", archive, "-n", "job", "--", sys.executable, "-c", program)
    assert done.returncode == 3 and done.stdout == "hi\n" and "exit code 3" in done.stderr
    (run,) = json.loads(ok("runs", "search", "-a", archive, "--json"))
    assert run["status"] == "FAILED" and run["metrics"] == {"inner": 7.0, "exit_code": 3.0}
    ok("runs", "artifacts", run["run_id"], "-a", archive, "-o", str(tmp_path / "out"))
    assert (tmp_path / "out" / "output.txt").read_text() == "hi\n"


def test_run_keeps_the_last_words_of_a_command_that_is_stopped(tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    program = (
        "import signal, sys, time\n"
        "def stop(*_):\n    print('x' * 300000); print('bye'); sys.exit(7)\n"
        "signal.signal(signal.SIGTERM, stop)\nprint('ready', flush=True)\ntime.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", "from runreport.cli import main; main()", "run", "-a", archive,
         "--", sys.executable, "-c", program],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.terminate()
    out, _ = process.communicate(timeout=30)
    assert out.endswith("bye\n") and process.returncode == 7
    (run,) = json.loads(ok("runs", "search", "-a", archive, "--json"))
    assert run["status"] == "FAILED" and run["metrics"]["exit_code"] == 7
    ok("runs", "artifacts", run["run_id"], "-a", archive, "-o", str(tmp_path / "out"))
    assert (tmp_path / "out" / "output.txt").read_text().endswith("bye\n")


def test_run_leaves_the_commands_own_options_alone_and_show_knows_infinity(tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    program = "import sys; print(sys.argv[1:])"
    out = ok("run", "-a", archive, sys.executable, "-c", program, "-n", "5", "-a", "x")
    assert out == "['-n', '5', '-a', 'x']\n"
    run_id = ok("log", "-a", archive, "-m", "big=inf").strip()
    assert "big = ∞" in ok("runs", "show", run_id, "-a", archive)


def test_the_archive_is_described_sealed_and_verified(sample: str) -> None:
    told = json.loads(ok("archive", "info", sample, "--json"))
    assert (told["runs"], told["segments"], told["problems"]) == (4, 4, [])
    assert "runs: 4" in ok("archive", "info", "-a", sample)
    assert ok("archive", "seal", sample) == "Sealed 0 journals.\n"
    assert "all sound" in ok("archive", "verify", sample)
    (path, *_) = Path(sample).glob("segments/*/*.metrics.parquet")
    path.write_bytes(path.read_bytes() + b"x")
    done = command("archive", "verify", sample)
    assert done.returncode == 1 and path.name in done.stdout
    assert json.loads(command("archive", "verify", sample, "--json").stdout)["problems"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["bild"], 2, "Did you mean 'build'"),
        (["build", "nowhere"], 1, "no file or folder nowhere"),
        (["build", "ARCHIVE", "-o", "ARCHIVE"], 1, "no build of runreport made"),
        (["build", "ARCHIVE", "--theme", "defalt"], 1, "Did you mean 'default'"),
        (["build", "ARCHIVE", "--config", "none.toml"], 1, "none.toml"),
        (["runs", "search", "-a", "ARCHIVE", "-f", "metrics.loss > 'a'"], 1, "column 16"),
        (["runs", "search", "-a", "ARCHIVE", "-x", "Sampel"], 1, "Did you mean 'Sample'"),
        (["runs", "show", "zzz", "-a", "ARCHIVE"], 1, "no run 'zzz'"),
        (["runs", "show", "", "-a", "ARCHIVE"], 1, "no run ''"),
        (["runs", "tag", "x", "-a", "ARCHIVE"], 2, "KEY=VALUE"),
        (["runs", "tag", "x", "novalue", "-a", "ARCHIVE"], 1, "no run"),
        (["log", "-a", "new", "-m", "loss=high"], 1, "a number is needed"),
        (["log", "-a", "new", "-f", "none.txt"], 1, "no file 'none.txt'"),
        (["experiments", "create", "Sample", "-a", "ARCHIVE"], 1, "exists already"),
        (["run", "-a", "new", "--", "no-such-program"], 1, "Could not run 'no-such-program'"),
        (["build", "-a", "s3x://bucket"], 1, "cannot be reached"),
    ],
)
def test_a_mistake_gets_one_clear_error_and_no_stack(
    sample: str, arguments: list[str], code: int, message: str
) -> None:
    done = command(*[sample if word == "ARCHIVE" else word for word in arguments])
    assert done.returncode == code
    assert message in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_terminal_shows_no_control_characters_of_the_archive(tmp_path: Path) -> None:
    archive = str(tmp_path / "a")
    ok("log", "-a", archive, "-n", "evil\x1b[31m\u202e\nname")
    out = ok("runs", "search", "-a", archive)
    assert "\x1b" not in out and "\u202e" not in out and "evil\\x1b[31m" in out
    assert len(out.splitlines()) == 2


def test_the_reference_of_commands_is_up_to_date() -> None:
    text = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
    assert text == reference(), "run: python tests/cli/reference.py"
    for words, command in every_command():
        assert f"`runreport {' '.join(words)}`" in text
        assert command.help or command.short_help


def test_a_site_is_not_built_into_the_archive(sample: str) -> None:
    done = command("build", sample, "-o", f"{sample}/site")
    assert done.returncode == 1 and "outside it" in done.stderr
    assert not Path(sample, "site").exists()


def test_a_changed_artifact_is_not_copied_out(sample: str, tmp_path: Path) -> None:
    run_id = json.loads(ok("runs", "search", "-a", sample, "--json"))[0]["run_id"]
    Path(sample, "artifacts", run_id, "notes", "hello.txt").write_text("changed")
    done = command("runs", "artifacts", run_id, "-a", sample, "-o", str(tmp_path / "out"))
    assert done.returncode == 1 and "not the file that was logged" in done.stderr
    assert not (tmp_path / "out").exists()

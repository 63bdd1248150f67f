"""`table` as an author types it, and `--verify` as the job before a submission does."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.test_commands import command, ok

import runreport

ASKED = ("--rows", "params.model", "--cols", "tags.data", "--value", "metrics.acc")


def log(archive: Path, model: str, value: float) -> None:
    runreport.set_tracking_uri(archive)
    runreport.set_experiment("Bench")
    with runreport.start_run():
        runreport.log_param("model", model)
        runreport.set_tag("data", "digits")
        runreport.log_metric("acc", value)


@pytest.fixture
def runs(archive: Path) -> str:
    for model, value in (("net", 0.91), ("net", 0.93), ("tree", 0.85)):
        log(archive, model, value)
    return str(archive)


def test_a_table_is_aligned_on_a_terminal(runs: str) -> None:
    assert ok("table", "-a", runs, *ASKED).splitlines() == [
        "MODEL           digits",
        "net    0.920 ± 0.014 *",
        "tree             0.850",
        "* best, and what is not clearly worse",
    ]


@pytest.mark.parametrize("ending", ["tex", "md", "html"])
def test_a_file_is_verified_by_what_it_says_of_itself(
    runs: str, archive: Path, tmp_path: Path, ending: str
) -> None:
    path = str(tmp_path / f"table.{ending}")
    ok("table", "-a", runs, *ASKED, "-o", path, "-x", "Bench", "--url", "https://a.org/--x")
    assert "as the archive says" in ok("table", "-a", runs, "--verify", path)
    log(archive, "tree", 0.95)
    done = command("table", "-a", runs, "--verify", path)
    assert done.returncode == 1 and "says other than the archive" in done.stderr
    assert "0.850" in done.stdout and "0.900" in done.stdout and "0.071" in done.stdout


def test_a_number_changed_by_hand_is_found(runs: str, tmp_path: Path) -> None:
    path = tmp_path / "table.tex"
    ok("table", "-a", runs, *ASKED, "-o", str(path))
    path.write_text(path.read_text().replace("0.920", "0.950"))
    done = command("table", "-a", runs, "--verify", str(path))
    assert done.returncode == 1 and "0.950" in done.stdout and "0.920" in done.stdout


def test_a_file_without_comments_is_verified_by_its_options(runs: str, tmp_path: Path) -> None:
    path = str(tmp_path / "table.csv")
    ok("table", "-a", runs, *ASKED, "-o", path)
    assert "as the archive says" in ok("table", "-a", runs, *ASKED, "--verify", path)
    done = command("table", "-a", runs, "--verify", path)
    assert done.returncode == 1 and "does not say how it was made" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "--rows params.model"),
        (("--rows", "params.modle", "--value", "acc"), "Did you mean"),
        (("--rows", "params.model", "--value", "params.model"), "is no metric"),
        (("--rows", "params.model", "--value", "acc", "--agg", "mode"), "no aggregate 'mode'"),
        (("--rows", "params.model", "--value", "acc", "-f", "params.model = 'x'"), "No run"),
        (("--verify", "/nowhere.tex"), "Could not read /nowhere.tex"),
        (("--rows", "params.model", "--value", "acc", "-o", "x.pdf"), "ends in none of"),
    ],
)
def test_a_mistake_is_one_clear_message(runs: str, arguments: tuple[str, ...], told: str) -> None:
    done = command("table", "-a", runs, *arguments)
    assert done.returncode in (1, 2) and told in done.stderr and "Traceback" not in done.stderr


def test_what_a_file_says_of_itself_may_be_anything(runs: str, tmp_path: Path) -> None:
    path = tmp_path / "table.tex"
    whole = '"rows": ["params.model"], "cols": [], "values": ["acc"]'
    odd = ('"digits": "2"', '"digits": true', '"agg": 5', '"url": [1]', '"form": "docx"',
           '"directions": {"acc": "up"}', '"values": [""]', '"x": ' + "[" * 100_000)  # fmt: skip
    for said in ('{"rows": 3}', '{"evil": 1}', "{", '{"rows": [], "cols": [], "values": []}',
                 *(f"{{{whole}, {own}}}" for own in odd)):  # fmt: skip
        path.write_text(f"% runreport table {said}\n")
        done = command("table", "-a", runs, "--verify", str(path))
        assert done.returncode in (1, 2) and "Traceback" not in done.stderr


def test_what_was_settled_when_a_file_was_made_is_not_settled_again(
    archive: Path, tmp_path: Path
) -> None:
    for model, value in (("a", 0.1), ("b", 0.2)):
        log(archive, model, value)
    config, path = tmp_path / "own.toml", tmp_path / "table.tex"
    config.write_text('[experiments.Bench]\nprimary_metric = "acc"\ndirection = "min"\n')
    given = ("--rows", "params.model", "--value", "acc", "--config", str(config))
    ok("table", "-a", str(archive), *given, "-o", str(path))
    assert "mathbf{0.1}" in path.read_text()
    assert "as the archive says" in ok("table", "-a", str(archive), "--verify", str(path))
    path.write_text(f"\ufeff% mine\n{path.read_text()}")
    assert "as the archive says" in ok("table", "-a", str(archive), "--verify", str(path))
    head, _, rest = path.read_text().partition("}\n")
    path.write_text(head + "}\n" + rest.replace("\n", "\x85"))
    assert command("table", "-a", str(archive), "--verify", str(path)).returncode == 1


def test_what_nobody_knew_when_a_file_was_made_no_config_decides_later(
    archive: Path, tmp_path: Path
) -> None:
    for value in (0.1, 0.2):
        log(archive, str(value), value)
    with runreport.start_run():
        runreport.log_params({"model": "c"})
        runreport.log_metric("blob", 1.0)
    config, path = tmp_path / "own.toml", tmp_path / "table.tex"
    config.write_text('primary_metric = "blob"\ndirection = "min"\n')
    given = ("-a", str(archive), "--rows", "params.model", "--value", "blob")
    ok("table", *given, "-o", str(path))
    verified = ok("table", "-a", str(archive), "--config", str(config), "--verify", str(path))
    assert "as the archive says" in verified

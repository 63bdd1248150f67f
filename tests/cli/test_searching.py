"""`runs search` in its formats and groups, and `runs diff`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from builders import sample_archive
from cli.test_commands import command, ok

import runreport


@pytest.fixture
def sample(tmp_path: Path) -> str:
    return str(sample_archive(tmp_path / "archive", runs=6))


def search(archive: str, *arguments: str) -> str:
    return ok("runs", "search", "-a", archive, *arguments)


def test_the_language_with_its_extensions(sample: str) -> None:
    either = "(metrics.accuracy >= 0.65 or params.seed in (1))"
    text = f"params.model = 'net' and {either} and duration < 1h"
    rows = json.loads(search(sample, "-f", text, "--json", "--order-by", "run_name"))
    assert [row["run_name"] for row in rows] == ["run-1", "run-3", "run-5"]
    done = command("runs", "search", "-a", sample, "-f", text, "--mlflow-strict")
    assert done.returncode == 1 and "Invalid clause(s) in filter string" in done.stderr


def test_a_typing_mistake_is_named_and_one_that_finds_nothing_too(sample: str) -> None:
    done = command("runs", "search", "-a", sample, "-f", "acuracy > 0.5")
    assert done.returncode == 1 and "did you mean metrics.accuracy?" in done.stderr
    assert "acuracy > 0.5\n  ^" in done.stderr and "Traceback" not in done.stderr
    done = command("runs", "search", "-a", sample, "-f", "metrics.acuracy > 0.5")
    assert done.returncode == 0
    assert "No run here has metrics.acuracy. Did you mean metrics.accuracy?" in done.stderr
    assert "No run matches." in done.stderr
    shown = ("--columns", "params.lrr", "-f", "status = 'finished' or metrics.loss.std > 1")
    notes = command("runs", "search", "-a", sample, *shown).stderr
    assert "Did you mean params.lr?" in notes
    assert "There is no status “finished”; they are RUNNING," in notes
    assert "metrics.loss has .min, .max, .mean, but no .std." in notes


def test_csv_has_every_column_and_every_digit(sample: str) -> None:
    rows = list(csv.DictReader(io.StringIO(search(sample, "--format", "csv"))))
    assert len(rows) == 6
    first = next(row for row in rows if row["tags.mlflow.runName"] == "run-0")
    runs = runreport.search_runs(search_all_experiments=True, output_format="list")
    run = next(run for run in runs if run.info.run_name == "run-0")
    assert float(first["metrics.loss"]) == run.data.metrics["loss"]
    assert first["params.lr"] == "0.001" and first["run_id"] == run.info.run_id
    assert first["start_time"].endswith("+00:00") and "T" in first["start_time"]


def test_columns_are_chosen_for_each_format(sample: str) -> None:
    columns = ("--columns", "run_name,params.lr", "--columns", "metrics.loss.min,duration")
    order = ("--order-by", "run_name", "--max-results", "1")
    table = search(sample, *columns, *order).splitlines()
    assert table[0].split() == ["NAME", "lr", "loss.min", "DURATION"]
    assert table[1].split()[:2] == ["run-0", "0.001"]
    (row,) = json.loads(search(sample, *columns, *order, "--format", "json"))
    assert set(row) == {"run_name", "params.lr", "metrics.loss.min", "duration"}
    markdown = search(sample, *columns, *order, "--format", "md").splitlines()
    assert markdown[0] == "| name | lr | loss.min | duration |"
    assert markdown[1] == "| --- | --- | ---: | ---: |"
    latex = search(sample, *columns, *order, "--format", "latex").splitlines()
    assert latex[1] == "\\begin{tabular}{llrr}" and latex[-1] == "\\end{tabular}"
    assert latex[5].endswith(" \\\\")
    done = command("runs", "search", "-a", sample, "--columns", "los")
    assert (
        done.returncode == 1
        and "unknown attribute “los” (did you mean metrics.loss?)" in done.stderr
    )


def test_marks_of_the_format_in_names_are_escaped(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "archive")
    with runreport.start_run(run_name="a|b_50% & more"):
        pass
    archive = str(tmp_path / "archive")
    assert "a\\|b\\_50% \\& more" in search(archive, "--format", "md")
    assert "a\\textbar{}b\\_50\\% \\& more" in search(archive, "--format", "latex")


def test_how_many_are_not_shown_is_said(sample: str) -> None:
    done = command("runs", "search", "-a", sample, "--max-results", "2")
    assert "2 of 6 runs; --max-results 0 shows all of them." in done.stderr
    assert len(search(sample, "--max-results", "0").splitlines()) == 7


def test_groups_show_mean_spread_and_number(sample: str) -> None:
    table = search(sample, "--group-by", "params.model", "--columns", "metrics.accuracy")
    lines = table.splitlines()
    assert lines[0].split() == ["model", "n", "accuracy"]
    assert lines[1].split() == ["net", "3", "0.65", "±", "0.1"]
    assert lines[2].split() == ["tree", "3", "0.6", "±", "0.1"]
    order = ("--order-by", "metrics.accuracy", "--agg", "mean,max")
    rows = json.loads(
        search(sample, "--group-by", "params.model,tags.team", *order, "--format", "json")
    )
    assert [row["params.model"] for row in rows] == ["tree", "net"]
    assert rows[0]["metrics.accuracy.max"] == 0.7 and rows[0]["runs"] == 3
    by_size = search(sample, "--group-by", "params.lr", "--order-by", "n DESC", "--agg", "n")
    assert by_size.splitlines()[0].split() == ["lr", "n"]
    by_number = search(sample, "--group-by", "params.lr", "--format", "csv").splitlines()
    assert [line.split(",")[0] for line in by_number[1:]] == ["0.001", "0.01", "0.1"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--agg", "median"), "There is no aggregate 'median'; use mean, std, min, max, n."),
        (("--columns", "params.lr"), "Only metrics are aggregated, not 'params.lr'."),
        (("--order-by", "params.seed"), "Groups cannot be ordered by 'params.seed'"),
    ],
)
def test_groups_that_make_no_sense(sample: str, arguments: tuple[str, ...], problem: str) -> None:
    done = command("runs", "search", "-a", sample, "--group-by", "params.model", *arguments)
    assert done.returncode == 1 and problem in done.stderr


def test_a_group_says_how_many_of_its_runs_have_the_metric(tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "archive")
    for value in (1.0, 2.0, None, float("nan")):
        with runreport.start_run():
            runreport.log_param("model", "diverged" if value != value else "net")
            runreport.log_metric("other", 0.0)
            if value is not None:
                runreport.log_metric("loss", value)
    lines = search(str(tmp_path / "archive"), "--group-by", "params.model").splitlines()
    assert lines[0].split() == ["model", "loss", "loss", "n", "other", "other", "n"]
    assert lines[2].split() == ["net", "1.5", "±", "0.707", "2", "0", "±", "0", "3"]
    order = ("--order-by", "metrics.loss DESC", "--format", "csv")
    rows = search(str(tmp_path / "archive"), "--group-by", "params.model", *order).splitlines()
    assert [row.split(",")[0] for row in rows[1:]] == ["net", "diverged"]  # what has none is last
    assert "(1 left out)" in lines[1] + lines[2]
    latex = search(str(tmp_path / "archive"), "--group-by", "params.model", "--format", "latex")
    assert "(1 left out)" in latex


def test_options_that_would_do_nothing_are_refused(sample: str) -> None:
    for arguments in (("--agg", "mean"), ("--json", "--format", "csv")):
        done = command("runs", "search", "-a", sample, *arguments)
        assert done.returncode == 2, arguments


def test_two_runs_are_compared(sample: str) -> None:
    found = json.loads(search(sample, "--json", "--order-by", "run_name"))
    left, right = found[0]["run_id"], found[1]["run_id"]
    text = ok("runs", "diff", left[:12], right, "-a", sample)
    assert text.startswith(f"A  {left}  run-0")
    assert "model" in text and "tree" in text and "+0.05" in text and "team" in text
    assert "python" not in text
    assert "python" in ok("runs", "diff", left, right, "-a", sample, "--all")
    assert ok("runs", "diff", "run-0", "run-1", "-a", sample) == text
    told = json.loads(ok("runs", "diff", left, right, "-a", sample, "--json"))
    assert told["params"]["lr"] == ["0.001", "0.01"] and told["environment"] == {}
    assert "No difference" in ok("runs", "diff", left, left, "-a", sample)
    done = command("runs", "diff", left, "zzz", "-a", sample)
    assert done.returncode == 1 and "There is no run 'zzz'" in done.stderr

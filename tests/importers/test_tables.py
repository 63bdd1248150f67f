"""Tables: CSV loggers and JSON lines, a curve a column."""

from __future__ import annotations

from pathlib import Path

import pytest
from stores import Taken, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_any_separator(project: Path, separator: str) -> None:
    rows = [("epoch", "acc", "loss"), ("0", "0.5", "1.5"), ("1", "0.75", "nan")]
    write(project / "training.log", "\n".join(separator.join(row) for row in rows) + "\n")
    taken = take(project)
    assert taken.curve("acc", "project") == [(0, 0.5), (1, 0.75)]
    assert repr(taken.curve("loss")) == "[(0, 1.5), (1, nan)]"


def test_a_file_is_named_by_its_stem_or_its_folder(project: Path) -> None:
    write(project / "a" / "history.csv", "epoch,loss\n0,1\n")
    write(project / "a" / "resnet.csv", "epoch,loss\n0,1\n")
    taken = take(project)
    names = {(taken.experiment_of(run), run.info.run_name)
             for run in map(taken.run, ("a", "resnet"))}  # fmt: skip
    assert names == {("project", "a"), ("a", "resnet")}


def test_holes_words_and_short_rows(project: Path) -> None:
    write(project / "log.csv", "step,loss,note\n0,1,hello\n1,,\n2,3\n")
    taken = take(project)
    assert taken.curve("loss") == [(0, 1.0), (2, 3.0)]
    assert taken.told.left_out == {"cells of tables that are no numbers": 1}
    assert taken.lost == ["log.csv: 1 of its rows have not 3 cells"]


def test_columns_of_one_name_are_told_apart(project: Path) -> None:
    write(project / "log.csv", "step,loss,loss\n0,1,2\n")
    assert set(take(project).run().data.metrics) == {"loss", "loss (2)"}


def test_steps_that_are_no_whole_numbers_are_counted(project: Path) -> None:
    write(project / "log.csv", "epoch,loss\n0.5,1\n1.5,2\n")
    assert take(project).curve("loss") == [(0, 1.0), (1, 2.0)]


def test_json_lines_by_step_with_a_torn_last_line(project: Path) -> None:
    lines = '{"step": 0, "loss": 1, "eval": {"acc": 0.5}, "ok": true}\n{"step": 5, "loss": 0.5}\n'
    write(project / "metrics.jsonl", lines + '{"step": 6, "lo')
    taken = take(project)
    assert taken.curve("loss") == [(0, 1.0), (5, 0.5)]
    assert taken.curve("eval/acc") == [(0, 0.5)]
    assert taken.lost == ["metrics.jsonl: 1 of its lines are no JSON objects (line 3)"]

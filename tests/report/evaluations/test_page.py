from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import pages_of

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.report.assemble import Report, assemble_report
from runreport.report.config import parse_config
from runreport.report.evaluations.comparison import compare_tables
from runreport.report.evaluations.page import TABLE_FILE


def report_of(archive: Path) -> Report:
    snapshot = read_archive(open_archive(archive))
    return assemble_report(snapshot, parse_config({}), now_ms=None, version="0")


def evaluate(name: str, answers: list[str], questions: tuple[str, ...] = ("a?", "b?")) -> None:
    with runreport.start_run(run_name=name):
        runreport.evaluate(
            lambda _: answers,
            {"inputs": list(questions), "truth": [f"the {one[0]}" for one in questions]},
            targets="truth",
            metrics=["exact_match", "token_count"],
        )


def test_a_results_table_is_a_page_of_its_run(archive: Path) -> None:
    evaluate("one", ["the a", "no"])
    (run,) = pages_of(report_of(archive))
    page = run.evaluation
    assert page is not None and page.folder == f"{run.folder}/evaluation"
    assert [(c.label, c.kind) for c in page.table.columns] == [
        ("inputs", "input"), ("target", "target"), ("outputs", "output"),
        ("exact_match", "score"), ("token_count", "score"),
    ]  # fmt: skip
    assert [[str(cell) for cell in row] for row in page.rows] == [
        ["a?", "the a", "the a", "1", "2"], ["b?", "the b", "no", "0", "1"],
    ]  # fmt: skip
    content = page.script.content.removeprefix("runreport.evaluation(").removesuffix(");\n")
    table = json.loads(content.partition(",")[2])
    assert table["rows"][1] == ["b?", "the b", "no", 0, 1]


def test_a_run_without_one_has_no_such_page(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("m", 1.0)
    (run,) = pages_of(report_of(archive))
    assert run.evaluation is None
    assert report_of(archive).evaluations == ()


def test_the_newest_two_runs_are_compared_by_their_inputs(archive: Path) -> None:
    evaluate("old", ["the a", "no"])
    evaluate("new", ["x", "the a", "no"], ("c?", "a?", "b?"))
    report = report_of(archive)
    (page,) = report.evaluations
    assert [run.name for run in page.runs] == ["new", "old"]
    assert page.metrics == ("exact_match/v1", "token_count/mean")
    assert [(row.inputs, row.outputs, row.differs) for row in page.compared] == [
        ("a?", ("the a", "the a"), False), ("b?", ("no", "no"), False),
    ]  # fmt: skip
    assert report.experiments[0].evaluations == f"{page.folder}/index.html"


def test_what_differs_is_told_with_both_scores(archive: Path) -> None:
    evaluate("old", ["the a", "no"])
    evaluate("new", ["the a", "the b"])
    (page,) = report_of(archive).evaluations
    second = page.compared[1]
    assert second.outputs == ("no", "the b") and second.differs
    scores = [(one.name, str(one.before), str(one.after), one.outcome) for one in second.scores]
    assert scores == [("exact_match", "0", "1", "better"), ("token_count", "1", "2", "higher")]
    assert [(one.name, one.gains, one.losses, one.same) for one in page.changes] == [
        ("exact_match", 1, 0, 1), ("token_count", 1, 0, 1)
    ]  # fmt: skip


def test_questions_asked_twice_are_told_apart(archive: Path) -> None:
    evaluate("old", ["x", "y"], ("a?", "a?"))
    evaluate("new", ["x", "z"], ("a?", "a?"))
    tables = [page.evaluation.table for page in pages_of(report_of(archive)) if page.evaluation]
    assert [row.differs for row in compare_tables(tables[0], tables[1]).rows] == [False, True]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"columns": ["a"], "data": [[1, 2]]}', '{"columns": 3, "data": 4}',
             '{"columns": ["a"], "data": []}', '{"columns": ["a"], "data": {"0": 1}}'],
)  # fmt: skip
def test_a_file_that_is_no_table_costs_only_its_page(archive: Path, text: str) -> None:
    with runreport.start_run():
        runreport.log_text(text, TABLE_FILE)
    (run,) = pages_of(report_of(archive))
    assert run.evaluation is None


def test_a_changed_table_is_not_shown(archive: Path) -> None:
    evaluate("one", ["the a", "no"])
    (place,) = archive.glob(f"artifacts/*/{TABLE_FILE}")
    place.write_text(place.read_text().replace("the a", "the x"))
    (run,) = pages_of(report_of(archive))
    assert run.evaluation is None


def test_secrets_in_a_table_are_left_out(archive: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    evaluate("one", [secret, "no"])
    evaluate("two", [secret, "yes"])
    report = report_of(archive)
    assert secret not in repr(report.evaluations)
    for run in pages_of(report):
        assert run.evaluation is not None
        assert secret not in repr(run.evaluation) and secret not in run.evaluation.script.content


def test_inputs_are_told_apart_by_what_no_page_shows(archive: Path) -> None:
    """Long prompts begin alike; columns may stand in another order."""
    begin = "You are a helpful assistant. " * 80
    evaluate("old", ["x", "y"], (f"{begin}a?", f"{begin}b?"))
    evaluate("new", ["y", f"{begin}x"], (f"{begin}b?", f"{begin}a?"))
    (page,) = report_of(archive).evaluations
    assert [(row.outputs[0], row.outputs[1][:1]) for row in page.compared] == [
        ("x", "Y"),
        ("y", "y"),
    ]
    assert [row.differs for row in page.compared] == [True, False]


def test_answers_differ_by_what_no_page_shows(archive: Path) -> None:
    begin = "As I said before, " * 200
    evaluate("old", [f"{begin}a", "n"])
    evaluate("new", [f"{begin}b", "n"])
    (page,) = report_of(archive).evaluations
    assert [row.differs for row in page.compared] == [True, False]

from __future__ import annotations

import math
from pathlib import Path

import pytest
from builders import pages_of, sample_archive

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.report.assemble import Report, assemble_report
from runreport.report.config import Config, parse_config
from runreport.report.pages.experiment import BestRun


def report_of(archive: Path, **settings: object) -> Report:
    config = parse_config(settings) if settings else Config()
    snapshot = read_archive(open_archive(archive))
    return assemble_report(snapshot, config, now_ms=None, version="0")


def best_of(report: Report) -> list[BestRun]:
    return [card.record.best for card in report.overview.cards if card.record]


def test_a_report_has_a_page_for_each_experiment_and_run(tmp_path: Path) -> None:
    report = report_of(sample_archive(tmp_path / "a"))
    assert [page.name for page in report.experiments] == ["Sample"]
    runs = pages_of(report)
    assert sorted(page.name for page in runs) == [f"run-{n}" for n in range(6)]
    assert report.experiments[0].runs == report.runs == 6


def test_the_direction_of_best_is_the_config_s_or_guessed_from_the_metric(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a")
    (guessed,) = best_of(report_of(archive))
    assert (guessed.run.name, guessed.metric, guessed.direction) == (
        "run-5",
        "accuracy",
        "highest",
    )
    assert guessed.is_guessed
    (best,) = best_of(report_of(archive, primary_metric="accuracy", direction="max"))
    assert (best.run.name, str(best.value), best.direction) == ("run-5", "0.75", "highest")
    assert not best.is_guessed
    (worst,) = best_of(report_of(archive, primary_metric="accuracy", direction="min"))
    assert worst.run.name == "run-0"


def test_nothing_is_best_where_no_name_says_which_way_is(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("width", 1.0)
    assert best_of(report_of(archive)) == []


def test_another_metric_s_direction_is_not_taken(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("loss", 1.0)
    (best,) = best_of(report_of(archive, primary_metric="accuracy", direction="max"))
    assert (best.metric, best.direction, best.is_guessed) == ("loss", "lowest", True)


def test_only_finished_runs_can_be_best(archive: Path) -> None:
    with pytest.raises(ValueError, match="x"), runreport.start_run(run_name="crashed"):
        runreport.log_metric("acc", 1.0)
        raise ValueError("x")
    with runreport.start_run(run_name="fine"):
        runreport.log_metric("acc", 0.5)
    with runreport.start_run(run_name="nan"):
        runreport.log_metric("acc", math.nan)
    report = report_of(archive, primary_metric="acc", direction="max")
    assert [best.run.name for best in best_of(report)] == ["fine"]
    assert [run.name for run in report.overview.failed] == ["crashed"]


def test_the_eight_fields_of_a_run(tmp_path: Path) -> None:
    report = report_of(sample_archive(tmp_path / "a", runs=1))
    (page,) = pages_of(report)
    assert page.source and "/" not in page.source
    assert page.registered == ()
    assert page.started.iso.endswith("Z") and page.status == "FINISHED"
    assert [(p.name, str(p.value)) for p in page.params[0].items] == [
        ("lr", "0.001"),
        ("model", "tree"),
        ("seed", "0"),
    ]
    assert [m.name for m in page.metrics[0].items] == ["accuracy", "loss"]
    assert [(f.path, f.preview.text) for g in page.files for f in g.files] == [
        ("notes/hello.txt", "hello 0")
    ]
    assert [(t.name, str(t.value)) for t in page.tags] == [("team", "red")]
    assert [picture.curve.key for picture in page.curves[0].items] == ["loss"]


def test_a_nested_run_links_to_its_parent(archive: Path) -> None:
    with (
        runreport.start_run(run_name="parent"),
        runreport.start_run(run_name="child", nested=True),
    ):
        pass
    pages = {page.name: page for page in pages_of(report_of(archive))}
    assert pages["child"].parent is not None and pages["child"].parent.name == "parent"
    assert pages["parent"].parent is None


def test_an_artifact_that_is_not_what_was_logged_is_left_out(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_text("true", "a.txt")
        runreport.log_text("gone", "b.txt")
        runreport.log_text("big" * 1000, "c.txt")
    for path in archive.glob("artifacts/*/a.txt"):
        path.write_text("false")
    for path in archive.glob("artifacts/*/b.txt"):
        path.unlink()
    (page,) = pages_of(report_of(archive, publish={"max_file_mb": 0.001}))
    notes = {file.path: file.note for folder in page.files for file in folder.files}
    assert "not the one" in notes["a.txt"] and "missing" in notes["b.txt"]
    assert "Over 0.001 MB" in notes["c.txt"]
    assert page.published == () and not any(
        file.url for folder in page.files for file in folder.files
    )


def test_deleted_runs_and_experiments_are_left_out(archive: Path) -> None:
    with runreport.start_run() as run:
        pass
    runreport.set_experiment("gone")
    with runreport.start_run():
        pass
    runreport.delete_experiment(runreport.get_experiment_by_name("gone").experiment_id)  # type: ignore[union-attr]
    assert report_of(archive).runs == 1
    runreport.delete_run(run.info.run_id)
    report = report_of(archive)
    assert report.runs == 0 and report.experiments == ()


def test_an_empty_archive_is_an_empty_report(archive: Path) -> None:
    runreport.search_experiments()
    report = report_of(archive)
    assert report.runs == 0 and report.overview.cards == () and report.site.as_of.iso == ""


def test_configured_columns_are_shown_and_unknown_ones_skipped(tmp_path: Path) -> None:
    columns = ["metrics.loss", "params.none", "status"]
    (page,) = report_of(sample_archive(tmp_path / "a"), columns=columns).experiments
    assert [c.name for c in page.table.columns] == ["run_name", "metrics.loss", "status"]


def test_a_param_in_conflict_says_so(archive: Path) -> None:
    from runreport.archive.writer import Writer

    with runreport.start_run() as run:
        runreport.log_param("lr", 0.1)
    writer = Writer(open_archive(archive), "0", run.info.run_id)
    writer.log_values("param", {"lr": "0.2"})
    writer.finish()
    (page,) = pages_of(report_of(archive))
    assert "2 different values" in page.params[0].items[0].note

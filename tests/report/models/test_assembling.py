from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from builders import pages_of

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.models import Model, infer_signature
from runreport.report.assemble import Report, assemble_report
from runreport.report.config import parse_config
from runreport.report.models.page import ModelPage
from runreport.report.models.version import VersionPage

pytest.importorskip("numpy")


def log_version(name: str, score: float, needs: str, *, columns: tuple[str, ...] = ("a",)) -> str:
    """A run with a model that becomes a version; the run's id."""
    with runreport.start_run(run_name=f"run {score}") as run:
        runreport.log_param("depth", round(score * 10))
        runreport.log_metric("accuracy", score)
        model = Model(artifact_path="model", run_id=run.info.run_id)
        model.signature = infer_signature([dict.fromkeys(columns, 1.5)])
        model.add_flavor("sklearn").save(Path.cwd())
        runreport.log_artifact("MLmodel", "model")
        runreport.log_text(f"# pinned\nscikit-learn=={needs}\n", "model/requirements.txt")
    runreport.register_model(f"runs:/{run.info.run_id}/model", name)
    return run.info.run_id


@pytest.fixture
def models(archive: Path) -> Path:
    """Three versions of `churn`; the second is the best and named champion."""
    for score, needs in ((0.7, "1.5.0"), (0.9, "1.6.0"), (0.8, "1.6.0")):
        columns = ("a",) if score < 0.8 else ("a", "b")
        log_version("churn", score, needs, columns=columns)
    client = runreport.MlflowClient()
    client.set_registered_model_alias("churn", "champion", 2)
    client.update_registered_model("churn", "Who **leaves**.")
    return archive


CONFIG: Mapping[str, object] = {
    "models": {"churn": {"primary_metric": "accuracy", "direction": "max"}}
}


def report_of(archive: Path, config: Mapping[str, object]) -> Report:
    snapshot = read_archive(open_archive(archive))
    return assemble_report(snapshot, parse_config(config), now_ms=None, version="0")


def pages(
    archive: Path, config: Mapping[str, object] = CONFIG
) -> tuple[ModelPage, list[VersionPage]]:
    report = report_of(archive, config)
    ((page, versions),) = report.models.pages
    return page, list(versions)


def test_a_model_has_its_versions_newest_first_with_metrics_and_runs(models: Path) -> None:
    page, _ = pages(models)
    assert (page.folder, page.name) == ("m/churn", "churn")
    assert [column.label for column in page.columns] == ["accuracy", "depth"]
    assert [(row.link.version, tuple(map(str, row.cells))) for row in page.rows] == [
        (3, ("0.8", "8")), (2, ("0.9", "9")), (1, ("0.7", "7")),
    ]  # fmt: skip
    assert page.rows[1].link.aliases == ("champion",)
    assert page.rows[0].run is not None and page.rows[0].run.name == "run 0.8"
    assert "**leaves**" in page.description
    body = report_of(models, CONFIG).described[page.folder]
    assert "<strong>leaves</strong>" in body.html
    assert [(alias, link.version) for alias, link in page.aliases] == [("champion", 2)]


def test_the_best_version_needs_a_rule(models: Path) -> None:
    best = pages(models)[0].best
    assert best is not None
    assert (best.link.version, str(best.value), best.direction) == (2, "0.9", "highest")
    lowest = {"models": {"churn": {"primary_metric": "accuracy", "direction": "min"}}}
    found = pages(models, lowest)[0].best
    assert found is not None and found.link.version == 1
    assert pages(models, {})[0].best is None


def test_the_metric_over_versions_is_drawn_oldest_first(models: Path) -> None:
    (chart,) = pages(models)[0].charts
    assert [(row["x"], row["y"]) for row in chart.rows] == [
        ("v1", 0.7), ("v2", 0.9), ("v3", 0.8),
    ]  # fmt: skip


def test_versions_stand_side_by_side(models: Path) -> None:
    comparison = pages(models)[0].comparison
    assert comparison is not None
    assert [link.version for link in comparison.versions] == [3, 2, 1]
    rows = {
        (g.title, r.name): tuple(map(str, r.values)) for g in comparison.groups for r in g.rows
    }
    assert rows["Metrics", "accuracy"] == ("0.8", "0.9", "0.7")
    assert rows["Hyperparameters", "depth"] == ("8", "9", "7")
    assert rows["Signature", "input b"] == ("double", "double", "")
    assert rows["Requirements", "scikit-learn"] == ("1.6.0", "1.6.0", "1.5.0")
    assert rows["Files", "requirements.txt"][0] == rows["Files", "requirements.txt"][1]


def test_a_version_says_what_it_takes_and_what_changed(models: Path) -> None:
    _, (third, second, first) = pages(models)
    assert third.uri == "models:/churn/3" and third.flavors == "sklearn"
    assert [(part.title, len(part.fields)) for part in third.signature] == [("Inputs", 2)]
    assert third.requirements == ("scikit-learn==1.6.0",)
    assert second.before is not None and first.before is None
    changed = {row.name for group in second.before.groups for row in group.rows}
    assert {"accuracy", "depth", "input b", "scikit-learn"} <= changed


def test_the_run_names_the_versions_it_became(models: Path) -> None:
    report = report_of(models, {})
    named = {page.name: [link.version for link in page.registered] for page in pages_of(report)}
    assert named == {"run 0.7": [1], "run 0.9": [2], "run 0.8": [3]}


def test_a_version_whose_run_is_deleted_stays_and_says_so(models: Path) -> None:
    client = runreport.MlflowClient()
    runreport.delete_run(str(client.get_model_version("churn", 2).run_id))
    page, versions = pages(models)
    assert page.rows[1].run is None
    assert versions[1].problem == "Its run is deleted or gone."


@pytest.mark.parametrize("text", ["not a model", "flavors: {}\nsignature: {inputs: '[3]'}"])
def test_a_model_file_that_cannot_be_understood_costs_only_itself(models: Path, text: str) -> None:
    run_id = str(runreport.MlflowClient().get_model_version("churn", 1).run_id)
    client = runreport.MlflowClient()
    client.log_text(run_id, text, "model/MLmodel")
    _, (*_, first) = pages(models)
    assert "MLmodel is no MLmodel file" in first.problem
    assert first.requirements == () and first.signature == ()


def test_a_changed_model_file_is_not_believed(models: Path) -> None:
    run_id = runreport.MlflowClient().get_model_version("churn", 1).run_id
    (models / "artifacts" / str(run_id) / "model" / "MLmodel").write_text("flavors: {x: {}}")
    _, (*_, first) = pages(models)
    assert first.problem == "Its MLmodel file is missing or not what was logged."


def test_secrets_in_names_tags_and_requirements_are_left_out(archive: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    run_id = log_version("churn", 0.5, "1.0")
    client = runreport.MlflowClient()
    client.log_text(run_id, f"x @ https://{secret}@host/x\n", "model/requirements.txt")
    client.set_registered_model_tag("churn", "api_key", "hunter2")
    client.update_registered_model("churn", f"see {secret}")
    client.update_model_version("churn", 1, f"see {secret}")
    page, versions = pages(archive)
    shown = repr((page, versions))
    assert secret not in shown and "hunter2" not in shown


def test_a_model_without_versions_has_a_page_that_says_what_to_do(archive: Path) -> None:
    runreport.MlflowClient().create_registered_model("empty")
    page, versions = pages(archive)
    assert (page.rows, page.latest, page.comparison, versions) == ((), None, None, [])


def test_more_versions_than_stand_side_by_side_are_counted(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runreport.report.models.page.COMPARED", 2)
    comparison = pages(models)[0].comparison
    assert comparison is not None
    assert (len(comparison.versions), comparison.left_out) == (2, 1)

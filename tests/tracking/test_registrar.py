from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import runreport
from runreport.archive.compaction import compact_archive
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.errors import AlreadyExists, Damaged, InvalidState, InvalidValue, NotFound

MODEL = "flavors: {}\n"


def logged(path: str = "model", **metrics: float) -> str:
    """A run with a model folder; its URI."""
    with runreport.start_run() as run:
        runreport.log_metrics(metrics)
        runreport.log_text(MODEL, f"{path}/MLmodel")
    return f"runs:/{run.info.run_id}/{path}"


def test_versions_count_from_one_per_name(archive: Path) -> None:
    uri = logged()
    versions = [runreport.register_model(uri, name) for name in ("a", "b", "a")]
    assert [(v.name, v.version) for v in versions] == [("a", 1), ("b", 1), ("a", 2)]
    assert versions[2].source == uri
    assert versions[2].run_id == uri.split("/")[1]


def test_an_active_run_can_register_its_model(archive: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_text(MODEL, "model/MLmodel")
        version = runreport.register_model(f"runs:/{run.info.run_id}/model", "a")
        runreport.log_metric("after", 1.0)
    assert version.run_id == run.info.run_id
    assert runreport.get_run(run.info.run_id).data.metrics == {"after": 1.0}


def test_what_cannot_be_registered_is_told(archive: Path) -> None:
    uri = logged("net")
    run_id = uri.split("/")[1]
    for model_uri, error, message in (
        (f"runs:/{run_id}/model", NotFound, "no model 'model'. Its models: net"),
        ("runs:/nothing/model", NotFound, "nothing"),
        ("/some/folder", InvalidValue, "log the model to a run"),
        ("models:/a/1", NotFound, "no registered model 'a'"),
    ):
        with pytest.raises(error, match=message):
            runreport.register_model(model_uri, "a")
    with pytest.raises(InvalidValue, match="holds '/'"):
        runreport.register_model(uri, "a/b")
    assert runreport.search_registered_models() == []


def test_a_deleted_run_takes_no_version(archive: Path) -> None:
    uri = logged()
    runreport.delete_run(uri.split("/")[1])
    with pytest.raises(InvalidState, match="is deleted"):
        runreport.register_model(uri, "a")


def test_aliases_tags_and_descriptions(archive: Path) -> None:
    client = runreport.MlflowClient()
    uri = logged()
    client.create_registered_model("churn", tags={"team": "risk"}, description="who leaves")
    for _ in range(2):
        runreport.register_model(uri, "churn", tags={"k": "v"})
    client.set_registered_model_alias("churn", "champion", 1)
    client.set_registered_model_alias("churn", "champion", "2")
    client.set_registered_model_alias("churn", "old", 1)
    client.set_model_version_tag("churn", 1, "checked", True)
    client.delete_model_version_tag("churn", 1, "k")
    client.update_model_version("churn", 2, "better")
    client.set_registered_model_tag("churn", "stage", "live")
    client.delete_registered_model_tag("churn", "team")
    client.delete_registered_model_alias("churn", "old")
    model = client.get_registered_model("churn")
    assert (model.description, model.tags) == ("who leaves", {"stage": "live"})
    assert model.aliases == {"champion": "2"}
    first, second = (client.get_model_version("churn", n) for n in (1, "2"))
    assert (first.tags, first.aliases) == ({"checked": "True"}, [])
    assert (second.description, second.aliases, second.tags) == (
        "better",
        ["champion"],
        {"k": "v"},
    )
    assert client.get_model_version_by_alias("churn", "champion").version == 2
    assert client.find_model_version("models:/churn/latest").version == 2
    assert [v.version for v in client.get_latest_versions("churn")] == [2]


def test_what_does_not_exist_is_told_with_what_does(archive: Path) -> None:
    client = runreport.MlflowClient()
    runreport.register_model(logged(), "churn")
    for call, message in (
        (lambda: client.get_model_version("churn", 7), "no version 7. It has: 1"),
        (lambda: client.get_model_version("spam", 1), "'spam'. Registered: churn"),
        (lambda: client.get_model_version_by_alias("churn", "x"), "no alias 'x'. It has: none"),
        (lambda: client.delete_model_version_tag("churn", 1, "t"), "no tag 't'"),
        (lambda: client.delete_registered_model_tag("churn", "t"), "no tag 't'"),
        (lambda: client.create_model_version("spam", "runs:/a/b"), "'spam'"),
    ):
        with pytest.raises(NotFound, match=message):
            call()
    with pytest.raises(AlreadyExists, match="'churn' is registered already"):
        client.create_registered_model("churn")
    with pytest.raises(InvalidValue, match=r"set_registered_model_alias\('churn', 'production'"):
        client.transition_model_version_stage("churn", 1, "Production")


def test_a_deleted_version_and_a_deleted_model_leave_their_numbers_taken(archive: Path) -> None:
    client = runreport.MlflowClient()
    uri = logged()
    for _ in range(2):
        runreport.register_model(uri, "churn")
    client.set_registered_model_alias("churn", "best", 2)
    client.delete_model_version("churn", 2)
    assert client.get_registered_model("churn").aliases == {}
    assert runreport.register_model(uri, "churn").version == 3
    client.delete_registered_model("churn")
    assert runreport.search_registered_models() == []
    assert runreport.register_model(uri, "churn").version == 4
    assert [v.version for v in runreport.search_model_versions()] == [4]


REGISTER = """
import sys, runreport
runreport.set_tracking_uri(sys.argv[1])
print(*[runreport.register_model(sys.argv[2], "churn").version for _ in range(10)])
"""


@pytest.mark.slow
def test_processes_never_get_the_same_number(archive: Path) -> None:
    uri = logged()
    started = [
        subprocess.Popen(
            [sys.executable, "-c", REGISTER, str(archive), uri], stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    numbers = [int(n) for process in started for n in process.communicate(timeout=120)[0].split()]
    assert sorted(numbers) == list(range(1, 41))
    versions = runreport.search_model_versions(filter_string="name = 'churn'")
    assert sorted(v.version for v in versions) == list(range(1, 41))


def test_a_merge_keeps_both_versions_of_one_number_and_the_alias_of_each(tmp_path: Path) -> None:
    for name in ("one", "two"):
        runreport.set_tracking_uri(tmp_path / name)
        uri = logged()
        runreport.register_model(uri, "churn")
        runreport.MlflowClient().set_registered_model_alias("churn", name, 1)
    one, two = (open_archive(tmp_path / name) for name in ("one", "two"))
    merge_archive(two, one)
    compact_archive(one)
    runreport.set_tracking_uri(tmp_path / "one")
    model = runreport.MlflowClient().get_registered_model("churn")
    assert model.aliases == {"one": "1", "two": "2"}
    assert runreport.register_model(logged(), "churn").version == 3


def test_versions_of_a_remote_archive_are_numbered_by_the_fold() -> None:
    runreport.set_tracking_uri("memory://registrar")
    uri = logged()
    assert [runreport.register_model(uri, "churn").version for _ in range(2)] == [1, 2]


def test_threads_on_a_remote_archive_get_versions_of_their_own() -> None:
    from concurrent.futures import ThreadPoolExecutor

    runreport.set_tracking_uri("memory://registrar-threads")
    client = runreport.MlflowClient()
    client.create_registered_model("q")
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: client.create_model_version("q", f"s3://{n}"), range(8)))
    settled = {v.source: v.version for v in client.search_model_versions()}
    assert sorted(settled.values()) == list(range(1, 9))
    assert {v.source: v.version for v in made} == settled


def test_a_purged_version_leaves_its_number_taken_and_its_alias_gone(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from runreport.cli import root

    runreport.set_tracking_uri(tmp_path / "one")
    client = runreport.MlflowClient()
    runreport.register_model(logged(), "m")
    second = runreport.register_model(logged(), "m")
    client.set_registered_model_alias("m", "champion", 2)
    words = ["archive", "purge", str(second.run_id), "--yes", "-a", str(tmp_path / "one")]
    done = CliRunner().invoke(root, words)
    assert done.exit_code == 0, done.output
    assert client.get_registered_model("m").aliases == {}
    merge_archive(open_archive(tmp_path / "one"), open_archive(tmp_path / "two", create=True))
    runreport.set_tracking_uri(tmp_path / "two")
    assert runreport.register_model(logged(), "m").version == 3


def test_a_model_made_anew_is_new(archive: Path) -> None:
    client = runreport.MlflowClient()
    client.create_registered_model("m", tags={"a": "b"})
    runreport.register_model(logged(), "m")
    client.set_registered_model_alias("m", "x", 1)
    before = client.get_registered_model("m").creation_timestamp
    client.delete_registered_model("m")
    made = client.create_registered_model("m")
    assert made.creation_timestamp > before
    assert (made.tags, made.aliases, made.latest_versions) == ({}, {}, [])


@pytest.mark.parametrize("description", [3, ["x"]])
def test_a_description_is_text(archive: Path, description: object) -> None:
    client = runreport.MlflowClient()
    runreport.register_model(logged(), "m")
    with pytest.raises(InvalidValue, match="it must be text"):
        client.update_model_version("m", 1, description)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="it must be text"):
        client.update_registered_model("m", description)  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="source is None"):
        client.create_model_version("m", None)  # type: ignore[arg-type]


def test_what_was_deleted_can_be_brought_back(archive: Path) -> None:
    client = runreport.MlflowClient()
    for _ in range(2):
        runreport.register_model(logged(), "m")
    client.set_registered_model_alias("m", "best", 2)
    client.delete_model_version("m", 2)
    client.restore_model_version("m", 2)
    client.delete_registered_model("m")
    client.restore_registered_model("m")
    model = client.get_registered_model("m")
    assert model.aliases == {"best": "2"}
    assert sorted(v.version for v in client.search_model_versions()) == [1, 2]
    with pytest.raises(NotFound, match="never had a version 7"):
        client.restore_model_version("m", 7)
    with pytest.raises(NotFound, match="no model 'x'"):
        client.restore_registered_model("x")


def test_files_that_are_not_those_registered_are_told(archive: Path) -> None:
    uri = logged()
    runreport.register_model(uri, "m")
    client = runreport.MlflowClient()
    client.check_model_version("m", 1)
    (place,) = archive.glob("artifacts/*/model/MLmodel")
    place.write_text("flavors: {x: {}}")
    with pytest.raises(Damaged, match=r"m/1 .* are not those that were registered"):
        client.check_model_version("m", 1)
    with pytest.raises(Damaged):
        runreport.pyfunc.load_model("models:/m/1")


def test_what_a_caller_changes_on_an_entity_changes_no_answer(archive: Path) -> None:
    runreport.register_model(logged(), "net", tags={"a": "1"})
    client = runreport.MlflowClient()
    for found in (
        client.get_model_version("net", 1),
        client.search_model_versions("name = 'net'")[0],
        runreport.search_model_versions()[0],
    ):
        found.tags["a"] = "2"
        found.aliases.append("mine")
    client.search_registered_models()[0].tags["b"] = "3"
    kept = client.get_model_version("net", 1)
    assert (kept.tags, kept.aliases) == ({"a": "1"}, [])
    assert client.get_registered_model("net").tags == {}

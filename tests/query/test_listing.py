"""The same language over experiments, registered models and model versions."""

from __future__ import annotations

import pytest

import runreport
from runreport.entities import Experiment
from runreport.errors import InvalidFilter
from runreport.query.listing import find_experiments, find_model_versions, find_models
from runreport.registered import ModelVersion, RegisteredModel

MODELS = [
    RegisteredModel("churn", 10, 30, tags={"team": "risk"}),
    RegisteredModel("Churn 2", 20, 20),
    RegisteredModel("fraud", 30, 40, tags={"team": "fraud", "priority": "3"}),
]
VERSIONS = [
    ModelVersion("churn", 1, 10, 10, source="runs:/r1/model", run_id="r1"),
    ModelVersion("churn", 2, 20, 50, source="runs:/r2/model", run_id="r2", tags={"ok": "yes"}),
    ModelVersion("fraud", 1, 30, 30, source="s3://bucket/model"),
]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["Churn 2", "churn", "fraud"]),
        ("name = 'churn'", ["churn"]),
        ("name ILIKE 'churn%'", ["Churn 2", "churn"]),
        ("name IN ('churn', 'fraud')", ["churn", "fraud"]),
        ("tags.team = 'risk'", ["churn"]),
        ("tags.team != 'risk'", ["fraud"]),
        ("tags.priority > 2 or not name LIKE '%u%'", ["fraud"]),
        ("last_updated_timestamp >= 30", ["churn", "fraud"]),
    ],
)
def test_models(text: str, names: list[str]) -> None:
    assert [model.name for model in find_models(MODELS, filter_string=text)] == names


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("", [("churn", 2), ("fraud", 1), ("churn", 1)]),
        ("name = 'churn' and version_number > 1", [("churn", 2)]),
        ("run_id = 'r1'", [("churn", 1)]),
        ("run_id IN ('r1', 'r2')", [("churn", 2), ("churn", 1)]),
        ("run_id IS NULL", [("fraud", 1)]),
        ("source_path LIKE 's3:%'", [("fraud", 1)]),
        ("tags.ok = 'yes' or name = 'fraud'", [("churn", 2), ("fraud", 1)]),
    ],
)
def test_model_versions(text: str, versions: list[tuple[str, int]]) -> None:
    found = find_model_versions(VERSIONS, filter_string=text)
    assert [(version.name, version.version) for version in found] == versions


def test_orders() -> None:
    by_time = find_models(MODELS, order_by=["last_updated_timestamp DESC"])
    assert [model.name for model in by_time] == ["fraud", "churn", "Churn 2"]
    assert by_time == find_models(MODELS, order_by=["timestamp DESC"])
    by_number = find_model_versions(VERSIONS, order_by=["version_number", "name DESC"])
    assert [(v.name, v.version) for v in by_number] == [("fraud", 1), ("churn", 1), ("churn", 2)]
    by_tag = find_models(MODELS, order_by=["tags.priority"])
    assert by_tag[0].name == "fraud"  # those without it come last


def test_experiments_take_extensions_too_unless_strict() -> None:
    experiments = [Experiment(str(n), name) for n, name in enumerate(("a", "b", "c"))]
    found = find_experiments(experiments, filter_string="name = 'a' or name = 'c'")
    assert [e.name for e in found] == ["a", "c"]
    with pytest.raises(InvalidFilter):
        find_experiments(experiments, filter_string="name = 'a' or name = 'c'", strict=True)


@pytest.mark.parametrize("text", ["metrics.a > 1", "version_number = 1", "params.x = 'y'"])
def test_a_model_has_only_a_name_times_and_tags(text: str) -> None:
    with pytest.raises(InvalidFilter):
        find_models(MODELS, filter_string=text)


@pytest.mark.usefixtures("archive")
def test_an_archive_without_models_has_none() -> None:
    assert runreport.search_registered_models() == runreport.search_model_versions() == []
    client = runreport.RunreportClient()
    assert client.search_registered_models() == client.search_model_versions("name = 'x'") == []

from __future__ import annotations

import copy
import json
import pickle

import pytest

from runreport.registered import ModelVersion, RegisteredModel


def a_version() -> ModelVersion:
    return ModelVersion("churn", 2, 10, 20, tags={"state": "tried"}, aliases=["champion"])


def test_what_was_found_cannot_be_changed() -> None:
    version = a_version()
    with pytest.raises(AttributeError, match=r"ModelVersion\.description says what was found"):
        version.description = "mine"
    with pytest.raises(AttributeError, match="cannot be set"):
        del version.name
    version.tags["state"] = "changed"
    version.aliases.append("mine")
    assert (version.tags, version.aliases) == ({"state": "tried"}, ["champion"])
    model = RegisteredModel("churn", latest_versions=[version], aliases={"champion": "2"})
    model.latest_versions.clear()
    assert model.latest_versions == [version] and model.aliases == {"champion": "2"}


def test_copies_are_equal_and_values_are_plain() -> None:
    version = a_version()
    for again in (copy.copy(version), copy.deepcopy(version), pickle.loads(pickle.dumps(version))):
        assert again == version and again.tags == version.tags
    assert dict(version)["tags"] == {"state": "tried"} and json.dumps(version.tags)
    assert version.to_dictionary()["aliases"] == ["champion"]
    assert "tags={'state': 'tried'}" in repr(version)

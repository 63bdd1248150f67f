from __future__ import annotations

import pytest

from runreport.errors import InvalidValue
from runreport.models.names import (
    ModelUri,
    check_alias,
    check_model_name,
    check_version,
    parse_model_uri,
)


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("models:/churn/3", ModelUri("churn", 3, None)),
        ("models:/churn/latest", ModelUri("churn", None, None)),
        ("models:/who leaves@best-1", ModelUri("who leaves", None, "best-1")),
    ],
)
def test_a_uri_names_a_version(uri: str, expected: ModelUri) -> None:
    assert parse_model_uri(uri) == expected


@pytest.mark.parametrize(
    "uri",
    ["models:/churn", "models:/churn/one", "models:/@a", "models:/a/b/1", "runs:/a/b", "churn/1",
     "models:/churn@", "models:/churn/0", "models:/churn/²"],
)  # fmt: skip
def test_what_is_no_uri_of_a_version_is_refused(uri: str) -> None:
    with pytest.raises(InvalidValue):
        parse_model_uri(uri)


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:b", "a@b", "a\nb", None, 3, "x" * 251])
def test_names_that_are_not_allowed(name: object) -> None:
    with pytest.raises(InvalidValue, match="Model name"):
        check_model_name(name)


@pytest.mark.parametrize("alias", ["", "a b", "latest", "Latest", "v1", "V22", "a/b", None])
def test_aliases_that_are_not_allowed(alias: object) -> None:
    with pytest.raises(InvalidValue, match="Alias"):
        check_alias(alias)


@pytest.mark.parametrize("version", [0, -1, "one", None, True, 1.5, "²"])
def test_versions_that_are_not_allowed(version: object) -> None:
    with pytest.raises(InvalidValue, match="Version"):
        check_version(version)
    assert check_version("2") == check_version(2) == 2

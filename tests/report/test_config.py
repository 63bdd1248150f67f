from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from runreport.errors import ConfigError
from runreport.report import config
from runreport.report.config import load_config, parse_config


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = load_config(None)
    assert (found.title, found.theme, found.publish_environment) == (
        "Run report",
        "default",
        False,
    )


def test_the_file_here_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runreport.toml").write_text('title = "here"')
    assert load_config(None).title == "here"


def test_an_experiments_own_table_wins_over_the_top_level() -> None:
    found = parse_config(
        {
            "primary_metric": "acc",
            "direction": "max",
            "columns": ["status"],
            "experiments": {"A": {"primary_metric": "rmse", "direction": "min"},
                            "B": {"primary_metric": "other"}},
        }
    )  # fmt: skip
    assert found.for_experiment("A").direction == "min"
    assert found.for_experiment("A").columns == ("status",)
    assert found.for_experiment("B").direction is None  # a direction is of its own metric only
    assert found.for_experiment("C").primary_metric == "acc"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"titel": "x"}, "unknown key 'titel'. Did you mean 'title'?"),
        ({"experiments": {"A": {"metric": "x"}}}, "experiments.A.metric"),
        ({"publish": {"env": True}}, "unknown key 'publish.env'"),
        ({"direction": "up"}, "direction is 'up'; allowed are 'max' and 'min'"),
        ({"title": 7}, "title is 7; it must be text"),
        ({"columns": "status"}, "must be a list"),
        ({"publish": {"environment": "yes"}}, "true or false"),
        ({"publish": {"max_file_mb": -1}}, "a number above 0"),
        ({"experiments": {"A": 7}}, "must be a table"),
    ],
)
def test_a_wrong_setting_is_one_clear_error(content: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        parse_config(content, "my.toml")


def test_a_file_that_is_missing_or_no_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        load_config(str(tmp_path / "none.toml"))
    (tmp_path / "bad.toml").write_text("title = ")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load_config(str(tmp_path / "bad.toml"))


@pytest.mark.parametrize("content", [b'title="\xff"\n', "title = 'x'".encode("utf-16")])
def test_a_file_that_is_no_utf_8_is_told_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"c\.toml is no UTF-8 text"):
        load_config(str(tmp_path / "c.toml"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"notes": "a\0b"}, "notes is 'a.x00b'; it may hold no NUL"),
        ({"publish": {"url": "https://[::1"}}, "publish.url is 'https"),
        ({"publish": {"max_file_mb": float("nan")}}, "must be a number above 0"),
    ],
)
def test_what_no_file_or_site_can_be_called_is_refused(
    content: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_config(content)


def test_every_key_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    for key in (
        *config.SITE_KEYS,
        *config.EXPERIMENT_KEYS,
        *config.PUBLISH_KEYS,
        *config.PROPERTIES,
    ):
        assert f"`{key}`" in text, key

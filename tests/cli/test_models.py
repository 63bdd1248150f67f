from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import runreport
from runreport.cli import root


def command(*words: object) -> Result:
    return CliRunner().invoke(root, list(map(str, words)))


@pytest.fixture
def models(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive whose runs `good` and `better` logged a model, `two` two and `none` none."""
    monkeypatch.setenv("RUNREPORT_ARCHIVE", str(archive))
    for number, (name, paths) in enumerate(
        {"good": ["model"], "better": ["model"], "two": ["a", "b/c"], "none": []}.items()
    ):
        with runreport.start_run(run_name=name):
            runreport.log_metric("accuracy", 0.8 + number / 10)
            for path in paths:
                runreport.log_text("flavors: {}\n", f"{path}/MLmodel")
    return archive


def test_a_run_is_saved_as_a_new_model_and_as_its_next_version(models: Path) -> None:
    first = command("models", "save", "good", "churn", "-m", "the first", "-a", models)
    assert "Saved model of run" in first.output and "version 1 of 'churn'" in first.output
    again = command(
        "models", "save", "better", "churn", "--alias", "champion", "--json", "-t", "k=v"
    )
    assert json.loads(again.output)["version"] == 2
    listed = command("models", "list").output
    assert listed.splitlines()[1].split()[:4] == ["churn", "2", "champion", "→"]
    shown = command("models", "show", "churn").output
    rows = [line.split() for line in shown.splitlines()[2:]]
    assert rows[0] == ["VERSION", "ALIASES", "REGISTERED", "RUN", "accuracy", "DESCRIPTION"]
    assert (rows[1][:2], rows[1][4], rows[1][-1]) == (["2", "champion"], "better", "0.9")
    assert rows[2][-2:] == ["the", "first"]
    version = command("models", "show", "churn@champion").output
    assert (
        "version 2 of churn" in version and "tag k: v" in version and "accuracy = 0.9" in version
    )
    assert "description: the first" in command("models", "show", "churn/1").output


def test_a_run_with_several_models_or_none_says_so(models: Path) -> None:
    several = command("models", "save", "two", "churn")
    assert several.exit_code == 1 and "--path a | b/c" in str(several.exception)
    assert command("models", "save", "two", "churn", "--path", "b/c").exit_code == 0
    nothing = command("models", "save", "none", "churn")
    assert nothing.exit_code == 1 and "logged no model" in str(nothing.exception)


def test_aliases_tags_and_notes(models: Path) -> None:
    command("models", "save", "good", "churn")
    assert "churn@best is version 1." in command("models", "alias", "churn/1", "best").output
    assert command("models", "alias", "churn", "best").exit_code == 2
    command("models", "tag", "churn", "team=risk")
    command("models", "tag", "churn@best", "checked=yes")
    command("models", "note", "churn", "who leaves")
    assert command("models", "note", "churn").output == "who leaves\n"
    model = json.loads(command("models", "show", "churn", "--json").output)
    assert (model["tags"], model["aliases"]) == ({"team": "risk"}, {"best": "1"})
    assert model["versions"][0]["tags"] == {"checked": "yes"}
    command("models", "tag", "churn", "-d", "team")
    assert command("models", "tag", "churn", "-d", "team").exit_code == 1
    assert "no alias 'best' any more" in command("models", "alias", "churn", "best", "-d").output


def test_a_deleted_version_is_gone_and_its_number_with_it(models: Path) -> None:
    for _ in range(2):
        command("models", "save", "good", "churn")
    assert command("models", "delete", "churn/2").exit_code == 0
    assert "no version 2. It has: 1" in str(command("models", "show", "churn/2").exception)
    assert "version 3" in command("models", "save", "good", "churn").output
    assert "models restore churn/1" in command("models", "delete", "churn/1").output
    command("models", "delete", "churn")
    assert len(command("models", "list").output.splitlines()) == 1
    command("models", "restore", "churn")
    command("models", "restore", "churn/2")
    versions = json.loads(command("models", "show", "churn", "--json").output)["versions"]
    assert [v["version"] for v in versions] == [3, 2]
    assert "models save RUN NAME" in command("models", "register").output


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("save", "nobody", "churn"), "no run 'nobody'"),
        (("save", "good", "a/b"), "holds '/'"),
        (("save", "good", "churn", "--alias", "latest"), "Alias 'latest' is not allowed"),
        (("show", "churn"), "no registered model 'churn'"),
        (("show", "churn/x"), "is not understood"),
    ],
)
def test_mistakes_are_told_and_change_nothing(
    models: Path, words: tuple[str, ...], message: str
) -> None:
    done = command("models", *words)
    assert done.exit_code == 1 and message in str(done.exception)
    assert runreport.search_registered_models() == []

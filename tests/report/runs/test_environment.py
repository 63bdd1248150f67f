from __future__ import annotations

from runreport.report.runs.environment import environment_fields, reproduction

RECORD = {
    "python": "3.11.7",
    "packages": {"b": "2", "a": "1.0"},
    "git": {"commit": "abc", "branch": "main", "dirty": True},
}


def test_the_commands_lead_back_to_a_run_and_say_what_they_lack() -> None:
    found = reproduction(RECORD, {"mlflow.source.name": "train it.py"})
    assert found.commands.splitlines() == [
        "git checkout abc",
        "# Python 3.11.7",
        "pip install -r requirements.txt",
        "python 'train it.py'",
    ]
    assert len(found.missing) == 2 and found.diff == ()


def test_what_was_published_is_used_and_quoted() -> None:
    record = {"command": ["python", "x.py", "--a", "b; rm -rf /"], "git": {
        "commit": "abc", "dirty": True, "diff": "--- a\n+++ b\n-old\n+new\n same"}}  # fmt: skip
    found = reproduction(record, {})
    assert found.commands.splitlines()[-1] == "python x.py --a 'b; rm -rf /'"
    assert [kind for _, kind in found.diff] == ["head", "head", "del", "add", ""]


def test_nothing_recorded_is_nothing_to_run() -> None:
    found = reproduction({}, {})
    assert found.commands == "" and found.missing == ("No commit was recorded.",)
    assert environment_fields({}) == []

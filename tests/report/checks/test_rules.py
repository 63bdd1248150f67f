from __future__ import annotations

from typing import Any

import pytest

from runreport.errors import ConfigError
from runreport.report.checks.rules import Rule, read_rule, refuse_contradictions, rule_of
from runreport.report.config import parse_config


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "metrics.acc >= baseline - 0.01",
            Rule("metrics.acc >= baseline - 0.01", "metrics.acc", "baseline", "max", 0.01),
        ),
        ("loss<=0.2", Rule("loss<=0.2", "loss", 0.2, "min")),
        ("v/acc >= best - 1 %", Rule("v/acc >= best - 1 %", "v/acc", "best", "max", 0.01, True)),
        ("loss <= main + 1e-3", Rule("loss <= main + 1e-3", "loss", "main", "min", 0.001)),
        ("f1 > previous + 0.1", Rule("f1 > previous + 0.1", "f1", "previous", "max", -0.1)),
        ("score >= -1.5", Rule("score >= -1.5", "score", -1.5, "max")),
    ],
)  # fmt: skip
def test_a_rule_of_one_line(text: str, rule: Rule) -> None:
    assert read_rule(text) == rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("accuracy", "cannot be read"),
        ("accuracy >= basline", "Did you mean 'baseline'"),
        ("accuracy >= baseline - x", "cannot be read"),
        (">= 1", "cannot be read"),
        ("a >= best - 1e400", "a tolerance that is no number"),
        ("", "cannot be read"),
    ],
)
def test_what_is_no_rule_is_said(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_rule(text)


def test_a_rule_of_a_config() -> None:
    table = {
        "metric": "val/acc", "against": "best", "tolerance": "2 %", "group": ["params.model"],
    }  # fmt: skip
    rule = rule_of(table, "x")
    assert (rule.name, rule.direction, rule.group) == (
        "val/acc >= best - 2 %",
        "max",
        ("params.model",),
    )
    assert rule.room(0.5) == pytest.approx(0.01)
    assert rule_of({"metric": "val_loss", "against": 1}, "x").direction == "min"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"against": 1}, "names no metric"),
        ({"metric": "loss"}, "not what loss is compared with"),
        ({"metric": "loss", "against": "bst"}, "Did you mean 'best'"),
        ({"metric": "loss", "against": True}, "compared with True"),
        ({"metric": "zzz", "against": 1}, "which values of zzz are better"),
        ({"metric": "zzz", "against": 1, "direction": "up"}, "which values of zzz are better"),
        ({"metric": "loss", "against": 1, "tolerance": "much"}, "tolerance is 'much'"),
        ({"metric": "loss", "against": 1, "tolerence": 1}, "Did you mean 'tolerance'"),
        ({"metric": "loss", "against": 1, "group": "params.a"}, "must be a list"),
        ({"metric": ["loss"], "against": 1}, "must be a text"),
        ({"metric": "loss", "against": 10**400}, "is compared with 1000"),
        ({"metric": "loss", "against": 1, "tolerance": "1e400"}, "tolerance is '1e400'"),
        ({"metric": "loss", "against": 1, "tolerance": 10**400}, "tolerance is 1000"),
    ],
)
def test_what_a_config_may_not_say(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rule_of(table, "runreport.toml: [[check]] 1")


def test_rules_that_no_run_can_keep_both_are_refused_and_ranges_are_not() -> None:
    refuse_contradictions([read_rule("a >= 1"), read_rule("a <= 2"), read_rule("b >= best")])
    for pair in (
        ("a >= 3", "a <= 2"),
        ("a >= best", "metrics.a <= best"),
        ("a >= best", "a <= 1"),
    ):
        with pytest.raises(ConfigError, match="contradict each other"):
            refuse_contradictions(map(read_rule, pair))


@pytest.mark.parametrize(
    ("config", "check", "direction"),
    [
        ({"primary_metric": "score", "direction": "min"}, {}, "min"),
        ({"experiments": {"T": {"primary_metric": "score", "direction": "min"}}}, {}, "min"),
        (
            {"primary_metric": "score", "experiments": {"T": {"direction": "min"}}},
            {"experiment": "T"},
            "min",
        ),
        ({"direction": "min", "primary_metric": "other"}, {}, "max"),  # the name says it
        ({"direction": "min"}, {}, "max"),
        ({"direction": "min"}, {"metric": "metrics.bleh"}, "min"),
        ({"primary_metric": "score", "direction": "min"}, {"direction": "max"}, "max"),
        ({"primary_metric": "score", "direction": "min"}, {"metric": "metrics.`score`"}, "min"),
    ],
)
def test_a_rule_takes_a_metric_as_the_config_does(
    config: dict[str, Any], check: dict[str, Any], direction: str
) -> None:
    table = {"metric": "score", "against": "previous", **check}
    assert rule_of(table, "x", parse_config(config)).direction == direction


def test_experiments_that_differ_in_what_is_better_are_told_apart_by_a_rule() -> None:
    tables = {
        name: {"primary_metric": "score", "direction": way}
        for name, way in (("A", "min"), ("B", "max"))
    }
    config = parse_config({"experiments": tables})
    table = {"metric": "score", "against": 1}
    with pytest.raises(ConfigError, match="experiments of this config differ"):
        rule_of(table, "x", config)
    assert rule_of({**table, "experiment": "A"}, "x", config).direction == "min"

"""Outcomes in the forms that other programs read: JSON, JUnit XML, SARIF, GitHub's annotations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from runreport.numbers import ROUGH, format_number
from runreport.query.samples import Side
from runreport.report.checks.judging import PASSED, REGRESSED, UNDECIDED, Outcome
from runreport.report.formatting import xml_text


def sentence(outcome: Outcome) -> str:
    """What became of a rule, in one line."""
    rule, head, base = outcome.rule, outcome.head, outcome.base
    told = [f"{rule.name}: {outcome.status}"]
    if outcome.experiment:
        told[0] += f" in {outcome.experiment}"
    commits = dict.fromkeys(run.commit[:8] for run in head.runs if run.commit)
    if commits:
        told[0] += f" at {', '.join(commits)}"
    if outcome.group:
        told.append(", ".join(f"{key} {value}" for key, value in outcome.group))
    if head.values:
        shown = f"{rule.metric} {_mean(head)}"
        told.append(f"{shown} against {_mean(base)}" if base.values else shown)
    if outcome.verdict is not None:
        told.append(f"difference {_effect(outcome)}")
    return "; ".join([*told, outcome.reason] if outcome.reason else told)


def _mean(side: Side) -> str:
    return f"{format_number(side.mean)} (n {len(side.values)})"


def _effect(outcome: Outcome) -> str:
    """The head less the base, in the metric's own direction."""
    size, low, high = differences(outcome)
    ends = f" ({format_number(low, ROUGH)} to {format_number(high, ROUGH)})"
    return f"{size:+.3g}{ends if math.isfinite(low) else ''}"


def differences(outcome: Outcome) -> tuple[float, float, float]:
    """The head less the base with its interval; NaN where nothing was tested."""
    verdict = outcome.verdict
    if verdict is None:
        return math.nan, math.nan, math.nan
    if outcome.rule.direction == "min":
        return verdict.effect, verdict.low, verdict.high
    return 0.0 - verdict.effect, 0.0 - verdict.high, 0.0 - verdict.low  # no -0


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """All that is known of outcomes."""
    return {
        "passed": sum(own.status == PASSED for own in outcomes),
        "regressed": sum(own.status == REGRESSED for own in outcomes),
        "undecided": sum(own.status == UNDECIDED for own in outcomes),
        "outcomes": [_described(own) for own in outcomes],
    }


def _described(outcome: Outcome) -> dict[str, Any]:
    size, low, high = differences(outcome)
    verdict = outcome.verdict
    return {
        "rule": outcome.rule.name,
        "metric": outcome.rule.metric,
        "direction": outcome.rule.direction,
        "against": outcome.rule.against,
        "experiment": outcome.experiment,
        "group": dict(outcome.group),
        "status": outcome.status,
        "reason": outcome.reason,
        "head": _side(outcome.head),
        "base": _side(outcome.base),
        "difference": None if verdict is None else size,
        "interval": None if verdict is None else [low, high],
        "p": None if verdict is None else outcome.p,
        "test": None if verdict is None else verdict.test,
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "mean": side.mean if side.values else None,
        "n": len(side.values),
        "runs": [run.run_id for run in side.runs],
    }


def as_junit(outcomes: Sequence[Outcome], *, undecided_fails: bool) -> str:
    """JUnit's XML: a case an outcome; an undecided one is skipped unless it fails."""
    counts = [own.status for own in outcomes]
    failures = counts.count(REGRESSED) + (counts.count(UNDECIDED) if undecided_fails else 0)
    skipped = 0 if undecided_fails else counts.count(UNDECIDED)
    suite = ET.Element(
        "testsuite", name="runreport check", tests=str(len(outcomes)),
        failures=str(failures), errors="0", skipped=str(skipped),
    )  # fmt: skip
    for own in outcomes:
        group = ", ".join(f"{key}={value}" for key, value in own.group)
        name = f"{own.rule.name} [{group}]" if group else own.rule.name
        case = ET.SubElement(
            suite, "testcase", classname=xml_text(own.experiment or "runs"), name=xml_text(name)
        )
        told = xml_text(sentence(own))
        if own.status == REGRESSED or (own.status == UNDECIDED and undecided_fails):
            ET.SubElement(case, "failure", message=told, type=own.status).text = told
        elif own.status == UNDECIDED:
            ET.SubElement(case, "skipped", message=told)
    ET.indent(suite)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def as_sarif(outcomes: Sequence[Outcome], config: str, version: str) -> dict[str, Any]:
    """SARIF 2.1.0: a result for each outcome that did not pass, at the config with the rules."""
    rules = list(dict.fromkeys(own.rule.name for own in outcomes))
    place = {"physicalLocation": {"artifactLocation": {"uri": quote(config)}}}
    results = [
        {
            "ruleId": own.rule.name,
            "ruleIndex": rules.index(own.rule.name),
            "level": "error" if own.status == REGRESSED else "warning",
            "message": {"text": sentence(own)},
            "locations": [place],
        }
        for own in outcomes
        if own.status != PASSED
    ]
    driver = {
        "name": "runreport",
        "version": version,
        "rules": [{"id": name, "shortDescription": {"text": name}} for name in rules],
    }
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def as_annotations(outcomes: Sequence[Outcome]) -> list[str]:
    """GitHub's workflow commands: an error a regression, a warning where nothing could be told."""
    kinds = {REGRESSED: "error", UNDECIDED: "warning"}
    return [
        f"::{kinds[own.status]} title=runreport check::{_command(sentence(own))}"
        for own in outcomes
        if own.status in kinds
    ]


def _command(text: str) -> str:
    """Text that a runner takes for one message, and for no command of its own."""
    plain = xml_text(text).replace("##[", "# #[")
    return plain.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

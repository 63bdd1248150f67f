"""The page of a project's rules: what becomes of each now, and what did before."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from report.reviews.archives import around, log
from report.test_assemble import report_of

import runreport
from runreport.errors import BuildError
from runreport.pipeline import build_site
from runreport.report.checks.page import CheckPage
from runreport.report.config import parse_config
from runreport.site.checks_svg import check_svg

PREVIOUS = {"metric": "acc", "against": "previous", "tolerance": 0.01}


def page_of(archive: Path, *rules: dict[str, object]) -> CheckPage:
    found = report_of(archive, check=list(rules)).checks
    assert found is not None
    return found


@pytest.fixture
def nights(archive: Path) -> Path:
    """Three commits of ten seeds: the last is worse."""
    for commit, mean in (("aaaaaaaaaa", 0.9), ("bbbbbbbbbb", 0.9), ("cccccccccc", 0.8)):
        log(commit, around(mean, seed=ord(commit[0])))
    return archive


def test_a_rule_says_what_was_checked_and_what_it_is_held_to(nights: Path) -> None:
    page = page_of(nights, {"metric": "acc", "against": 0.5}, PREVIOUS)
    assert page.verdict == "1 regressed, 1 passed"
    regressed, passed = page.rules
    assert (regressed.status, regressed.experiment) == ("regressed", "Default")
    assert regressed.head.startswith("0.79") and regressed.head.endswith("(n 10)")
    assert regressed.difference.startswith("−0.1") and regressed.reason.startswith("p ")
    assert (passed.base, passed.difference) == ("0.5", "–")
    assert len(regressed.runs) == 10 and all(run.url.startswith("r/") for run in regressed.runs)


def test_a_rule_is_judged_at_each_commit_as_if_that_had_been_the_newest(nights: Path) -> None:
    rule, limit = page_of(nights, PREVIOUS, {"metric": "acc", "against": 0.85}).rules
    assert [(own.commit, own.status) for own in rule.commits] == [
        ("aaaaaaaa", "undecided"), ("bbbbbbbb", "passed"), ("cccccccc", "regressed"),
    ]  # fmt: skip
    assert [own.status for own in limit.commits] == ["passed", "passed", "regressed"]
    picture = str(check_svg(rule, "x"))
    assert picture.count('class="regressed"') == 1 and picture.count('class="base"') == 2
    assert "acc at the last 3 commits: 1 passed, 1 undecided, 1 regressed" in picture


def test_without_commits_each_run_is_a_moment(archive: Path) -> None:
    client = runreport.RunreportClient(str(archive))
    for number, value in enumerate((0.9, 0.95, 0.7)):
        run_id = client.create_run("0", start_time=1_790_000_000_000 + number).info.run_id
        client.log_metric(run_id, "acc", value)
        client.set_terminated(run_id)
    (rule,) = page_of(archive, {"metric": "acc", "against": 0.8}).rules
    assert [own.status for own in rule.commits] == ["passed", "passed", "regressed"]
    assert {own.commit for own in rule.commits} == {""}


def test_a_rule_that_cannot_be_judged_is_named_and_the_others_are_judged(
    nights: Path, tmp_path: Path
) -> None:
    rules = [{"metric": "none_loss", "against": 1}, {"metric": "acc", "agianst": 1}, PREVIOUS]
    report = report_of(nights, check=rules)
    assert report.checks is not None and len(report.checks.rules) == 1
    assert report.checks.verdict == "1 regressed, 2 rules that cannot be judged"
    told = " ".join(report.advice)
    assert "No run has the metric 'none_loss'" in told and "no key 'agianst'" in told
    config = parse_config({"check": rules})
    with pytest.raises(BuildError, match="agianst"):
        build_site(str(nights), str(tmp_path / "site"), config, strict=True)


def test_what_is_private_is_on_no_page_of_rules(archive: Path) -> None:
    secret = "ghp_" + "a1B2c3D4e5F6" * 3
    for key in (secret, "other"):
        log("a", [0.9], api_key=key)
    told = repr(page_of(archive, {"metric": "acc", "against": 0.5}))
    assert secret not in told


def test_a_site_has_the_page_and_its_feed_the_regression(nights: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build_site(str(nights), str(site), parse_config({"check": [PREVIOUS]}))
    text = (site / "checks" / "index.html").read_text()
    assert "<h1>Checks</h1>" in text and "1 regressed" in text
    assert 'href="checks/index.html"' in (site / "index.html").read_text()
    entries = ET.parse(site / "feed.xml").getroot().iter("{http://www.w3.org/2005/Atom}title")
    assert "Regressed: acc >= previous - 0.01" in [entry.text for entry in entries]
    build_site(str(nights), str(site), parse_config({}))
    assert not (site / "checks").exists()
    assert "Regressed" not in (site / "feed.xml").read_text()


def test_without_rules_there_is_no_page(nights: Path) -> None:
    assert report_of(nights).checks is None


def test_rules_that_contradict_each_other_are_said_so(nights: Path) -> None:
    page = page_of(
        nights,
        {"metric": "acc", "against": 0.8, "direction": "max"},
        {"metric": "acc", "against": 0.7, "direction": "min"},
    )
    assert "contradict each other" in " ".join(page.problems)

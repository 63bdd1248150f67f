"""`compare` and `build --base` as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.test_commands import command, ok
from report.reviews.archives import around, log

import runreport

BASE, HEAD = "params.model = 'a'", "params.model = 'b'"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("compare") / "archive"
    runreport.set_tracking_uri(folder)
    runreport.set_experiment("nightly")
    log("aaa", around(0.9), model="a")
    log("bbb", around(0.85, seed=1), model="b")
    return str(folder)


def test_text_markdown_json_and_html_say_the_same(archive: str, tmp_path: Path) -> None:
    told = "1 metric compared: 1 worse"
    assert told in ok("compare", BASE, HEAD, "-a", archive)
    assert told in ok("compare", BASE, HEAD, "-a", archive, "--format", "md")
    found = json.loads(ok("compare", BASE, HEAD, "-a", archive, "--json"))
    assert told in found["verdict"] and found["metrics"][0]["state"] == "worse"
    page = tmp_path / "review.html"
    ok("compare", BASE, HEAD, "-a", archive, "-o", str(page), "--title", "A <b> title")
    text = page.read_text()
    assert told in text and "<h1>A &lt;b&gt; title</h1>" in text
    assert "<script" not in text and 'src="' not in text and "href=" not in text


def test_links_lead_to_the_report_where_somebody_says_where_it_lies(archive: str) -> None:
    url = "https://org.github.io/project"
    told = ok("compare", BASE, HEAD, "-a", archive, "--format", "md", "--url", url)
    assert f"[Whole report]({url}/)" in told and f"[acc]({url}/r/" in told


def test_runs_are_compared_by_the_fields_that_somebody_names(archive: str) -> None:
    found = json.loads(ok("compare", BASE, HEAD, "-a", archive, "--json", "--group", "params.lr"))
    assert found["metrics"][0]["state"] == "worse" and found["settings"] == []
    done = command("compare", BASE, HEAD, "-a", archive, "--group", "params.modle")
    assert done.returncode == 1 and "Did you mean" in done.stderr


def test_a_site_gets_a_page_of_it_and_loses_it_again(archive: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    page = site / "compare" / "_base" / "index.html"
    ok("build", archive, "-o", str(site), "--base", BASE)
    assert "1 worse" in page.read_text() and '<a href="../../r/' in page.read_text()
    for other in ("index.html", "compare/index.html"):
        assert "compare/_base/index.html" in (site / other).read_text()
    ok("build", archive, "-o", str(site))
    assert not page.exists() and "compare/_base" not in (site / "index.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument 'BASE'"),
        (("nothing",), "no revision"),
        (("",), "it is empty"),
        (("params.modle = 'a'",), "Did you mean"),
        (("metrics.acc >",), "metrics.acc >"),
        ((BASE, "--pull-request", "3"), "--comment"),
        ((BASE, "--comment"), "GITHUB_TOKEN"),
        ((BASE, "-o", "/nowhere/x.md"), "Could not write /nowhere/x.md"),
        ((BASE, "-o", "x.pdf"), "ends in none of"),
        ((BASE, "--json", "--format", "md"), "two forms"),
    ],
)
def test_a_mistake_is_one_clear_message(
    archive: str, arguments: tuple[str, ...], told: str
) -> None:
    done = command("compare", *arguments, "-a", archive)
    assert done.returncode in (1, 2) and told in done.stderr and "Traceback" not in done.stderr

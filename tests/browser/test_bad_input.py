"""Two hundred hostile texts in every field, and pages of absurd size: text, and usable."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.writer import Writer
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BREAKOUTS = ("", "'", '"', "`", "-->", "</title>", "</script>", "</style>", "</textarea>", "]]>")
PAYLOADS = (
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    "<svg/onload=window.__xss=1>",
    "<iframe srcdoc='<script>parent.__xss=1</script>'>",
    "<a href=javascript:window.__xss=1>x</a>",
    "<details open ontoggle=window.__xss=1>",
    "<math><mtext></p><style><!--</style><img src=x onerror=window.__xss=1>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<form action=//evil.example/><input autofocus onfocus=window.__xss=1>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<object data=//evil.example/x>",
    "[x](javascript:window.__xss=1)",
    "![x](//evil.example/pixel.png)",
    "<b style=background:url(//evil.example/)>",
)
SINGLE = (
    "{{ 7*7 }}", "{% include '/etc/passwd' %}", "${window.__xss=1}", "#{7*7}", "<%= 7*7 %>",
    "../../etc/passwd", "..\\..\\x", "C:\\x", "//evil.example/x", "javascript:window.__xss=1",
    "data:text/html,<script>window.__xss=1</script>", "vbscript:x",
    "\u202etxt.exe", "\u2028\u2029",
    "\ufeff", "a\u0301", "\u00e1", "\U0001f600" * 20, "=1+1", "+1", "-1", "@SUM(A1)", "|calc",
    "__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "null", "undefined",
    "NaN",
    "true", "0", "-0", "1e999", "Infinity", "%00", "%3Cscript%3E",
    "&lt;script&gt;", "&#60;script&#62;",
    "' OR 1=1 --", "a=1&b=2", "#v=1&q=x", "?x=1", "a;b|c,d", "x" * 5000, "*bold* `code`",
    "# head",
    "| a | b |", "\\textbf{x}", "$x$",
)  # fmt: skip
FORMS = [a + b for a, b in itertools.product(BREAKOUTS, PAYLOADS)] + list(SINGLE)


def hostile_archive(folder: Path) -> Path:
    runreport.set_tracking_uri(folder)
    for number, text in enumerate(FORMS):
        runreport.set_experiment("hostile" if number % 50 else f"e {text}"[:240])
        with runreport.start_run(run_name=text[:240], description=text) as run:
            runreport.log_param("p", text[:5000])
            runreport.set_tag("t", FORMS[number % 20])
            runreport.log_metric("m", float(number % 7))
            runreport.log_text(text, "a.txt")
            runreport.log_text(text, "a.html")
            runreport.log_text(text, "a.md")
            runreport.log_text(f'"{text}",b\n{text},1\n', "a.csv")
        writer = Writer(open_archive(folder), run.info.experiment_id, run.info.run_id)
        writer.log_values("param", {text[:240]: text[:240]})
        writer.log_values("tag", {text[:240]: text[:240]})
        for step in range(2):
            writer.log_metric(text[:240], float(number), step, step)
        source = {"source": f"runs:/{run.info.run_id}/model", "description": text}
        writer.log_event("model_version", text[:240], "1", source)
        writer.finish()
    return folder


def quiet_page(browser: Browser, complaints: list[str]) -> Page:
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on(
        "request",
        lambda r: None if r.url.startswith(("file:", "data:")) else complaints.append(r.url),
    )
    return page


@pytest.mark.long
def test_two_hundred_hostile_texts_are_shown_as_text(browser: Browser, tmp_path: Path) -> None:
    assert len(FORMS) >= 200
    site = tmp_path / "site"
    config = parse_config({"primary_metric": "m", "direction": "max"})
    build_site(str(hostile_archive(tmp_path / "a")), str(site), config)
    pages = [
        site / "index.html",
        site / "activity" / "index.html",
        *site.glob("[etjmn]/index.html"),
    ]
    pages += [*site.glob("e/*/index.html"), *sorted(site.glob("r/*/*.html"))[::4]]
    pages += [*sorted(site.glob("m/*/index.html"))[::20], *sorted(site.glob("t/*/*/index.html"))]
    complaints: list[str] = []
    page = quiet_page(browser, complaints)
    for path in pages:
        page.goto(f"file://{path}")
        assert page.evaluate("window.__xss") is None, path
        assert page.evaluate("[...document.scripts].every(one => one.src.startsWith('file:'))")
        for summary in page.locator(".files summary").all():
            summary.click()
    (hostile,) = site.glob("e/hostile/index.html")
    page.goto(f"file://{hostile}#v=1&group=params.p")
    expect(page.locator("#shown")).to_contain_text("groups by p")
    page.goto(f"file://{hostile}#v=1&all=1&sort=params.p&charts=bar;x=params.p;y=metrics.m")
    expect(page.locator("figure.chart svg.marks")).to_be_visible()
    for number in (0, 1, 2):
        page.locator("#run-table tbody input").nth(number).check()
    page.locator("#selection").get_by_role("link", name="Compare").click()
    expect(page.locator("figure.chart svg.marks").first).to_be_visible()
    page.get_by_label("What is the same, too").check()
    assert page.evaluate("window.__xss") is None
    page.close()
    assert complaints == []


def test_pages_of_absurd_size_stay_usable(browser: Browser, tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    runreport.set_experiment("absurd")
    with (
        pytest.warns(UserWarning, match="only the first"),
        runreport.start_run(run_name="wide", description="word " * 200_000),
    ):
        for start in range(0, 12_000, 100):
            runreport.log_params({f"p{n}": n for n in range(start, start + 100)})
        runreport.set_tags({f"t{n}": f"value {n}" for n in range(500)})
        runreport.log_param("long", "x" * 5000)
        runreport.log_metric("loss", 1.0)
    with runreport.start_run(run_name="odd"):
        for step in range(5):
            runreport.log_metric("nan", math.nan, step=step)
            runreport.log_metric("inf", math.inf, step=step)
        runreport.log_metric("loss", 2.0)
        runreport.log_param("p7", "other")
        for number in range(1000):
            runreport.log_text("x", f"files/f{number}.txt")
    site = tmp_path / "site"
    build_site(str(tmp_path / "a"), str(site), Config())
    complaints: list[str] = []
    page = quiet_page(browser, complaints)
    (experiment,) = site.glob("e/*/index.html")
    page.goto(f"file://{experiment}")
    page.locator("#filter").fill("params.p7 = 'other'")
    expect(page.locator("#shown")).to_have_text("1 of 2 runs match")
    page.locator("#filter").fill("")
    page.locator("#toolbar summary", has_text="Columns").click()
    expect(page.locator(".pane")).to_contain_text("The first 150 of 12,")
    page.get_by_label("Search columns").fill("p11999")
    page.get_by_role("checkbox", name="p11999").check()
    expect(page.locator("#run-table thead")).to_contain_text("p11999")
    for path in site.glob("r/*/*.html"):
        page.goto(f"file://{path}")
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.close()
    assert complaints == []

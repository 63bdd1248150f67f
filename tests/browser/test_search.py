"""The header's search, filters that are being typed, and links to charts that no build drew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.conftest import Reader, experiment, watch
from playwright.sync_api import Browser, expect

import runreport
from runreport.pipeline import build_site
from runreport.report.config import parse_config

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def plain_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs without params and curves, of which a build draws no chart."""
    folder = tmp_path_factory.mktemp("plain")
    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment("plain")
    for a in (1.0, 2.0, 3.0):
        with runreport.start_run(run_name=f"run of {a:.0f}"):
            runreport.log_metrics({"a": a, "b": 1 / a})
    with runreport.start_run(experiment_id=runreport.create_experiment("one"), run_name="alone"):
        runreport.log_metric("a", 1.0)
    identity = runreport.create_experiment("diverged")
    for last in (float("nan"), 0.5):
        with runreport.start_run(experiment_id=identity, run_name=f"ended at {last}"):
            runreport.log_metric("loss", 1.0, step=0)
            runreport.log_metric("loss", last, step=1)
    build_site(str(folder / "archive"), str(folder / "site"), parse_config({}))
    return folder / "site"


@pytest.fixture
def plain(browser: Browser, plain_site: Path) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield from watch(context, f"file://{plain_site}/")


def test_a_link_to_a_chart_is_drawn_where_the_build_drew_none(
    plain: Reader, plain_site: Path
) -> None:
    place = experiment(plain_site, "plain")
    page = plain.open(f"{place}#v=1&charts=scatter;x=metrics.a;y=metrics.b")
    expect(page.locator("figure.chart svg .mark-symbol path")).to_have_count(3)
    page.goto("about:blank")
    page = plain.open(place)
    page.get_by_role("button", name="Add chart").click()
    expect(page.locator("figure.chart svg .mark-symbol path")).to_have_count(3)
    page = plain.open(experiment(plain_site, "one"))
    expect(page.locator(".charts")).to_be_hidden()


def test_a_diverged_run_says_so_in_the_table_before_and_after_scripts_draw_it(
    plain: Reader, plain_site: Path
) -> None:
    for view in ("", "#v=1&sort=run_name"):
        page = plain.open(experiment(plain_site, "diverged") + view)
        row = page.locator("#run-table tbody tr", has_text="ended at nan")
        expect(row.locator(".status")).to_have_attribute("title", "Diverged: loss ended at NaN.")
        expect(page.locator("#run-table tbody .status[title]")).to_have_count(1)
        page.goto("about:blank")


def test_the_header_finds_runs_by_name_and_id(reader: Reader) -> None:
    page = reader.open("index.html")
    search = page.get_by_role("searchbox", name="Search runs")
    search.fill("mlp-128 relu-0.003")
    found = page.locator(".found a")
    expect(found).to_have_count(3)
    expect(found.first).to_have_text("mlp-128-relu-0.003-s2")
    expect(page.locator(".found li").first).to_contain_text("run of Digits networks")
    found.first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("mlp-128-relu-0.003-s2")
    identity = page.locator(".id").first.inner_text()
    search = page.get_by_role("searchbox", name="Search runs")
    search.fill(identity[:8])
    expect(page.locator(".found a")).to_have_count(1)
    search.fill("wine")
    expect(page.locator(".found li").first).to_contain_text("experiment")
    search.fill("nobody is called so")
    expect(page.locator(".found")).to_have_text("Nothing has this name.")


def test_a_filter_says_what_is_still_to_come_and_then_what_is_wrong(
    reader: Reader, find_experiment: object
) -> None:
    page = reader.open(find_experiment("digits"))  # type: ignore[operator]
    box, advice = page.get_by_label("Filter", exact=True), page.locator("#advice")
    box.fill("val_loss")
    expect(advice).to_have_text(
        "Searched as a word; to filter by val_loss, compare it: val_loss < …"
    )
    page.get_by_role("button", name="Reset view").click()
    expect(page.locator("#shown")).to_contain_text("73 runs")
    box.press_sequentially("val_los < 0.08")  # its beginning is searched as words on the way
    expect(advice).to_contain_text("Did you mean metrics.val_loss?")
    expect(page.locator("#shown")).to_contain_text("73 runs")
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(box).to_have_attribute("aria-invalid", "true")  # sorting makes nothing right
    box.fill("val_loss <")
    expect(advice).to_contain_text("Not finished: metrics.val_loss compares with")
    expect(box).not_to_have_attribute("aria-invalid", "true")
    box.fill("val_loss < 0.08")
    expect(advice).to_have_text("")
    expect(page.locator("#shown")).to_contain_text("match")
    box.fill("val_loss.min < 0.08 and experiment_name like 'Digits%'")
    expect(advice).to_have_text("")
    box.fill("val_los < 0.08")
    expect(advice).to_contain_text("Did you mean metrics.val_loss?")


def test_a_link_may_name_a_column_without_what_it_belongs_to(
    reader: Reader, find_experiment: object
) -> None:
    place = find_experiment("digits")  # type: ignore[operator]
    page = reader.open(f"{place}#v=1&charts=scatter;x=hidden;y=val_loss.min;c=activation")
    expect(page.locator("figure.chart figcaption").first).to_have_text(
        "val_loss.min against hidden 72 of 73 runs"
    )
    expect(page.locator("#advice")).to_have_text("")


def test_a_statistic_is_a_column_one_can_show_sort_and_draw(
    reader: Reader, find_experiment: object
) -> None:
    place = find_experiment("digits")  # type: ignore[operator]
    cols = "cols=run_name,metrics.val_loss,metrics.val_loss.min&sort=metrics.val_loss.min"
    page = reader.open(
        f"{place}#v=1&{cols}&charts=scatter;x=metrics.val_loss.min;y=metrics.val_loss"
    )
    head = page.locator("#run-table thead")
    expect(head).to_contain_text("val_loss.min")
    values = page.locator("#run-table tbody tr td:nth-child(5)").all_inner_texts()
    numbers = [float(text) for text in values if text != "–"]
    assert len(numbers) > 20 and numbers == sorted(numbers)
    lasts = [
        float(t) for t in page.locator("#run-table tbody tr td:nth-child(3)").all_inner_texts()
    ]
    assert all(least <= last for least, last in zip(numbers, lasts, strict=False))
    expect(page.locator("figure.chart svg").first).to_contain_text("val_loss.min")
    page.locator("summary", has_text="Columns").click()
    expect(page.get_by_role("group", name="Statistics")).to_contain_text("train_loss.max")

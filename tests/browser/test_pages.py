"""Every kind of page: light, dark, phone, without script; and hostile text in every field."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.kinds import page_kinds
from playwright.sync_api import Browser, Locator, Page, expect

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.writer import Writer
from runreport.models import Model, infer_signature
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def paths(sample_site: Path) -> dict[str, str]:
    return page_kinds(sample_site)


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_scrolls_sideways_and_text_stands_out(
    reader: Any, paths: dict[str, str], width: int, scheme: Any
) -> None:
    reader.page.set_viewport_size({"width": width, "height": 844})
    reader.page.emulate_media(color_scheme=scheme)
    for name, path in paths.items():
        page = reader.open(path)
        if name == "not found":  # it may name no style sheet
            continue
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1
        colours = page.evaluate(
            "(style => [style.color, style.backgroundColor])(getComputedStyle(document.body))"
        )
        assert colours == (
            ["rgb(27, 31, 36)", "rgb(255, 255, 255)"]
            if scheme == "light"
            else ["rgb(230, 237, 243)", "rgb(15, 19, 24)"]
        )


def test_without_script_every_page_has_its_rows_charts_and_links(
    browser: Browser, root: str, paths: dict[str, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + paths["experiment"])
    expect(page.locator("#toolbar")).to_be_hidden()
    expect(page.locator("#run-table tbody tr")).to_have_count(50)
    expect(page.locator("svg.chart-svg:visible")).to_have_count(3)
    page.get_by_role("link", name="2", exact=True).click()
    expect(page.locator("#run-table tbody tr")).to_have_count(23)
    page.locator("#run-table tbody a").first.click()
    expect(page.locator("svg.curve").first).to_be_visible()
    page.get_by_role("link", name="Digits networks").first.click()
    expect(page.locator("h1")).to_have_text("Digits networks")
    context.close()


def test_the_overview_leads_to_experiments_best_and_failed_runs(reader: Any) -> None:
    page = reader.open("index.html")
    expect(page.locator(".standings tbody tr")).to_have_count(10)
    digits = page.locator(".standings tr", has_text="Digits networks")
    expect(digits).to_contain_text("0.9815 mlp-128-relu-0.003-s0")
    expect(digits.locator(".delta.better").first).to_contain_text("+0.00370")
    expect(digits.locator(".trend")).to_have_attribute(
        "title", "val_accuracy of 73 runs, oldest first: 0.6963 to 0.9815"
    )
    expect(page.locator("section[aria-labelledby=models] .card")).to_have_count(2)
    page.locator("section[aria-labelledby=failed]").get_by_role("link").first.click()
    expect(page.locator(".facts")).to_contain_text("killed")
    page.locator("header summary", has_text="Experiments").click()
    page.locator("header").get_by_role("link", name="Wine sweep").click()
    expect(page.locator("h1")).to_have_text("Wine sweep")


def test_a_run_shows_its_eight_fields_and_files(reader: Any, paths: dict[str, str]) -> None:
    page = reader.open(paths["run"])
    for name in ("Source", "Registered version", "Start date", "Status"):
        expect(page.locator("dt", has_text=name).first).to_be_visible()
    for name in ("Hyperparameters", "Metrics", "Output files", "Tags"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    image = page.locator(".files img").first
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.files img').naturalWidth > 0")
    expect(page.locator(".files table").first).to_contain_text("precision")


def test_the_page_for_a_dead_link_needs_no_other_file(reader: Any) -> None:
    page = reader.open("404.html")
    expect(page.locator("h1")).to_have_text("No such page")
    assert page.locator("a, script, link[rel=stylesheet]").count() == 0


def test_where_the_site_lies_is_told_the_page_for_a_dead_link_leads_back(
    browser: Browser, tmp_path: Path
) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    runreport.set_experiment("one")
    with runreport.start_run():
        runreport.log_metric("m", 1.0)
    config = parse_config({"publish": {"url": "https://org.example/repo"}})
    build_site(str(tmp_path / "a"), str(tmp_path / "site"), config)
    text = (tmp_path / "site" / "404.html").read_text()
    assert 'href="/repo/index.html"' in text and 'href="/repo/static/' in text


def test_the_theme_switch_is_remembered(reader: Any) -> None:
    page = reader.open("index.html")
    button = page.locator("#theme-switch")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    page.reload()
    expect(button).to_have_text("Theme: dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"


HOSTILE = [
    "</script><script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    '"><svg onload=window.__xss=1>',
    "'-window.__xss=1-'",
    "javascript:window.__xss=1",
    "{{ 7*7 }}{% raw %}",
    "${window.__xss=1}",
    "<!--",
    "]]><b>",
    "&lt;b&gt;",
    "\u2028\u2029\u202e",
    "__proto__",
    "constructor",
    "=1+1",
    "datum.x);window.__xss=1//",
]


def hostile_site(folder: Path) -> Path:
    runreport.set_tracking_uri(folder / "archive")
    runreport.set_experiment(HOSTILE[0])
    runreport.set_experiment_tags({"note": HOSTILE[1], "mlflow.note.content": " ".join(HOSTILE)})
    for number, text in enumerate(HOSTILE):
        with runreport.start_run(run_name=text, description=text) as run:
            runreport.log_param("p", text)
            runreport.log_param("n", number)
            runreport.set_tag("t", HOSTILE[number % 5])
            for step in range(3):
                runreport.log_metric("m", number + step, step=step)
            runreport.log_text(text, "a.txt")
            runreport.log_text(f"<script>window.__xss=1</script>{text}", "page.html")
            runreport.log_text(f"a,b\n{text},1\n", "t.csv")
            runreport.log_dict({text: text}, "d.json")
            model = Model(artifact_path=text, signature=infer_signature({text: 1.5}, [text]))
            model.add_flavor(text).save(folder)
            runreport.log_artifact(folder / "MLmodel", "model")
            runreport.log_text(text, "model/requirements.txt")
            runreport.log_table(
                {text: [text], "outputs": text, "m/score": 1.0}, "eval_results_table.json"
            )
            runreport.log_text(
                "<svg xmlns='http://www.w3.org/2000/svg'><script>parent.__xss=1</script></svg>",
                "x.svg",
            )
        # What the API refuses may still come from another tool.
        writer = Writer(open_archive(folder / "archive"), run.info.experiment_id, run.info.run_id)
        writer.log_values("param", {text: text})
        writer.log_values("tag", {text: text})
        writer.log_metric(text, float(number), 0, 1)
        writer.log_metric(text, float(number), 1, 2)
        source = f"runs:/{run.info.run_id}/model"
        data = {"source": source, "description": text, "tags": {text: text}}
        for name in (text, HOSTILE[0]):
            writer.log_event("model_version", name, str(number + 1), data)
            writer.log_event("model_alias", name, str(number + 1), {"alias": text})
            writer.log_event("registered_model", name, "active", data)
        writer.finish()
    config = {"title": HOSTILE[2], "description": " ".join(HOSTILE), "primary_metric": "m"}
    build_site(str(folder / "archive"), str(folder / "site"), parse_config(config))
    return folder / "site"


@pytest.fixture
def hostile(browser: Browser, tmp_path: Path) -> Iterator[tuple[Path, Page]]:
    """A site of hostile texts, and a page that must not run any of them."""
    site = hostile_site(tmp_path)
    page = browser.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    yield site, page
    assert page.evaluate("window.__xss") is None and complaints == []
    page.close()


def test_hostile_text_in_every_field_is_shown_as_text(hostile: tuple[Path, Page]) -> None:
    site, page = hostile
    pages = [site / "index.html", *site.glob("e/**/index.html"), *site.glob("r/**/*.html")]
    for folder in ("m", "activity", "t", "j", "n", "about", "compare"):
        pages += site.glob(f"{folder}/**/index.html")
    assert len(pages) > 4 * len(HOSTILE)
    for path in pages:
        page.goto(f"file://{path}")
        page.wait_for_timeout(20)
        assert page.evaluate("window.__xss") is None, path


@pytest.mark.long
def test_hostile_names_are_filtered_shown_and_drawn_as_text(hostile: tuple[Path, Page]) -> None:
    site, page = hostile
    (experiment,) = (site / "e").glob("*/index.html")
    page.goto(f"file://{experiment}")
    assert page.locator("#run-table tbody tr").count() == len(HOSTILE)
    names = page.locator("#run-table tbody th").all_inner_texts()
    assert HOSTILE[0] in names and HOSTILE[1] in names
    for text in HOSTILE[:6]:
        page.locator("#filter").fill(f'"{text}"' if '"' not in text else text)
        page.wait_for_timeout(150)
    page.locator("#filter").fill("")
    page.locator("#toolbar summary", has_text="Columns").click()
    for label in page.locator(".pane [role=group] label").all():
        label.locator("input").check()
    page.keyboard.press("Escape")
    scatter = page.locator("figure[data-chart=scatter]")
    scatter.get_by_role("button", name="Edit chart").click()
    for name, start in (("X", ""), ("Y", "metrics."), ("Colour", "tags.")):
        choose_each(page, scatter, name, start)
    for name, value in (("X", "params.n"), ("Y", "metrics.m")):
        scatter.get_by_role("combobox", name=name, exact=True).select_option(value)
    expect(scatter.locator("svg.marks")).to_be_visible()
    curves = page.locator("figure[data-chart=curves]")
    curves.get_by_role("button", name="Edit chart").click()
    choose_each(page, curves, "Y", "metrics.")


def choose_each(page: Page, figure: Locator, name: str, start: str) -> None:
    """Choose each of the options of a menu that begin so."""
    select = figure.get_by_role("combobox", name=name, exact=True)
    values = select.evaluate("menu => [...menu.options].map(({ value }) => value)")
    for value in values:
        if value.startswith(start) and not value.endswith((".min", ".max", ".mean")):
            select.select_option(value)
            page.wait_for_timeout(20)


def test_a_point_between_gaps_is_seen_on_a_run_s_page(browser: Browser, tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    with runreport.start_run() as run:
        for step in range(9):
            runreport.log_metric("m", math.nan if step % 2 else 1.0 + step, step=step)
    build_site(str(tmp_path / "a"), str(tmp_path / "site"), Config())
    run_id = run.info.run_id
    page = browser.new_page()
    page.goto(f"{tmp_path.as_uri()}/site/r/{run_id[:2]}/{run_id}.html")
    assert [one.is_visible() for one in page.locator(".curve circle").all()] == [True] * 5
    page.close()


def test_curves_of_runs_without_pages_are_drawn(browser: Browser, tmp_path: Path) -> None:
    runreport.set_tracking_uri(tmp_path / "a")
    for number in range(9):
        with runreport.start_run(run_name=f"run {number}"):
            for step in range(3):
                runreport.log_metric("loss", number + 1 / (step + 1), step=step)
    config = Config(max_run_pages=2)
    build_site(str(tmp_path / "a"), str(tmp_path / "site"), config)
    page = browser.new_page()
    (experiment,) = (tmp_path / "site" / "e").glob("*")
    page.goto(f"file://{experiment}/index.html")
    page.get_by_role("button", name="Draw all").click()
    lines = page.locator("figure[data-chart=curves] .mark-line path")
    expect(lines).to_have_count(9)
    ids = ",".join(f"{experiment.name}:{one}" for one in run_ids(tmp_path / "a"))
    page.goto(f"file://{tmp_path}/site/compare/index.html#v=1&sel={ids}")
    expect(page.locator("figure.chart .mark-line path")).to_have_count(9)
    page.close()


def run_ids(archive: Path) -> list[str]:
    runreport.set_tracking_uri(archive)
    return [run.info.run_id for run in runreport.search_runs(output_format="list")]

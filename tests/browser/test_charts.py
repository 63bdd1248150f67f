"""Charts in a browser: static until touched, then drawn and edited under the strict policy."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Locator, Page, expect

from runreport.report.config import parse_config

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CHARTS = {
    "line": "line;y=metrics.val_loss",
    "smoothed": "line;y=metrics.val_loss;x=relative;scale=log;smooth=0.8",
    "time": "line;y=metrics.val_loss;x=time;c=params.activation",
    "band": "line;y=metrics.val_loss;g=params.hidden",
    "bar": "bar;x=params.hidden;y=metrics.val_accuracy;c=params.activation",
    "scatter": "scatter;x=params.learning_rate;y=metrics.val_accuracy;c=params.hidden",
    "box": "box;x=params.hidden;y=metrics.val_accuracy",
    "parallel": "parallel;x=params.hidden,params.learning_rate;c=metrics.val_accuracy",
    "histogram": "histogram;x=metrics.val_accuracy;c=params.activation",
    "heatmap": "heatmap;x=params.hidden;y=params.learning_rate;c=metrics.val_accuracy",
}


@pytest.fixture
def page(reader: Any, find_experiment: Callable[[str], str]) -> Page:
    opened: Page = reader.open(find_experiment("digits"))
    expect(opened.locator("#toolbar")).to_be_visible()
    return opened


def chart(page: Page, name: str) -> Locator:
    """A chart with its editor open."""
    figure = page.locator(f"figure[data-chart={name}]")
    figure.get_by_role("button", name="Edit chart").click()
    expect(figure.locator("svg.marks")).to_be_visible()
    return figure


def catch_copies(page: Page) -> None:
    """Keep what is copied next in the page itself, which has no clipboard to ask."""
    page.evaluate(
        "navigator.clipboard ? navigator.clipboard.writeText = async (text) => "
        "{ window.__copied = text } : document.execCommand = () => "
        "{ window.__copied = document.activeElement.value; return true }"
    )


def looks_of(page: Page) -> dict[str, str]:
    """The classes of the dots of runs that are drawn, by run."""
    found: dict[str, str] = page.locator(".dot[data-look]").evaluate_all(
        "dots => Object.fromEntries(dots.filter(dot => dot.className !== 'dot')"
        ".map(dot => [dot.dataset.look, dot.className]))"
    )
    return found


def choose(figure: Locator, name: str, value: str) -> None:
    """Choose in the editor, and wait for the picture that comes of it."""
    figure.get_by_role("combobox", name=name, exact=True).select_option(value)
    expect(figure).not_to_have_attribute("aria-busy", "true")


LOOK_OF_DOT = """dot => {
  const { backgroundImage, backgroundColor } = getComputedStyle(dot);
  const mark = parseFloat(getComputedStyle(dot, "::before").width);
  return { button: `${backgroundImage} ${backgroundColor}`, mark };
}"""


def test_no_chart_library_is_loaded_before_the_reader_asks(page: Page) -> None:
    page.wait_for_timeout(300)
    assert page.evaluate("typeof window.vega") == "undefined"
    for name in ("curves", "scatter", "parallel"):
        expect(page.locator(f"figure[data-chart={name}] svg.chart-svg:visible")).to_be_visible()


def test_another_metric_redraws_the_curves_and_goes_into_the_link(page: Page) -> None:
    curves = chart(page, "curves")
    assert "charts=" not in page.url
    choose(curves, "Y", "metrics.train_loss")
    expect(curves.locator("figcaption")).to_contain_text("train_loss over steps")
    expect(curves.locator("svg.marks .mark-line path")).to_have_count(6)
    choose(curves, "Scale", "log")
    choose(curves, "Runs", "")
    expect(curves.locator("svg.marks .mark-line path")).to_have_count(18)
    assert "charts=line;y=metrics.train_loss;scale=log|scatter;" in page.url
    curves.get_by_label("Smoothing").fill("0.9")
    expect(curves.locator("svg.marks .mark-line path")).to_have_count(36)  # the raw lines below


def test_every_type_is_drawn_from_a_link(page: Page) -> None:
    url = page.url.split("#")[0]
    page.goto(f"{url}#v=1&charts={'|'.join(CHARTS.values())}")
    expect(page.locator("figure.chart svg.marks")).to_have_count(len(CHARTS))
    again = unquote(page.url)
    assert again.endswith(f"charts={'|'.join(CHARTS.values())}")


def test_a_chart_changes_its_type_and_keeps_what_fits(page: Page) -> None:
    scatter = chart(page, "scatter")
    for kind, title in (
        ("box", "val_accuracy by learning_rate"),
        ("histogram", "Runs by learning_rate"),
        ("line", "val_accuracy over steps"),
        ("bar", "val_accuracy by "),
    ):
        choose(scatter, "Type", kind)
        expect(scatter.locator("figcaption")).to_contain_text(title)
        expect(scatter.locator("svg.marks")).to_be_visible()
    scatter.get_by_label("Title").fill("What width buys")
    scatter.get_by_label("Title").press("Enter")
    expect(scatter.locator("figcaption")).to_contain_text("What width buys")


def test_charts_are_added_removed_and_come_back(page: Page) -> None:
    page.get_by_role("button", name="Add chart").click()
    expect(page.locator("figure.chart")).to_have_count(4)
    added = page.locator("figure.chart").last
    expect(added.locator("svg.marks")).to_be_visible()  # its controls are drawn anew before
    added.locator("summary", has_text="Actions").click()
    added.get_by_role("button", name="Remove chart").click()
    expect(page.locator("figure.chart")).to_have_count(3)
    assert "charts=" not in page.url


def test_the_scatter_chart_takes_other_fields_and_its_points_are_links(page: Page) -> None:
    scatter = chart(page, "scatter")
    choose(scatter, "X", "params.activation")
    choose(scatter, "Colour", "")
    expect(scatter.locator("figcaption")).to_contain_text("val_accuracy against activation")
    points = scatter.locator("svg.marks .mark-symbol path")
    expect(points).to_have_count(73)
    points.last.click(force=True)
    expect(page.locator("h1")).to_contain_text("mlp-")


def test_charts_follow_the_filter_and_runs_keep_their_colours(page: Page) -> None:
    scatter = chart(page, "scatter")
    choose(scatter, "Colour", "")
    points = scatter.locator("svg.marks .mark-symbol path")
    expect(points).to_have_count(73)
    curves = chart(page, "curves")
    choose(curves, "Runs", "")
    expect(curves.locator("svg.marks .mark-line path")).to_have_count(18)
    before = looks_of(page)
    page.locator("#filter").fill("tanh")
    expect(points).to_have_count(36)
    shows = page.locator("figure[data-chart=curves] .shows")
    expect(shows).to_contain_text("of 36 runs")
    after = looks_of(page)
    kept = before.keys() & after.keys()
    assert kept and {run: after[run] for run in kept} == {run: before[run] for run in kept}
    assert len(set(after.values())) == len(after)


def test_two_charts_of_curves_give_each_run_one_look_in_another_view(page: Page) -> None:
    url = page.url.split("#")[0]
    charts = "line;y=metrics.train_loss|line;y=metrics.val_accuracy"
    page.goto(f"{url}#v=1&q=relu&charts={charts}")
    lines = page.locator("figure.chart svg.marks .mark-line path")
    expect(lines).to_have_count(36)
    page.locator("#filter").fill("tanh")
    expect(page.locator("figure.chart .shows").last).to_contain_text("of 36 runs")
    expect(lines).to_have_count(36)
    expect(page.locator("figure.chart .shows").first).to_contain_text("of 36 runs")
    strokes = lines.evaluate_all("paths => paths.map(path => path.getAttribute('stroke'))")
    assert len(strokes) == 36 and "var(--other)" not in strokes
    assert strokes[:18] == strokes[18:]


def test_a_title_is_typed_and_the_editor_closed_with_one_click(page: Page) -> None:
    scatter = chart(page, "scatter")
    scatter.get_by_label("Title").fill("What width buys")
    scatter.get_by_role("button", name="Done").click()
    expect(scatter.locator(".controls")).to_have_count(0)
    expect(scatter.locator("figcaption")).to_contain_text("What width buys")


def test_axes_are_chosen_one_after_the_other(page: Page) -> None:
    parallel = chart(page, "parallel")
    parallel.locator("summary", has_text="Axes").click()
    for label in ("epochs", "batch_size"):  # the menu stays open, the box keeps the focus
        box = parallel.get_by_role("checkbox", name=label)
        was = box.is_checked()
        box.click()
        expect(box).to_be_checked(checked=not was)
        expect(box).to_be_focused()


def test_the_live_chart_takes_its_colours_from_the_page(page: Page) -> None:
    curves = chart(page, "curves")
    line = curves.locator("svg.marks .mark-line path").first
    expect(line).to_have_attribute("stroke", "var(--c1)")
    light = line.evaluate("e => getComputedStyle(e).stroke")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    assert line.evaluate("e => getComputedStyle(e).stroke") != light


def test_a_chart_is_saved_as_a_picture(page: Page) -> None:
    curves = chart(page, "curves")
    curves.locator("summary", has_text="Actions").click()
    for form, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as waiting:
            curves.get_by_role("button", name=f"Download {form}").click()
        content = Path(waiting.value.path()).read_bytes()
        assert content.startswith(start) and b"var(--" not in content
        assert len(content) > 2000


def test_a_view_is_copied_as_a_config_that_the_next_build_understands(page: Page) -> None:
    page.locator("#filter").fill("params.hidden = 64")
    curves = chart(page, "curves")
    curves.locator("summary", has_text="Actions").click()
    catch_copies(page)
    curves.get_by_role("button", name="Copy as config").click()
    expect(curves.get_by_role("status")).to_have_text("Copied a view for runreport.toml.")
    text = page.evaluate("window.__copied")
    (view,) = parse_config(tomllib.loads(text)).views
    assert view.experiments == ("Digits networks",) and "params.hidden = 64" in view.filter
    assert [chart.split(";")[0] for chart in view.charts] == ["line", "scatter", "parallel"]


def test_numbers_stand_below_each_chart(page: Page) -> None:
    static = page.locator("figure[data-chart=curves]")
    static.locator("summary").click()
    expect(static.locator(".numbers tbody tr")).to_have_count(6)


def test_a_run_has_one_colour_in_table_and_curves(page: Page) -> None:
    page.get_by_role("button", name="Draw all").first.wait_for()
    page.locator("#filter").fill("relu")  # rows that a script draws
    curves = chart(page, "curves")
    expect(page.locator("#run-table .dot.d2")).to_have_count(6)
    for form in ("d0", "d1", "d2"):  # the mark is drawn in the button, which is larger
        look = page.locator(f"#run-table button.dot.{form}").first.evaluate(LOOK_OF_DOT)
        assert look == {"button": "none rgba(0, 0, 0, 0)", "mark": 10}, form
    colours = curves.locator("svg.marks .role-legend-symbol path")
    for place, name in enumerate(curves.locator("svg.marks .role-legend-label text").all()):
        text = name.text_content()
        row = page.locator("#run-table tr", has=page.get_by_text(str(text), exact=True))
        colour = colours.nth(place).get_attribute("stroke") or ""
        expect(row.locator(".dot")).to_have_class(re.compile(f"{colour[6:8]} d"))


def test_a_chart_that_leaves_runs_out_says_so_and_shows_all(page: Page) -> None:
    shows = page.locator("figure[data-chart=curves] .shows")
    expect(shows).to_contain_text("best 6 of 73 runs by val_accuracy")
    shows.get_by_role("button", name="Draw all").click()
    expect(shows).to_have_text("73 runs")
    expect(page.locator("figure[data-chart=curves] .mark-line path")).to_have_count(73)


def test_a_copied_spec_stands_alone(page: Page) -> None:
    import vl_convert

    for name in ("curves", "scatter", "parallel"):
        figure = chart(page, name)
        figure.locator("summary", has_text="Actions").click()
        catch_copies(page)
        figure.get_by_role("button", name="Copy Vega-Lite").click()
        expect(figure.get_by_role("status")).to_contain_text("Copied the spec")
        text = page.evaluate("window.__copied")
        title = figure.locator("figcaption").inner_text().split("\n")[0]
        svg = vl_convert.vegalite_to_svg(text, vl_version="6.4")
        assert "var(--" not in text and svg.count("<path") > 6
        assert json.loads(text)["title"]["text"] in title and "val_accuracy" in svg


def test_pictures_carry_their_title(page: Page) -> None:
    curves = chart(page, "curves")
    curves.locator("summary", has_text="Actions").click()
    with page.expect_download() as waiting:
        curves.get_by_role("button", name="Download SVG").click()
    text = Path(waiting.value.path()).read_text()
    assert ">val_accuracy over steps<" in text and ">best 6 of 73 runs by val_accuracy<" in text

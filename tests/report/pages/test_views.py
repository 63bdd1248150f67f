from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from builders import sample_archive
from report.test_assemble import report_of

import runreport
from runreport.errors import ConfigError
from runreport.report.charts.line_rows import Placed, band, smoothed, value_at
from runreport.report.charts.texts import read_chart

CHARTS = [
    "line;y=metrics.loss",
    "line;y=metrics.loss;g=params.model;scale=log",
    "line;y=metrics.loss;x=time;c=params.model;smooth=0.6;title=Two+models",
    "bar;x=params.model;y=metrics.accuracy;c=params.lr",
    "scatter;x=params.lr;y=metrics.accuracy",
    "box;x=params.model;y=metrics.accuracy",
    "parallel;x=params.lr,params.model;c=metrics.accuracy",
    "histogram;x=metrics.accuracy",
    "heatmap;x=params.lr;y=params.model;c=metrics.accuracy",
]


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return sample_archive(tmp_path / "a", runs=6)


def test_a_view_shows_what_differs_against_the_first_run_and_its_charts(sample: Path) -> None:
    settings = {"primary_metric": "accuracy", "direction": "max", "views": {"Nets": {
        "filter": "params.model = 'net'", "charts": CHARTS}}}  # fmt: skip
    (view,) = report_of(sample, **settings).views
    assert view.total == 3 and [run.name for run in view.sides.runs] == ["run-5", "run-3", "run-1"]
    assert [row.name for row in view.sides.params] == ["lr", "seed"]
    accuracy = next(row for row in view.sides.metrics if row.name == "accuracy")
    assert [value.delta.text for value in accuracy.values] == ["", "−0.1", "−0.2"]
    assert accuracy.values[1].delta.sense == "worse"
    assert view.left_out == () and {chart.shows for chart in view.charts} == {"3 runs"}
    assert [(chart.title, len(chart.rows)) for chart in view.charts] == [
        ("loss over steps", 15),
        ("loss over steps", 5),  # of the one model there is
        ("Two models", 15),
        ("accuracy by model", 3),
        ("accuracy against lr", 3),
        ("accuracy by model", 3),
        ("Settings and accuracy, run by run", 15),
        ("Runs by accuracy", 3),
        ("accuracy by lr and model", 3),
    ]


def test_runs_of_several_experiments_are_chosen_by_id(sample: Path) -> None:
    runreport.set_experiment("Other")
    with runreport.start_run(run_name="other") as run:
        runreport.log_metric("accuracy", 0.9)
        runreport.log_param("lr", "fast")  # a text here, a number there
    first = runreport.search_runs(experiment_names=["Sample"], output_format="list")[0]
    ids = [run.info.run_id[:12], first.info.run_id]
    (view,) = report_of(sample, views={"Both": {"runs": ids}}).views
    assert [link.name for link in view.sides.runs] == ["other", first.info.run_name]
    assert next(row for row in view.sides.params if row.name == "lr").values[0].cell.text == "fast"


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ({"experiments": ["Sampel"]}, "'Sampel', but no experiment has this name. Did you mean"),
        ({"runs": ["ffffffff"]}, "holds 'ffffffff', but no run of the view has such an ID"),
        ({"filter": "params.model ="}, "views.V.filter: "),
        ({"charts": ["lime;y=metrics.loss"]}, "'lime'. Did you mean 'line'"),
        ({"charts": ["bar;x=params.lr"]}, "lacks y; a bar chart needs x, y"),
        ({"charts": ["bar;colour=x"]}, "'colour=x' of 'bar;colour=x' is no field"),
        ({"charts": ["line;y=metrics.loss;smooth=7"]}, "'7'; it must be from 0 to below 1"),
        ({"charts": ["line;y=metrics.loss;scale=cubic"]}, "'cubic'; allowed are linear, log"),
        ({"charts": ["line;y=metrics.loss;xlim=3"]}, "is '3'; a line or scatter chart"),
        (
            {"charts": ["line;y=metrics.loss;ylim=2..1"]},
            "LOW..HIGH, e.g. 0..0.5, 10.. or ..20 or clip",
        ),
        ({"charts": ["bar;x=lr;y=loss;ylim=clip"]}, "is 'clip'; a line or scatter"),
        ({"charts": ["line;y=metrics.loss,metrics.accuracy;g=params.lr"]}, "asks for a mean"),
        ({"charts": ["box;x=lr;y=loss;xscale=log"]}, "is 'log'; allowed are linear"),
        ({"chart": []}, "unknown key 'views.V.chart'. Did you mean 'charts'"),
    ],
)
def test_a_wrong_view_is_one_clear_error(
    sample: Path, view: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.").replace("?", r"\?")):
        report_of(sample, views={"V": view})


def test_a_chart_without_values_is_named_and_costs_no_page(sample: Path) -> None:
    charts = ["line;y=metrics.none", "box;x=params.model;y=metrics.loss"]
    (view,) = report_of(sample, views={"V": {"charts": charts}}).views
    assert view.left_out == ("line;y=metrics.none",) and len(view.charts) == 1


def test_a_chart_text_is_read_as_links_write_it() -> None:
    chart = read_chart("line;y=metrics.a%3Bb;title=Width+%26+rate", "here")
    assert chart["y"] == "metrics.a;b" and chart["title"] == "Width & rate" and chart["c"] == ""


def test_means_lie_between_points_and_smoothing_begins_with_the_first() -> None:
    nan = float("nan")
    assert value_at([0, 10], [0.0, 1.0], 5) == 0.5 and math.isnan(value_at([0], [0.0], 11))
    curves = [
        Placed([0, 2], [1.0, 3.0], [1, 1], [0, 0]),
        Placed([0, 1, 2], [3.0, nan, 5.0], [1, 0, 1], [0, 0, 0]),
    ]
    (first, middle, last) = band(curves)
    assert (first["y"], last["y"]) == (2.0, 4.0) and (middle["n"], middle["y"]) == (1, 2.0)
    assert last["high"] - last["y"] == pytest.approx(2**0.5)
    assert smoothed([1.0, nan, 1.0], [1, 0, 1], 0.9)[0] == 1.0
    assert smoothed([2.0, 4.0], [1, 1], 0.0) == [2.0, 4.0]


def test_an_axis_of_spans_says_its_unit_whatever_the_chart(archive: Path) -> None:
    client = runreport.MlflowClient()
    for number in range(3):
        run = client.create_run("0", 1_762_000_000_000).info.run_id
        client.log_param(run, "p", number)
        client.log_metric(run, "loss", 1.0 + number)
        client.set_terminated(run, end_time=1_762_000_000_000 + (number + 1) * 3_600_000)
    texts = ["scatter;x=params.p;y=duration", "histogram;x=duration", "bar;x=params.p;y=duration",
             "box;x=params.p;y=duration", "scatter;x=duration;y=metrics.loss",
             "parallel;x=duration,params.p;c=metrics.loss"]  # fmt: skip
    views = {"v": {"charts": [*texts, "bar;x=params.p;y=start_time"]}}
    (view,) = report_of(archive, views=views).views
    assert view.left_out == ("bar;x=params.p;y=start_time",)  # a date is no amount
    told = [json.dumps(chart.spec) for chart in view.charts]
    assert all("Duration, h" in spec for spec in told[:5]) and "Duration, h" not in told[5]
    assert {row["y"] for row in view.charts[0].rows} == {1.0, 2.0, 3.0}
    ends = [
        row["label"]
        for row in view.charts[5].rows
        if row.get("axis") == "Duration" and "end" in row
    ]
    assert ends == ["1 h 00 min", "3 h 00 min"]


def test_a_view_that_no_run_matches_is_a_page_without_charts(archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("loss", 1.0)
    views = {"v": {"filter": "metrics.loss > 5", "charts": ["bar;x=run_name;y=metrics.loss"]}}
    (view,) = report_of(archive, views=views).views
    assert (view.total, view.charts, len(view.left_out)) == (0, (), 1)

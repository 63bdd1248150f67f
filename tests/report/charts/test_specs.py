from __future__ import annotations

import json
import math

import pytest

from runreport.report.charts import specs, summary_specs
from runreport.report.charts.comparison import explained_share
from runreport.report.shown import Shown, show_number
from runreport.site.theme import load_theme

SPECS = {
    "curves": specs.line_spec("loss"),
    "scatter": specs.scatter_spec("lr", "loss", "model", is_numeric=True, is_log=True),
    "words": specs.scatter_spec("opt", "loss", None, is_numeric=False),
    "band": summary_specs.band_spec("loss"),
    "bar": summary_specs.bar_spec("lr", "loss", "model"),
    "bars": summary_specs.bars_spec("loss"),
    "box": summary_specs.box_spec("lr", "loss"),
    "histogram": summary_specs.histogram_spec("loss"),
    "heatmap": summary_specs.heatmap_spec("lr", "model", "loss"),
    "parallel": specs.parallel_spec(["lr", "loss"], "loss", is_lower_better=True),
}


@pytest.mark.parametrize("name", SPECS)
def test_a_spec_holds_no_data_no_url_and_only_theme_colours(name: str) -> None:
    text = json.dumps({k: v for k, v in SPECS[name].items() if k != "$schema"})
    assert "http" not in text and "datasets" not in text
    assert SPECS[name].get("data", {}).get("name", specs.DATA_NAME) == specs.DATA_NAME


def test_the_vendored_libraries_are_of_the_versions_altair_writes_for() -> None:
    import altair

    manifest = json.loads(load_theme("default").read("vendor/manifest.json"))
    versions = {entry["package"]: entry["version"] for entry in manifest}
    assert versions["vega-lite"].split(".")[0] == altair.VEGALITE_VERSION.lstrip("v").split(".")[0]
    assert versions["vega"].split(".")[0] == altair.VEGA_VERSION.split(".")[0]
    schema = SPECS["curves"]["$schema"].rpartition("/v")[2]
    assert schema.split(".")[0] == versions["vega-lite"].split(".")[0]


def test_parallel_rows_spread_numbers_by_size_and_words_evenly() -> None:
    rows = specs.parallel_rows(
        ["a", "b", "c"],
        [
            ("lr", [1.0, 2.0, 5.0], show_number),
            ("opt", ["x", "z", "y"], Shown),
            ("same", [3, 3, None], show_number),
            ("near", [0.99981, 0.99984, None], show_number),
        ],
        [0.1, 0.2, math.nan],
    )
    lines = [(row["run"], row["axis"], row["place"]) for row in rows if "run" in row]
    assert lines == [("a", "lr", 0.0), ("b", "lr", 0.25), ("a", "opt", 0.0), ("b", "opt", 1.0),
                     ("a", "same", 0.5), ("b", "same", 0.5), ("a", "near", 0.0),
                     ("b", "near", 1.0)]  # fmt: skip
    ends = [(row["axis"], row["label"]) for row in rows if "label" in row]
    assert ends[:2] == [("lr", "1"), ("lr", "5")]
    assert ends[-2:] == [("near", "0.99981"), ("near", "0.99984")]


def test_the_share_that_a_param_explains() -> None:
    scores = [1.0, 1.0, 2.0, 2.0, None]
    assert explained_share(["a", "a", "b", "b", "c"], scores) == 1.0
    assert explained_share(["a", "b", "a", "b", "c"], scores) == 0.0
    assert explained_share(["a"] * 5, scores) == 0.0
    ramp = [float(n) for n in range(100)]
    assert explained_share(ramp, ramp) > 0.9

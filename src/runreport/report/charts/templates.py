"""The specs of all chart types, once a site: the browser fills in titles, scales and rows."""

from __future__ import annotations

from runreport.report.charts import specs, summary_specs
from runreport.report.charts.specs import Spec


def chart_templates() -> dict[str, Spec]:
    """A spec for each type that a reader can choose, with the field names as titles."""
    return {
        "line": specs.line_spec("y"),
        "band": summary_specs.band_spec("y"),
        "scatter": specs.scatter_spec("x", "y", "color", is_numeric=True),
        "bar": summary_specs.bar_spec("x", "y", "color"),
        "box": summary_specs.box_spec("x", "y", "color"),
        "histogram": summary_specs.histogram_spec("x", "color"),
        "heatmap": summary_specs.heatmap_spec("x", "y", "color"),
        "parallel": specs.parallel_spec(["axis"], "score"),
    }

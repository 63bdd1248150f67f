"""The specs of all chart types, once a site: the browser fills in titles, scales and rows."""

from __future__ import annotations

from runreport.report import charts, summary_charts
from runreport.report.charts import Spec


def chart_templates() -> dict[str, Spec]:
    """A spec for each type that a reader can choose, with the field names as titles."""
    return {
        "line": charts.line_spec("y"),
        "band": summary_charts.band_spec("y"),
        "scatter": charts.scatter_spec("x", "y", "color", is_numeric=True),
        "bar": summary_charts.bar_spec("x", "y", "color"),
        "box": summary_charts.box_spec("x", "y", "color"),
        "histogram": summary_charts.histogram_spec("x", "color"),
        "heatmap": summary_charts.heatmap_spec("x", "y", "color"),
        "parallel": charts.parallel_spec(["axis"], "score"),
    }

"""Charts as static SVG by vl-convert, cleaned so that several can stand in one page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from runreport.report.charts import DATA_NAME, Chart

_IDENTITY = re.compile(r'(\bid="|url\(#|href="#)')


def chart_svg(chart: Chart, version: str) -> Markup:
    """The picture of a chart, hidden from assistive technology: its summary and table say it.

    Args:
        version: of Vega-Lite, as vl-convert names it, e.g. ``6.4``.
    """
    import vl_convert

    spec: dict[str, Any] = {**chart.spec, "datasets": {DATA_NAME: _plain(chart.rows)}}
    text = str(vl_convert.vegalite_to_svg(spec, vl_version=version, allowed_base_urls=[]))
    text = _IDENTITY.sub(rf"\g<1>{chart.name}-", text)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1\.1"', "", text)
    text = re.sub(
        r'<svg class="marks" width="([\d.]+)" height="([\d.]+)"',
        r'<svg class="chart-svg" width="\1" height="\2" aria-hidden="true" focusable="false"',
        text,
        count=1,
    )
    return Markup(text)


def _plain(rows: tuple[Mapping[str, object], ...]) -> list[dict[str, object]]:
    return [dict(row) for row in rows]

"""Charts of pages as SVG, for wide screens and small ones; those of an earlier build are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markupsafe import Markup

from runreport.report.aside import Aside, here
from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.findings import NOT_SHOWN
from runreport.report.redaction import Redactor
from runreport.report.tables.column_scripts import script_json
from runreport.site.chart_svg import NotDrawn, chart_svg
from runreport.site.digests import digest_of
from runreport.site.narrow import narrow

Drawing = Callable[[], str]
"""Waits for a picture, or for why there is none."""


class Pictures:
    """Draws charts, each once."""

    def __init__(self, redactor: Redactor, aside: Aside = here) -> None:
        """Prepare to draw.

        Args:
            redactor: is told what cannot be drawn.
            aside: who draws.
        """
        self._redactor, self._aside = redactor, aside
        self._begun: dict[int, tuple[Chart, Drawing, Drawing]] = {}
        """Charts with what waits for their pictures, wide and narrow."""

    def begin(self, charts: Iterable[Chart]) -> None:
        """Have charts drawn that will be asked for."""
        for chart in charts:
            if id(chart) not in self._begun:
                pair = (self._drawing(chart), self._drawing(narrow(chart)))
                self._begun[id(chart)] = (chart, *pair)

    def of(self, charts: Iterable[Chart]) -> dict[str, Markup]:
        """The pictures of some charts, by their names."""
        found = {}
        for chart in charts:
            try:
                found[chart.name] = self._both(chart)
            except (NotDrawn, ValueError) as error:
                self._redactor.tell(f"{NOT_SHOWN}: {error}", f"chart {chart.title}")
                found[chart.name] = Markup(
                    '<p class="note">This chart could not be drawn: {}.</p>'
                ).format(str(error).rstrip("."))
        return found

    def _both(self, chart: Chart) -> Markup:
        """A chart for wide screens and for small ones; for all where only one can be drawn."""
        self.begin([chart])
        _, wide_drawing, narrow_drawing = self._begun[id(chart)]
        wide = Markup(wide_drawing())
        try:
            small = Markup(narrow_drawing())
        except (NotDrawn, ValueError):
            return wide
        return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, small)

    def _drawing(self, chart: Chart) -> Drawing:
        return self._aside(picture_key(chart), draw, chart)


def picture_key(chart: Chart) -> str:
    """What tells a picture from others: all that it shows."""
    return digest_of(script_json((chart.name, chart.spec, chart.rows)))


def draw(chart: Chart) -> str:
    """A chart as SVG.

    Raises:
        NotDrawn: what was logged cannot be drawn.
        ValueError: its spec names no version.
    """
    return str(chart_svg(chart, vega_lite_version(chart.spec)))

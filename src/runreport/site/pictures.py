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
from runreport.site.narrow import narrow

Drawing = Callable[[], tuple[str, str]]
"""Waits for what `drawn` gives."""


class Pictures:
    """Has charts drawn."""

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
            self.begin([chart])
            _, wide, small = self._begun[id(chart)]
            found[chart.name] = self._both(chart, *wide(), small()[0])
        return found

    def _both(self, chart: Chart, wide: str, problem: str, small: str) -> Markup:
        """A chart for wide screens and for small ones; for all where only one can be drawn."""
        if problem:
            self._redactor.tell(f"{NOT_SHOWN}: {problem}", f"chart {chart.title}")
            text = '<p class="note">This chart could not be drawn: {}.</p>'
            return Markup(text).format(problem.rstrip("."))
        if not small:
            return Markup(wide)
        both = Markup('<div class="wide">{}</div><div class="narrow">{}</div>')
        return both.format(Markup(wide), Markup(small))

    def _drawing(self, chart: Chart) -> Drawing:
        try:
            key = picture_key(chart)
        except ValueError as error:
            problem = str(error)
            return lambda: ("", problem)
        return self._aside(key, drawn, chart)


def picture_key(chart: Chart) -> str:
    """What tells a picture from others: all that it shows.

    Raises:
        ValueError: it shows what no text can hold.
    """
    return script_json((chart.name, chart.spec, chart.rows))


def drawn(chart: Chart) -> tuple[str, str]:
    """A chart as SVG, or why it cannot be drawn; the other text is empty."""
    try:
        return str(chart_svg(chart, vega_lite_version(chart.spec))), ""
    except (NotDrawn, ValueError) as error:
        return "", str(error) or type(error).__name__

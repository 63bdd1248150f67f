"""Charts of pages as SVG, for wide screens and small ones; those of an earlier build are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from markupsafe import Markup

from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.findings import NOT_SHOWN
from runreport.report.redaction import Redactor
from runreport.report.tables.column_scripts import script_json
from runreport.site.chart_svg import NotDrawn, chart_svg
from runreport.site.digests import digest_of
from runreport.site.narrow import narrow


class Pictures:
    """Draws charts, each once."""

    def __init__(self, redactor: Redactor, known: Mapping[str, str] | None = None) -> None:
        """Prepare to draw.

        Args:
            redactor: is told what cannot be drawn.
            known: pictures of an earlier build, by what they show.
        """
        self._redactor = redactor
        self._known = dict(known or {})
        self.drawn: dict[str, str] = {}
        """Those that were asked for, by what they show."""

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
        wide = self._picture(chart)
        try:
            small = self._picture(narrow(chart))
        except (NotDrawn, ValueError):
            return wide
        return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, small)

    def _picture(self, chart: Chart) -> Markup:
        key = picture_key(chart)
        text = self._known.get(key)
        if text is None:
            text = self._known[key] = draw(chart)
        self.drawn[key] = text
        return Markup(text)

    def missing(self, charts: Iterable[Chart]) -> Iterator[tuple[str, Chart]]:
        """The pictures that are still to be drawn, each once, by what they show."""
        seen = set()
        for chart in charts:
            for own in (chart, narrow(chart)):
                key = picture_key(own)
                if key not in self._known and key not in seen:
                    seen.add(key)
                    yield key, own

    def bring(self, key: str, text: str) -> None:
        """A picture that was drawn elsewhere."""
        self._known[key] = text


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

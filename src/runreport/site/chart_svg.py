"""Charts as static SVG by vl-convert, cleaned so that several can stand in one page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from markupsafe import Markup

from runreport.report.charts.axes import fit_axes, tamed
from runreport.report.charts.chart import DATA_NAME, Chart
from runreport.report.charts.labels import fit_labels
from runreport.report.fit_text import fit

T = TypeVar("T")
_PART = re.compile(r"(?<=[\"#])(?:clip|gradient_)\d+(?=[\")])")
_GEOMETRY = re.compile(r' (?:d|transform)="[^"]*"')
_NUMBER = re.compile(r"\d+\.\d{2,}")
"""Of places: digits beyond a tenth of a pixel, which nobody sees, would be half of a picture."""
_IDENTITY = re.compile(r'(\bid="|url\(#|href="#)')


_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
"""Vega cuts long labels between the halves of such a character, on which vl-convert fails."""
_EVERY_OBJECTS = frozenset(
    "__defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ __proto__ constructor "
    "hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf".split()
)


class NotDrawn(Exception):
    """What was logged cannot be drawn; the message says why."""


def chart_svg(chart: Chart, version: str) -> Markup:
    """The picture of a chart, hidden from assistive technology: its summary and table say it.

    Args:
        version: of Vega-Lite, as vl-convert names it, e.g. ``6.4``.

    Raises:
        NotDrawn: what was logged cannot be drawn.
    """
    return Markup(rendered(lambda: _cleaned(chart, _drawn(chart, version))))


def rendered(render: Callable[[], T]) -> T:
    """What a renderer makes.

    Raises:
        NotDrawn: it could not.
    """
    try:
        return render()
    except Exception as error:
        raise NotDrawn(str(error) or type(error).__name__) from error
    except BaseException as error:  # what its renderer raises where it gives up is no `Exception`
        if type(error).__name__ != "PanicException":
            raise
        raise NotDrawn("its renderer gave up") from error


def _drawn(chart: Chart, version: str) -> str:
    import vl_convert

    whole = whole_spec(chart)
    return str(vl_convert.vegalite_to_svg(whole, vl_version=version, allowed_base_urls=[]))


def whole_spec(chart: Chart) -> dict[str, Any]:
    """The spec of a chart with its rows in it, as a renderer takes it."""
    spec, tame = tamed(chart.spec, chart.rows)
    fitted, words = fit_labels(fit_axes(spec, tame), tame)
    rows = [{key: harmless(value) for key, value in row.items()} for row in words]
    return {**harmless(fitted), "datasets": {DATA_NAME: rows}}


def _cleaned(chart: Chart, text: str) -> str:
    """A picture of which several can stand in one page."""
    text = _GEOMETRY.sub(lambda match: _NUMBER.sub(_short, match[0]), text)
    text = _numbered(text)
    text = _IDENTITY.sub(rf"\g<1>{chart.name}-", text)
    text = re.sub(r' xmlns(:xlink)?="[^"]*"| version="1\.1"', "", text)
    return re.sub(
        r'<svg class="marks" width="([\d.]+)" height="([\d.]+)"',
        r'<svg class="chart-svg" width="\1" height="\2" aria-hidden="true" focusable="false"',
        text,
        count=1,
    )


def _short(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _numbered(text: str) -> str:
    """A picture whose parts are numbered from 1, whatever was drawn in this process before."""
    names = dict.fromkeys(_PART.findall(text))
    places = {name: f"part-{place}" for place, name in enumerate(names, 1)}
    return _PART.sub(lambda match: places[match[0]], text)


def harmless(value: Any) -> Any:
    """A value without texts that are names of every object in JavaScript.

    Vega keeps what it draws by text and would take ``constructor`` for its own; such a text gets a
    character of no width.
    """
    if isinstance(value, str):
        value = _ASTRAL.sub("□", fit(value))
        return f"{value}\u200b" if value in _EVERY_OBJECTS else value
    if isinstance(value, Mapping):
        return {key: harmless(own) for key, own in value.items()}
    return [harmless(own) for own in value] if isinstance(value, list | tuple) else value

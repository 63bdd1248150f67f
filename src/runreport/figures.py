"""Charts as files for a paper: of a given width and font, in the colours of a light page."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.errors import ConfigError, InvalidValue, NotFound
from runreport.nearest import did_you_mean
from runreport.report.assemble import assemble_views
from runreport.report.charts.chart import Chart, vega_lite_version
from runreport.report.charts.texts import FIELDS
from runreport.report.config import Config, ViewConfig
from runreport.report.formatting import plural
from runreport.site.chart_svg import rendered, whole_spec
from runreport.site.narrow import turned
from runreport.site.theme import load_theme

UNITS: Mapping[str, float] = {
    "pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "px": 0.75,
}  # fmt: skip
"""Points of each."""
_LENGTH = re.compile(r"\s*(\d+\.?\d*|\.\d+)\s*([a-z]+)\s*")
_LEAST, _MOST = 40.0, 7200.0
_VARIABLE = re.compile(r"var\((--[\w-]+)\)")
_TOKEN = re.compile(r"(--[\w-]+):\s*([^;]+);")
_FEW = 300.0
"""Points of width below which a legend has one column."""
_MOST_PIXELS = 20_000
_SHAPE = 0.62
"""Height of a figure of which only the width was given."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a figure is to look."""

    width: float
    """In points, axes and legends included."""
    height: float
    """0: as high as all of it takes."""
    font: str = ""
    """Empty: that of the theme."""
    font_size: float = 8.0
    """In points."""
    ppi: int = 300
    """Pixels an inch, of a PNG."""
    has_title: bool = False


def read_length(text: str) -> float:
    """``8.5cm``, ``3.3in``, ``240pt``, in points.

    Raises:
        InvalidValue: it is no length, or none of a figure.
    """
    match = _LENGTH.fullmatch(text)
    if match is None or match[2] not in UNITS:
        raise InvalidValue(
            f"{text!r} is no length; write a number and one of {', '.join(UNITS)}, e.g. 8.5cm."
        )
    length = float(match[1]) * UNITS[match[2]]
    if not _LEAST <= length <= _MOST:
        raise InvalidValue(
            f"{text!r} is {length:,.0f} pt; a figure has {_LEAST:g} to {_MOST:g} pt."
        )
    return length


def read_font_size(text: str) -> float:
    """``8pt`` or ``11px``, in points.

    Raises:
        InvalidValue: it is no size of letters.
    """
    match = _LENGTH.fullmatch(text)
    size = float(match[1]) * UNITS[match[2]] if match and match[2] in UNITS else 0.0
    if not 3 <= size <= 72:
        raise InvalidValue(f"{text!r} is no size of letters; write e.g. 8pt, from 3 to 72.")
    return size


def shape_of(width: str, height: str | None, **looks: Any) -> Shape:
    """The shape that somebody asked for.

    Raises:
        InvalidValue: a length is none.
    """
    shape = Shape(read_length(width), read_length(height) if height else 0.0, **looks)
    if shape.font and not re.fullmatch(r"[\w .'-]{1,80}", shape.font):
        raise InvalidValue(f"{shape.font!r} is no name of a font.")
    return shape


def find_chart(
    archive: str | None,
    config: Config,
    name: str,
    number: int | None = None,
    experiments: Sequence[str] = (),
    where: str = "",
) -> Chart:
    """A chart by its words, as links and configs have them, or one of a saved comparison.

    Args:
        number: which chart of the comparison, from 1; None: the only one.
        experiments, where: names and filter of the runs of a chart in words.

    Raises:
        NotFound: there is no such chart, or no run has its values.
        ConfigError: its words are none.
    """
    kind = name.partition(";")[0]
    views = {own.name: own for own in config.views}
    if kind in FIELDS:
        view = ViewConfig("figure", "", tuple(experiments), (), where, (name,))
    else:
        if name not in views:
            raise NotFound(
                f"There is no chart {name!r}.{did_you_mean(kind, [*views, *FIELDS])} Write one as "
                'links have it, e.g. "line;y=metrics.loss", or name a [views] of the config.'
            )
        if experiments or where:
            raise ConfigError(
                f"{name!r} is a comparison of the config, which says its runs itself; -x and -f "
                "are for charts in words."
            )
        view = views[name]
    snapshot = read_archive(open_archive(archive))
    try:
        (page,) = assemble_views(snapshot, replace(config, views=(view,)))
    except ConfigError as error:  # of a view that nobody wrote
        if view.name in views:
            raise
        raise ConfigError(re.sub(r"^\S+: views\.figure\.\w+:? ?", "", str(error))) from error
    if page.left_out and not page.charts:
        raise NotFound(f"No run that matches has the values of {page.left_out[0]!r}.")
    if not page.charts:
        raise NotFound(f"No chart can be drawn of {name!r}: no run matches.")
    if number is None and len(page.charts) > 1:
        listed = "; ".join(f"{n} {chart.title}" for n, chart in enumerate(page.charts, 1))
        raise ConfigError(
            f"{name!r} has {len(page.charts)} charts; choose one: --number. {listed}"
        )
    if number is not None and number > len(page.charts):
        raise ConfigError(f"{name!r} has {plural(len(page.charts), 'chart')}, and no {number}.")
    return page.charts[(number or 1) - 1]


def draw(chart: Chart, form: str, shape: Shape, config: Config, fonts: str = "") -> bytes:
    """A chart as the content of a file.

    Args:
        form: svg, png or pdf.
        fonts: a folder of font files; empty: those of the machine.

    Raises:
        NotDrawn: what was logged cannot be drawn.
        InvalidValue: there is no such folder.
    """
    import vl_convert

    if fonts:
        if not os.path.isdir(fonts):
            raise InvalidValue(f"There is no folder {fonts!r} of fonts.")
        vl_convert.register_font_directory(fonts)
    spec = paper_spec(chart, shape, _colours(config))
    pixels = max(spec["width"], spec["height"]) / 72 * shape.ppi
    if form == "png" and pixels > _MOST_PIXELS:
        raise InvalidValue(
            f"The picture would be {pixels:,.0f} pixels long, of {_MOST_PIXELS:,} at most. Choose "
            "a smaller --width or --ppi, or write a PDF."
        )
    version: Any = {"vl_version": vega_lite_version(chart.spec), "allowed_base_urls": []}
    if form == "pdf":
        return rendered(lambda: bytes(vl_convert.vegalite_to_pdf(spec, **version)))
    if form == "png":
        return rendered(lambda: bytes(vl_convert.vegalite_to_png(spec, ppi=shape.ppi, **version)))
    text = rendered(lambda: str(vl_convert.vegalite_to_svg(spec, **version)))
    return _in_points(text).encode()


def has_font(name: str) -> bool:
    """Whether pictures can be drawn with a font: it is installed, or in a folder that was told."""
    import vl_convert

    probe = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"text": "Hxg"}]},
        "mark": "text",
        "encoding": {"text": {"field": "text"}},
        "config": {"font": f"{name}, sans-serif"},
    }
    drawn = bytes(vl_convert.vegalite_to_pdf(probe, allowed_base_urls=[]))
    used = [own.decode(errors="replace") for own in re.findall(rb"/BaseFont\s*/([^\s/]+)", drawn)]
    return any(_bare(name) in _bare(own) for own in used)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name).lower()


def paper_spec(chart: Chart, shape: Shape, colours: Mapping[str, str]) -> dict[str, Any]:
    """The spec of a chart as it is printed.

    Args:
        colours: by the names of the theme's variables.
    """
    columns = 1 if shape.width < _FEW else 2
    lying = turned(chart.spec, columns)
    spec: dict[str, Any] = _painted(whole_spec(replace(chart, spec=lying)), colours)
    spec = _sized(spec, shape.font_size)
    config = spec.get("config", {})
    size = shape.font_size
    sizes = {"labelFontSize": size, "titleFontSize": size}
    spec["config"] = {
        **config,
        "background": "white",
        "axis": {**config.get("axis", {}), **sizes},
        "legend": {**config.get("legend", {}), **sizes},
        "title": {"fontSize": round(size * 1.2, 2), "color": colours.get("--fg", "black")},
        **({"font": f"{shape.font}, sans-serif"} if shape.font else {}),
    }
    if shape.has_title:
        spec["title"] = chart.title
    height = shape.height or _height(chart, shape, columns)
    spec |= {"width": shape.width, "height": height}
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    return spec


def _height(chart: Chart, shape: Shape, columns: int) -> float:
    """Of a whole figure: what is drawn, with room for the names beside it and the legend below."""
    line = 1.6 * shape.font_size
    kinds = {"color": 0, "y": 0}
    for name in kinds:
        kinds[name] = len({own for row in chart.rows if isinstance(own := row.get(name), str)})
    drawn = max(shape.width * _SHAPE, kinds["y"] * line)
    return float(drawn + math.ceil(kinds["color"] / columns) * line)


def _sized(value: Any, size: float) -> Any:
    """A spec whose texts have one size, those of single axes and marks, too."""
    if isinstance(value, dict):
        return {
            key: size if key.endswith(("FontSize", "fontSize")) else _sized(own, size)
            for key, own in value.items()
        }
    return [_sized(own, size) for own in value] if isinstance(value, list) else value


def _painted(value: Any, colours: Mapping[str, str]) -> Any:
    """A spec whose colours are those of a page, since a file has no style sheet."""
    if isinstance(value, str):
        return _VARIABLE.sub(lambda match: colours.get(match[1], "gray"), value)
    if isinstance(value, dict):
        return {key: _painted(own, colours) for key, own in value.items()}
    return [_painted(own, colours) for own in value] if isinstance(value, list) else value


def _colours(config: Config) -> dict[str, str]:
    """The colours of the theme's light pages."""
    theme = load_theme(config.theme, config.folder, config.options)
    style = theme.stylesheet().content.decode(errors="replace")
    first = style.partition(":root {")[2].partition("}")[0]
    return {name: value.strip() for name, value in _TOKEN.findall(first)}


def _in_points(text: str) -> str:
    """An SVG whose size is one of paper, not of a screen."""
    head, end, rest = text.partition(">")
    return re.sub(r'( (?:width|height)="[\d.]+)(?=")', r"\1pt", head) + end + rest

"""``runreport figure``: a chart as a file for a paper."""

from __future__ import annotations

import os

import click

from runreport.cli.build import config_option
from runreport.cli.printing import archive_option, say, write_file
from runreport.errors import RunreportError
from runreport.report.config import load_config
from runreport.report.formatting import safe

FORMS = ("svg", "png", "pdf")


@click.command()
@click.argument("chart")
@archive_option
@config_option
@click.option("-o", "--output", metavar="FILE", required=True, help="Ends in .svg, .png or .pdf.")
@click.option("-x", "--experiment", "names", multiple=True, help="Name; repeatable.")
@click.option("-f", "--filter", "filter_string", default="", help="Which runs.")
@click.option("--number", type=click.IntRange(1), help="Which chart of a saved comparison.")
@click.option(
    "--width", default="8.5cm", show_default=True,
    help="Of the whole figure: a number and pt, in, cm, mm or px.",
)  # fmt: skip
@click.option("--height", help="By default 0.62 of the width, and what names take.")
@click.option("--font", default="", metavar="NAME", help='Of all texts, e.g. "Times New Roman".')
@click.option("--fonts", default="", metavar="FOLDER", help="Where more font files lie.")
@click.option(
    "--font-size", default="8pt", show_default=True, help="Of all texts: a number and pt or px."
)
@click.option(
    "--ppi", default=300, show_default=True, type=click.IntRange(36, 1200), help="Of a PNG."
)
@click.option("--title", "has_title", is_flag=True, help="With the chart's title above it.")
def figure(
    chart: str,
    archive: str | None,
    config_path: str | None,
    output: str,
    names: tuple[str, ...],
    filter_string: str,
    number: int | None,
    width: str,
    height: str | None,
    font: str,
    fonts: str,
    font_size: str,
    ppi: int,
    has_title: bool,
) -> None:
    """Draw CHART as SVG, PNG or PDF of a given width and font.

    CHART is written as links and configs have it, e.g. "line;y=metrics.loss;c=params.model" or
    "bar;x=params.lr;y=metrics.acc", or is the name of a saved comparison of the config.
    """
    from runreport.figures import draw, find_chart, has_font, read_font_size, shape_of
    from runreport.site.chart_svg import NotDrawn

    form = os.path.splitext(output)[1].removeprefix(".").lower()
    if form not in FORMS:
        raise click.BadParameter(
            f"{output!r} ends in none of .svg, .png and .pdf.", param_hint="--output"
        )
    config = load_config(config_path)
    shape = shape_of(
        width, height, font=font, font_size=read_font_size(font_size), ppi=ppi, has_title=has_title
    )
    found = find_chart(archive, config, chart, number, names, filter_string)
    try:
        content = draw(found, form, shape, config, fonts)
    except NotDrawn as error:
        raise RunreportError(f"The chart could not be drawn: {error}") from error
    write_file(output, content)
    if font and form != "svg" and not has_font(font):
        say(f"Warning: the font {font} is not installed, and not used (see --fonts).")
    if found.is_cut:
        say("Note: not all runs are drawn; runs=all at the end of CHART draws them.")
    say(f"Wrote {safe(output)}: {safe(found.title)}, {safe(found.shows)}")

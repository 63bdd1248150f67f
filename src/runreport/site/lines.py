"""Small line pictures as SVG text: curves of a run page and sparklines, without a chart library.

vl-convert takes 50 ms and more a picture, which 10,000 run pages cannot afford; these take
microseconds. Colours are classes, so that the page's theme decides.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from runreport.numbers import tick_texts
from runreport.report.charts.curves import end_of
from runreport.report.charts.importance import Importance
from runreport.report.runs.metrics import CurvePicture

_Place = tuple[float, float]
WIDTH, HEIGHT = 320, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 10, 10, 24
SPARK_WIDTH, SPARK_HEIGHT = 160, 32
_TENTHS = 'transform="scale(.1)"'


def curve_svg(picture: CurvePicture) -> Markup:
    """One metric over its steps, with axes."""
    curve = picture.curve
    drawn = (curve.values, curve.lows or (), curve.highs or ())
    finite = [value for values in drawn for value in values if math.isfinite(value)]
    if not finite:
        return Markup("")
    ticks = nice_ticks(min(finite), max(finite), 5)
    labels = tick_texts(ticks)
    left = max(_LEFT, 10 + round(6.5 * max(map(len, labels))))
    low, high = min(ticks[0], *finite), max(ticks[-1], *finite)
    first, last = curve.steps[0], curve.steps[-1]
    x_span = (last - first) or 1
    inner_width, inner_height = WIDTH - left - _RIGHT, HEIGHT - _TOP - _BOTTOM

    across = [left + (step - first) / x_span * inner_width for step in curve.steps]
    below = _below_of(high, low)

    def places(values: Sequence[float]) -> list[_Place | None]:
        return [
            (x, _TOP + below(value) * inner_height) if math.isfinite(value) else None
            for x, value in zip(across, values, strict=True)
        ]

    points = places(curve.values)
    ends = (f"{math.ceil(first):,}", f"{math.floor(last):,}")
    begin, end = ends if curve.has_steps else ("first", "last")
    parts = [
        _grid(labels, left, map(below, ticks), end),
        f'<text x="{left}" y="{HEIGHT - 6}">{begin}</text>',
    ]
    if curve.lows is not None and curve.highs is not None:
        parts.append(
            f'<path class="range" {_TENTHS} d="{_area(places(curve.lows), places(curve.highs))}"/>'
        )
    parts.append(f'<path class="line" {_TENTHS} d="{_tenths(points)}"/>')
    parts += _dots(points)
    marked = [(points[p], "resumed", "a later session begins") for p in curve.resumed]
    diverged = end_of(curve.values)
    if diverged is not None:
        marked.append((points[diverged], "diverged", "only NaN or infinite values follow"))
    parts += [_mark(*one) for one in marked]
    text = escape(
        f"{curve.key} from {'step' if curve.has_steps else 'point'} {ends[0]} to {ends[1]}: "
        f"last {picture.last}, lowest {picture.min}, highest {picture.max}"
    )
    return Markup(
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{text}</title>'
        + "".join(parts)
        + "</svg>"
    )


def _grid(labels: Sequence[str], left: float, below: Iterable[float], end: str) -> str:
    """Lines of a grid with their labels, and the last step, whose text ends below the last."""
    places = [_TOP + share * (HEIGHT - _TOP - _BOTTOM) for share in below]
    drawn = "".join(f"M{left} {y:.1f}H{WIDTH - _RIGHT}" for y in places)
    texts = "".join(
        f'<text x="{left - 6}" y="{y + 4:.0f}">{label}</text>'
        for label, y in zip(labels, places, strict=True)
    )
    last = f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 6}">{end}</text>'
    return f'<path class="grid" d="{drawn}"/><g>{texts}{last}</g>'


def _dots(points: Sequence[_Place | None]) -> Iterator[str]:
    """The points between gaps, of which no line would be seen."""
    if len(points) > 1 and None not in points:
        return
    for before, point, after in zip([None, *points], points, [*points[1:], None], strict=False):
        if point is not None and before is None and after is None:
            yield f'<circle class="lone" cx="{point[0]:.1f}" cy="{point[1]:.1f}" r="2"/>'


def _mark(point: _Place | None, kind: str, text: str) -> str:
    """Where a curve is not as others: a stroke on the axis, and what it stands for."""
    if point is None:
        return ""
    x, y = point
    drawn = (
        f"M{x:.1f} {_TOP}V{HEIGHT - _BOTTOM}"
        if kind == "resumed"
        else (f"M{x - 4:.1f} {y - 4:.1f}l8 8m0-8l-8 8")
    )
    return f'<path class="mark {kind}" d="{drawn}"><title>{text}</title></path>'


def sparkline_svg(values: Sequence[float]) -> Markup:
    """A line without axes, its last point marked; empty for fewer than two numbers."""
    finite = [value for value in values if math.isfinite(value)]
    if len(finite) < 2:
        return Markup("")
    if len(values) > SPARK_WIDTH:  # more points than pixels say nothing more
        stride = max(1.0, len(finite) / SPARK_WIDTH)
        values = [finite[int(number * stride)] for number in range(int(len(finite) / stride))]
    low, high = min(finite), max(finite)
    steps, below = max(1, len(values) - 1), _below_of(high, low)
    points = [
        (
            3 + number / steps * (SPARK_WIDTH - 6),
            3 + below(value) * (SPARK_HEIGHT - 6),
        )
        if math.isfinite(value)
        else None
        for number, value in enumerate(values)
    ]
    end = next(point for point in reversed(points) if point is not None)
    return Markup(
        f'<svg class="spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" '
        f'preserveAspectRatio="xMinYMid meet" aria-hidden="true">'
        f'<path class="line" d="{_path(points)}"/>'
        f'<circle cx="{end[0]:.1f}" cy="{end[1]:.1f}" r="2.5"/></svg>'
    )


def importance_svg(importance: Importance) -> Markup:
    """A bar for the share a param explains, with its interval as a whisker; 0 to 1."""
    width, height, middle = 160, 16, 8
    low, high = importance.low * width, importance.high * width
    return Markup(
        f'<svg class="share" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'aria-hidden="true"><rect class="back" width="{width}" height="{height}"/>'
        f'<rect class="bar" width="{importance.share * width:.1f}" height="{height}"/>'
        f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} 4v8M{high:.1f} 4v8"/>'
        "</svg>"
    )


def spread_svg(spread: tuple[float, float, float], sense: str = "") -> Markup:
    """A difference as a dot, with its interval as a whisker, beside a line for nothing.

    Args:
        spread: low end, difference, high end, each from -1 to 1.
        sense: ``better`` or ``worse``; empty where nobody says.
    """
    width, height, middle = 120, 16, 8
    low, at, high = (width / 2 + end * (width / 2 - 5) for end in spread)
    return Markup(
        f'<svg class="spread {sense}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" aria-hidden="true"><path class="nothing" d="M{width / 2} 0V{height}"/>'
        f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} 4v8M{high:.1f} 4v8"/>'
        f'<circle cx="{at:.1f}" cy="{middle}" r="3.5"/></svg>'
    )


def _below_of(high: float, low: float) -> Callable[[float], float]:
    """How far values lie below the highest, as shares of the whole range."""
    span = high - low
    if math.isinf(span):  # of numbers near the largest there are
        return lambda value: (high / 2 - value / 2) / (high / 2 - low / 2)
    return (lambda value: (high - value) / span) if span else (lambda _: 0.0)


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """About ``count`` round numbers from ``low`` to ``high``.

    Steps are 1, 2, 2.5 or 5 times a power of ten (after Heckbert, "Nice numbers for graph
    labels", 1990).
    """
    if high == low:
        return [low]
    raw = (high - low) / max(1, count - 1)
    if not math.isfinite(raw) or raw < sys.float_info.min:  # where powers of ten overflow or end
        return [low, high]
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw * 0.999)
    first = math.ceil(low / step - 1e-9)
    ticks = [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]
    return [float(f"{tick:.12g}") for tick in ticks] or [low, high]


def _area(lows: Sequence[_Place | None], highs: Sequence[_Place | None]) -> str:
    """Path data of the room between two lines; a missing point is a gap."""
    parts: list[str] = []
    for is_some, group in groupby(
        zip(lows, highs, strict=True), lambda pair: pair[0] is not None and pair[1] is not None
    ):
        if is_some:
            own = [*group]
            parts.append(_tenths([*(b for _, b in own), *(a for a, _ in reversed(own))]) + "Z")
    return "".join(parts)


def _tenths(points: Sequence[_Place | None]) -> str:
    """Path data in tenths, each point from the one before: nobody sees less, and it is short."""
    parts = []
    for own in _lines(points):
        places = [(round(10 * x), round(10 * y)) for x, y in own]
        moves = " ".join([f"{x - a} {y - b}" for (a, b), (x, y) in pairwise(places)])
        begin = f"M{places[0][0]} {places[0][1]}"
        parts.append(f"{begin}l{moves}".replace(" -", "-") if moves else begin)
    return "".join(parts)


def _path(points: Sequence[_Place | None]) -> str:
    """Path data; a missing point is a gap."""
    return "".join("M" + "L".join([f"{x:.1f} {y:.1f}" for x, y in own]) for own in _lines(points))


def _lines(points: Sequence[_Place | None]) -> Iterator[Sequence[_Place]]:
    """The points between gaps."""
    if points and None not in points:
        yield points  # type: ignore[misc] # each is a place
        return
    for is_gap, own in groupby(points, lambda point: point is None):
        if not is_gap:
            yield [point for point in own if point]

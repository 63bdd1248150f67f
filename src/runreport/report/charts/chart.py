"""A chart of a page: what is drawn, and the same in words and numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runreport.errors import BuildError
from runreport.report.shown import Shown

Spec = dict[str, Any]
Row = Mapping[str, object]
DATA_NAME = "rows"
WIDTH = 460
WIDE = 980
HEIGHT = 260
MUTED = "var(--other)"
"""The colour of what has no look of its own."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a page: what is drawn, and the same in words and numbers."""

    name: str
    """Unique on its page."""
    title: str
    summary: str
    """One sentence for those who do not see the picture."""
    spec: Spec
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    """Headers of the data table below the chart."""
    table: tuple[tuple[Shown, ...], ...]
    options: Mapping[str, object]
    """What the reader can choose in the browser, and what is chosen."""
    shows: str = ""
    """Which runs it shows of how many: ``best 6 of 73 runs by val_accuracy``."""
    runs: tuple[int, ...] = ()
    """The runs that are drawn, by their places in the table."""
    is_cut: bool = False
    """Whether runs that have the values are not drawn."""
    pointed: Mapping[str, object] = field(default_factory=dict)
    """What a pointer finds in the picture."""


def is_drawable(row: Row) -> bool:
    """Whether nothing in a row is NaN or infinite, which lies on no axis; None is a gap."""
    return not any(isinstance(value, float) and not math.isfinite(value) for value in row.values())


def vega_lite_version(spec: Spec) -> str:
    """``6.4`` from a spec's schema URL, which Altair writes.

    Raises:
        BuildError: it has none.
    """
    schema = str(spec.get("$schema", ""))
    version = schema.rpartition("/v")[2].removesuffix(".json")
    parts = version.split(".")
    if len(parts) < 2:
        raise BuildError(f"Chart spec has no Vega-Lite version in {schema!r}.")
    return ".".join(parts[:2])

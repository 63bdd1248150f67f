"""The place that each text of a param or tag has among those of the whole site, so that a category
has one colour on every page.

Places go by the oldest run that has the text: a new run gives a place to a new text and takes
none away, until a column has too many texts.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.index import RunIndex

MOST_TEXTS = 50
"""Of a param or tag; more are told apart by no colours."""

Palette = Mapping[str, Mapping[str, int]]
"""By column (``params.optimizer``) and text."""


def make_palette(index: RunIndex, shown: pa.Array) -> Palette:
    """The places of the texts of all params and tags that have few.

    Args:
        shown: int32[n], the runs of the site.
    """
    return {
        f"{group}.{key}": texts
        for group, table in (("params", index.params), ("tags", index.tags))
        for key, texts in _places(table, shown).items()
    }


def _places(table: pa.Table, shown: pa.Array) -> dict[str, dict[str, int]]:
    own = table.filter(pc.is_in(table.column("run"), value_set=shown)).select(
        ["run", "key", "value"]
    )
    pairs = own.group_by(["key", "value"], use_threads=False).aggregate([("run", "max")])
    counts = pairs.group_by("key", use_threads=False).aggregate([([], "count_all")])
    few = counts.filter(pc.less_equal(counts.column("count_all"), MOST_TEXTS)).column("key")
    pairs = pairs.filter(pc.is_in(pairs.column("key"), value_set=few.combine_chunks()))
    # Runs are numbered from the newest; of one run's texts none is older.
    pairs = pairs.sort_by(
        [("run_max", "descending"), ("key", "ascending"), ("value", "ascending")]
    )
    places: dict[str, dict[str, int]] = {}
    columns = (pairs.column(name).to_pylist() for name in ("key", "value"))
    for key, value in zip(*columns, strict=True):
        texts = places.setdefault(key, {})
        texts[value] = len(texts)
    return places

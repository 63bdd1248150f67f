"""Events with their text as numbers: what the fold groups, compares and sorts by.

Text is looked at once a distinct value, all else is arithmetic on whole columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from runreport.query.arrow import arange, as_array, one_dictionary, places_of

_LATER = ("writer_id", "seq")


class Coded:
    """Events by kind, with runs numbered and keys coded.

    Tables it hands out have ``run`` (the number of a run, in no particular order) and ``key``
    (dictionary-coded, all with one dictionary).
    """

    def __init__(self, events: pa.Table) -> None:
        self._kinds = one_dictionary(events.column("kind"))
        runs = one_dictionary(events.column("run_id"))
        keys = one_dictionary(events.column("key"))
        used = pc.unique(runs.indices).drop_null()
        self.run_ids: pa.Array = runs.dictionary.take(used)
        """The id of each run by its number."""
        numbers = runs.indices
        if len(used) != len(runs.dictionary) or not used.equals(arange(len(used))):
            numbers = pc.index_in(runs.indices, value_set=used)  # some were filtered out
        self._keys = keys.dictionary
        self._has_run = None if runs.null_count == 0 else pc.is_valid(runs)
        columns = {name: events.column(name) for name in _PLAIN}
        columns.update(run=numbers, key=keys)
        self._events = pa.table(columns)

    def of(self, kind: str) -> pa.Table:
        """The events of one kind about runs."""
        return self._events.filter(self._is(kind))

    def of_experiments(self) -> pa.Table:
        """The events about experiments, with their text as such."""
        rows = self._events.append_column("kind", self._kinds)
        if self._has_run is None:  # an empty slice would keep all of them in memory
            rows = rows.schema.empty_table()
        else:
            rows = rows.filter(pc.invert(self._has_run))
        texts = {name: rows.column(name).cast(pa.string()) for name in _TEXTS}
        texts["run_id"] = pa.nulls(rows.num_rows, pa.string())
        texts.update({name: rows.column(name) for name in ("seq", "counter", "time")})
        return pa.table(texts)

    @property
    def all(self) -> pa.Table:
        """All events about runs."""
        return self._events if self._has_run is None else self._events.filter(self._has_run)

    def own(self, kinds: tuple[str, ...], runs: pa.Array) -> tuple[pa.Table, pa.Array]:
        """The events of some kinds about some runs (by number), and the kind of each."""
        codes = pc.index_in(pa.array(kinds), value_set=self._kinds.dictionary).drop_null()
        wanted = pc.and_(
            pc.is_in(self._kinds.indices, value_set=codes),
            pc.is_in(self._events.column("run"), value_set=runs),
        )
        return self._events.filter(wanted), self._kinds.filter(as_array(wanted))

    def latest(self, kind: str) -> pa.Table:
        """The latest fact of each run and key, removals dropped."""
        latest = last(self.of(kind), self.group)
        return latest.filter(pc.is_valid(latest.column("value")))

    def last(self, kind: str) -> pa.Table:
        """The latest fact of each run."""
        return last(self.of(kind), by_run)

    def first(self, kind: str) -> pa.Table:
        """The earliest fact of each run."""
        rows = self.of(kind)
        turned = pc.negate(rows.column("counter"))
        rows = rows.set_column(rows.column_names.index("counter"), "counter", turned)
        return last(rows, by_run)

    def group(self, table: pa.Table) -> pa.Array:
        """A number for each row that is the same where run and key are, and that sorts as they
        do: that of a compacted segment's rows grows from row to row."""
        run = pc.cast(as_array(table.column("run")), pa.int64())
        key = as_array(table.column("key"))
        rank = pc.add(pc.fill_null(self._ranks.take(key.indices), -1), 1)
        return pc.add(pc.multiply(run, len(self._keys) + 1), rank)

    def with_key(self, table: pa.Table, key: str) -> pa.Table:
        """The rows of one key."""
        code = pc.index(self._keys, key)
        return table.filter(pc.equal(as_array(table.column("key")).indices, code))

    def encode(self, keys: pa.ChunkedArray) -> pa.DictionaryArray:
        """Texts that are among the keys, coded as those are."""
        codes = pc.index_in(as_array(keys), value_set=self._keys)
        return pa.DictionaryArray.from_arrays(codes, self._keys)

    @cached_property
    def _ranks(self) -> pa.Array:
        return pc.cast(places_of(pc.sort_indices(self._keys)), pa.int64())

    def _is(self, kind: str) -> pa.Array:
        code = pc.index(self._kinds.dictionary, kind)
        found = pc.equal(self._kinds.indices, code)
        return found if self._has_run is None else pc.and_(found, self._has_run)


_PLAIN = ("writer_id", "seq", "counter", "time", "experiment_id", "value", "data")
_TEXTS = ("writer_id", "kind", "experiment_id", "key", "value", "data")


def by_run(table: pa.Table) -> pa.Array:
    """Rows of one run belong together."""
    return as_array(table.column("run"))


def last(table: pa.Table, group: Callable[[pa.Table], pa.Array]) -> pa.Table:
    """The greatest row by (counter, writer_id, seq) of each group.

    Args:
        group: gives each row of a table the number of its group.
    """
    own = group(table)
    if is_growing(own):  # no two rows of one group, and nothing to look for
        return table
    groups = pa.table({"group": own, "counter": table.column("counter")}).group_by(
        "group", use_threads=False
    )
    greatest = groups.aggregate([("counter", "max")])
    if greatest.num_rows == table.num_rows:
        return table
    place = pc.index_in(own, value_set=as_array(greatest.column("group")))
    is_greatest = pc.equal(
        as_array(table.column("counter")), as_array(greatest.column("counter_max")).take(place)
    )
    table = table.filter(is_greatest)
    if table.num_rows == greatest.num_rows:
        return table
    keyed = table.append_column("group", group(table))
    keyed = keyed.set_column(0, "writer_id", keyed.column("writer_id").cast(pa.string()))
    order = [(name, "ascending") for name in ("group", *_LATER)]
    keyed = keyed.take(pc.sort_indices(keyed, sort_keys=order))
    groups_in_order = as_array(keyed.column("group"))
    ends = pc.not_equal(groups_in_order[1:], groups_in_order[:-1])
    is_last = pa.concat_arrays([ends, pa.array([True])])  # two facts at least are left
    return keyed.filter(is_last).drop_columns(["group"])


def is_growing(numbers: pa.Array) -> bool:
    """Whether each number is greater than the one before."""
    steps = pc.greater(numbers[1:], numbers[:-1])
    return pc.all(steps).as_py() is not False

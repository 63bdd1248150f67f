from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from runreport.query.arrow import by_key


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "é", "Z"]), st.integers(0, 9))), st.booleans()
)
def test_rows_by_key_are_those_that_have_it(rows: list[tuple[str, int]], is_coded: bool) -> None:
    keys = pa.array([key for key, _ in rows], pa.string())
    table = pa.table(
        {
            "key": keys.dictionary_encode() if is_coded else keys,
            "run": pa.array([run for _, run in rows], pa.int64()),
        }
    )
    found = by_key(table)
    assert list(found) == sorted({key for key, _ in rows})
    for key, own in found.items():
        assert own.column("run").to_pylist() == [run for name, run in rows if name == key]

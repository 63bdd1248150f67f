from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.charts.looks import LOOKS, STEPS, free_looks, give_looks, spread_looks


@given(st.lists(st.integers(0, 60), max_size=LOOKS))
def test_no_two_texts_of_a_chart_look_alike(slots: list[int]) -> None:
    looks = free_looks(slots)
    assert len({*looks}) == len(slots) and all(0 <= look < LOOKS for look in looks)


def test_a_text_has_its_site_s_look_unless_an_earlier_one_has_it() -> None:
    assert free_looks([3, 7]) == [3, 7]
    assert free_looks([21, 3]) == [4, 3]  # 21 would be 3


@given(st.integers(1, STEPS))
def test_an_order_reaches_from_one_end_of_the_ramp_to_the_other(count: int) -> None:
    looks = spread_looks(count)
    assert looks == sorted({*looks}) and len(looks) == count
    if count > 1:
        assert (looks[0], looks[-1]) == (0, STEPS - 1)


def test_runs_keep_their_looks_and_others_get_free_ones() -> None:
    looks = {5: 1}
    give_looks(looks, [9, 5, 7])
    assert looks == {5: 1, 9: 0, 7: 2}
    give_looks(looks, range(100, 140))
    assert len(looks) == LOOKS

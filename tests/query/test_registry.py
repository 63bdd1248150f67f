from __future__ import annotations

from builders import event, events_of
from hypothesis import given
from hypothesis import strategies as st

from runreport.events import Event
from runreport.query.registry import fold_versions


def claim(writer: str, seq: int, number: int, counter: int, name: str = "churn") -> Event:
    return event(
        "model_version", name, str(number), writer_id=writer, seq=seq, counter=counter << 16
    )


def test_the_earlier_claim_keeps_a_contested_number() -> None:
    events = events_of(claim("b", 0, 1, 5), claim("a", 0, 1, 9), claim("a", 1, 2, 10))
    versions = [(v.version, v.claimed, v.identity[1]) for v in fold_versions(events)]
    assert versions == [(1, 1, "b"), (2, 2, "a"), (3, 1, "a")]


def test_models_do_not_share_numbers() -> None:
    events = events_of(claim("a", 0, 1, 1), claim("b", 0, 1, 2, name="fraud"))
    assert [(v.name, v.version) for v in fold_versions(events)] == [("churn", 1), ("fraud", 1)]


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(1, 4), st.integers(1, 5)),
        unique_by=lambda claim: claim[:2],
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_numbers_are_unique_and_do_not_depend_on_order_or_repetition(claims, rng) -> None:  # type: ignore[no-untyped-def]
    events = [claim(*one) for one in claims]
    expected = fold_versions(events_of(*events))
    assert len({version.version for version in expected}) == len(claims)
    shuffled = events + [one for one in events if rng.random() < 0.5]
    rng.shuffle(shuffled)
    assert fold_versions(events_of(*shuffled)) == expected

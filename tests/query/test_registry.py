from __future__ import annotations

from builders import event, events_of
from hypothesis import given
from hypothesis import strategies as st

from runreport.events import Event
from runreport.query.registry import fold_registry, fold_versions


def claim(writer: str, seq: int, number: int, counter: int, name: str = "churn") -> Event:
    return event(
        "model_version", name, str(number), writer_id=writer, seq=seq, counter=counter << 16
    )


def test_the_earlier_claim_keeps_a_contested_number() -> None:
    events = events_of(claim("b", 0, 1, 5), claim("a", 0, 1, 9), claim("a", 1, 2, 10))
    versions = [(v.version, v.claimed, v.identity[1]) for v in fold_versions(events)]
    assert versions == [(1, 1, "b"), (2, 1, "a"), (3, 2, "a")]


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


def test_models_have_versions_aliases_tags_and_descriptions() -> None:
    events = events_of(
        claim("a", 0, 1, 1),
        claim("b", 0, 2, 2),
        event(
            "registered_model", "churn", None, writer_id="c", counter=3 << 16, time=5000,
            data='{"description":"who leaves","tags":{"team":"risk","old":null}}',
        ),
        event("model_alias", "churn", "2", writer_id="d", counter=4 << 16, time=6000,
              data='{"alias":"champion","version":"b-0"}'),
        event("registered_model", "gone", "deleted", writer_id="e", counter=5 << 16),
    )  # fmt: skip
    registry = fold_registry(events)
    (model,) = registry.models
    assert (model.name, model.description, model.tags) == ("churn", "who leaves", {"team": "risk"})
    assert model.aliases == {"champion": "2"}
    assert (model.creation_timestamp, model.last_updated_timestamp) == (1000, 6000)
    assert [(v.version, v.aliases) for v in registry.versions] == [(1, []), (2, ["champion"])]
    assert model.latest_versions == [registry.versions[-1]]


def test_an_alias_follows_its_version_when_a_merge_renumbers_it() -> None:
    alias = event(
        "model_alias", "churn", "1", writer_id="x", counter=9 << 16,
        data='{"alias":"mine","version":"b-0"}',
    )  # fmt: skip
    registry = fold_registry(events_of(claim("a", 0, 1, 1), claim("b", 0, 1, 2), alias))
    assert registry.models[0].aliases == {"mine": "2"}
    removed = event("model_alias", "churn", None, writer_id="y", counter=10 << 16,
                    data='{"alias":"mine"}')  # fmt: skip
    assert fold_registry(events_of(claim("a", 0, 1, 1), alias, removed)).models[0].aliases == {}


def test_a_number_does_not_change_with_what_is_registered_later() -> None:
    merged = [claim("b", 0, 1, 5), claim("a", 0, 1, 9), claim("a", 1, 2, 10)]
    before = {v.identity: v.version for v in fold_versions(events_of(*merged))}
    later = [*merged, claim("c", 0, 4, 20), claim("d", 0, 5, 21)]
    after = {v.identity: v.version for v in fold_versions(events_of(*later))}
    assert {key: after[key] for key in before} == before


def test_a_version_registered_after_a_deletion_elsewhere_brings_the_model_back() -> None:
    deletion = event("registered_model", "churn", "deleted", writer_id="x", counter=5 << 16)
    registry = fold_registry(events_of(claim("a", 0, 1, 1), deletion, claim("b", 0, 2, 9)))
    assert [v.version for v in registry.versions] == [2]
    assert fold_registry(events_of(claim("a", 0, 1, 1), deletion)).models == ()

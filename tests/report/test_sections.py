from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.meaning import importance_of_name
from runreport.report.sections import MOST_FLAT, MOST_OPEN, in_sections


def titles(names: list[str]) -> list[tuple[str, int]]:
    return [(own.title, len(own.items)) for own in in_sections(names, str)]


def test_few_names_need_no_sections_and_stand_as_people_number_them() -> None:
    (only,) = in_sections(["b10", "b2", "a/x"], str)
    assert (only.title, only.items, only.is_open) == ("", ("a/x", "b2", "b10"), True)
    assert in_sections([], str) == ()


def test_what_the_machine_did_is_a_section_of_its_own() -> None:
    found = in_sections(["system/cpu", "loss", "acc"], str)
    assert [(own.title, own.items, own.is_open) for own in found] == [
        ("", ("acc", "loss"), True), ("system", ("system/cpu",), False),
    ]  # fmt: skip


def test_many_names_are_parted_by_what_they_begin_with() -> None:
    names = [f"{kind}/m{n}" for kind in ("train", "val") for n in range(10)] + ["lr", "one/alone"]
    assert titles(names) == [("train", 10), ("val", 10), ("others", 2)]


def test_names_that_begin_with_others_stay() -> None:
    names = [f"train/{n}" for n in range(15)] + [f"others/{c}" for c in "abcd"] + ["lr/a", "loss"]
    assert titles(names) == [("others", 4), ("train", 15), ("others ", 2)]


def test_a_large_section_is_parted_by_the_next_part() -> None:
    names = [f"layer.{n}/{what}" for n in range(12) for what in ("norm", "mean", "max", "min")]
    found = in_sections(names, str)
    assert [own.title for own in found] == [f"layer.{n}" for n in range(12)]
    assert [own.is_open for own in found][:7] == [True] * 6 + [False]
    assert titles([*names, "train/a", "train/b"])[0] == ("train", 2)


def test_a_family_is_a_section_beside_the_one_it_is_of() -> None:
    names = [
        "val/acc",
        "val/loss",
        *(f"val/auc/class_{n}" for n in range(20)),
        "train/a",
        "train/b",
    ]
    assert titles(names) == [("train", 2), ("val", 2), ("val/auc", 20)]
    only = [f"model.block{n}.{what}" for n in range(20) for what in ("width", "depth")]
    assert titles(only) == [(f"model.block{n}", 2) for n in range(20)]


def test_what_a_run_is_about_comes_first() -> None:
    names = [f"{kind}/{what}{n}" for kind, what in (("train", "loss"), ("sys", "gpu"),
                                                    ("val", "acc")) for n in range(8)]  # fmt: skip
    found = in_sections(names, str, importance_of_name)
    assert [own.title for own in found] == ["val", "train", "sys"]
    assert found[0].items[:2] == ("val/acc0", "val/acc1")


@given(
    st.lists(
        st.text("ab./1", min_size=1, max_size=8)
        | st.sampled_from(["others/", "system/", "system."]).flatmap(
            lambda begin: st.text("ab", max_size=3).map(begin.__add__)
        ),
        unique=True,
        max_size=120,
    )
)
def test_every_name_is_in_one_section(names: list[str]) -> None:
    found = in_sections(names, str)
    assert sorted(name for own in found for name in own.items) == sorted(names)
    assert len({own.title for own in found}) == len(found)
    assert not found or found[0].is_open
    if len(names) > MOST_FLAT:
        assert sum(len(own.items) for own in found[1:] if own.is_open) <= MOST_OPEN

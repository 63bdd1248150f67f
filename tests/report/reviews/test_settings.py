"""Which runs of a head are compared with which of a base."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from runreport.query.samples import RunFact
from runreport.report.reviews.settings import Matched, matched

_numbers = count()


def run(commit: str = "", **params: str) -> RunFact:
    number = next(_numbers)
    return RunFact(
        number, f"r{number}", "", "FINISHED", number, commit, "", tuple(sorted(params.items())), ""
    )


def compared(
    bases: list[RunFact], heads: list[RunFact], *, is_newest: bool = True
) -> list[tuple[set[str], set[str]]]:
    found = matched(bases, heads, is_newest=is_newest)
    return [
        ({own.run_id for own in match.bases}, {own.run_id for own in match.heads})
        for match in found.matches
    ]


def ids(*runs: RunFact) -> set[str]:
    return {own.run_id for own in runs}


def test_runs_of_the_same_settings_are_compared_whatever_else_there_is() -> None:
    a, b = run(lr="0.1"), run(lr="0.2")
    own, other = run(lr="0.2"), run(lr="0.1")
    assert compared([a, b], [own, other]) == [(ids(b), ids(own)), (ids(a), ids(other))]


def test_what_was_changed_is_left_out_and_told() -> None:
    base, head = run(lr="0.1", model="net"), run(lr="0.2", model="net", warmup="5")
    found = matched([base], [head], is_newest=True)
    (match,) = found.matches
    assert match.changed == (("lr", "0.1", "0.2"), ("warmup", None, "5"))
    assert match.settings == (("model", "net"),)


def test_a_changed_setting_is_compared_beside_those_that_stayed() -> None:
    net, tree = run(model="net", lr="0.1"), run(model="tree", lr="0.1")
    own, other = run(model="net", lr="0.2"), run(model="tree", lr="0.1")
    assert compared([net, tree], [own, other]) == [(ids(tree), ids(other)), (ids(net), ids(own))]


def test_a_sweep_over_other_values_is_not_averaged_into_one() -> None:
    bases, heads = [run(lr="0.1"), run(lr="0.2")], [run(lr="0.3"), run(lr="0.4")]
    found = matched(bases, heads, is_newest=True)
    assert found.matches == ()
    assert [settings for settings, _ in found.alone] == [(("lr", "0.3"),), (("lr", "0.4"),)]


def test_of_each_setting_the_newest_commit_counts_unless_somebody_chose_the_runs() -> None:
    bases = [run("a", lr="0.1"), run("b", lr="0.1")]
    heads = [run("c", lr="0.1"), run("d", lr="0.1")]
    assert compared(bases, heads) == [(ids(bases[1]), ids(heads[1]))]
    assert compared(bases, heads, is_newest=False) == [(ids(*bases), ids(*heads))]


def test_a_label_is_what_others_have_differently() -> None:
    bases = [run(model=m, lr="0.1") for m in ("a", "b")]
    heads = [run(model=m, lr="0.1") for m in ("a", "b")]
    found: Matched = matched(bases, heads, is_newest=True)
    assert [found.label(match.settings) for match in found.matches] == [
        (("model", "a"),), (("model", "b"),),
    ]  # fmt: skip


settings = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xyz"), max_size=3)


@given(st.lists(settings, max_size=6), st.lists(settings, max_size=6))
def test_every_run_of_a_head_is_compared_once_or_alone(
    base: list[dict[str, str]], head: list[dict[str, str]]
) -> None:
    heads = [run(**own) for own in head]
    found = matched([run(**own) for own in base], heads, is_newest=True)
    told = [own.run_id for match in found.matches for own in match.heads]
    told += [own.run_id for _, runs in found.alone for own in runs]
    assert sorted(told) == sorted(own.run_id for own in heads)
    for match in found.matches:
        assert match.bases and match.heads

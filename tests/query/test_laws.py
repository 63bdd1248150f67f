"""Random filters over random archives, against the slow evaluator; and what must always hold."""

from __future__ import annotations

import math
from typing import Any

from builders import event, events_of
from hypothesis import given, settings
from hypothesis import strategies as st
from query import slowly
from query.laws import summary_event

from runreport.events import Event, Summary
from runreport.query.filters import parse_filter, parse_order
from runreport.query.fold import fold
from runreport.query.index import RunIndex
from runreport.query.search import find_runs, make_query
from runreport.query.syntax import And, Comparison, Field, Moment, Node, Not, Or

NOW_MS = 1_000_000.0
ROOT = "artifacts"
TEXTS = [
    "",
    "a",
    "A",
    "tree",
    "Tree",
    "t_e%",
    "1",
    "1.5",
    "-2",
    "+3",
    ".5",
    "1e1",
    "nan",
    "inf",
    "é",
    "x\ny",
]
NUMBERS = [-2.0, -0.0, 0.0, 0.5, 1.0, 1.5, 3.0, 10.0, 1e300]
KEYS = ["a", "b", "a.min", "x y"]
ENDS = st.sampled_from(["FINISHED", "FAILED"])


@st.composite
def run_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    values = st.sampled_from([*NUMBERS, math.nan, math.inf, -math.inf])
    runs = []
    for number in range(draw(st.sampled_from([0, 1, 4, 8]))):
        start = draw(st.sampled_from([0, 500_000, 999_000, 1_000_000, 1_000_500]))
        length = draw(st.sampled_from([None, 0, 500, 60_000]))
        names = st.sampled_from(KEYS)
        runs.append(
            {
                "run_id": f"{number:032x}",
                "name": draw(st.sampled_from(TEXTS)),
                "user": draw(st.sampled_from(["ada", "grace"])),
                "status": "RUNNING"
                if length is None
                else draw(st.sampled_from(["FINISHED", "FAILED"])),
                "start_time": start,
                "end_time": None if length is None else start + length,
                "uri": f"{ROOT}/{number:032x}",
                "params": draw(st.dictionaries(names, st.sampled_from(TEXTS), max_size=4)),
                "tags": draw(st.dictionaries(names, st.sampled_from(TEXTS), max_size=4)),
                "metrics": draw(
                    st.dictionaries(names, st.lists(values, min_size=1, max_size=3), max_size=3)
                ),
                "datasets": draw(
                    st.lists(
                        st.tuples(
                            st.sampled_from(["a", "tree"]),
                            st.sampled_from(["d1", "d2"]),
                            st.sampled_from([None, "a", "test"]),
                        ),
                        max_size=2,
                        unique_by=lambda entry: entry[:2],
                    )
                ),
            }
        )
    return runs


def index_of(runs: list[dict[str, Any]]) -> RunIndex:
    events: list[Event] = []
    for run in runs:
        fields = {"run_id": run["run_id"], "writer_id": run["run_id"], "time": run["start_time"]}

        def add(kind: str, key: str | None, value: str | None, **more: object) -> None:
            events.append(event(kind, key, value, seq=len(events), **{**fields, **more}))  # noqa: B023

        add("run", None, None)
        ended = run["end_time"] if run["end_time"] is not None else run["start_time"]
        add("status", None, run["status"], time=ended)
        tags = {"mlflow.runName": run["name"], "mlflow.user": run["user"], **run["tags"]}
        for key, value in tags.items():
            add("tag", key, value)
        for key, value in run["params"].items():
            add("param", key, value)
        for name, digest, context in run["datasets"]:
            add("dataset", name, digest, data=f'{{"context":"{context}"}}' if context else "{}")
        for key, values in run["metrics"].items():
            numbers = [value for value in values if value == value] or [math.nan]
            total = slowly.total(values)
            summary = Summary(
                len(values), values[-1], min(numbers), max(numbers), total, 0, len(values) - 1, 5
            )
            events.append(summary_event(key, summary, seq=len(events), **fields))
    running = [run["run_id"] for run in runs if run["status"] == "RUNNING"]
    return fold(events_of(*events), alive=running)


TEXT_FIELDS = st.builds(
    Field, st.just("attribute"), st.sampled_from(["run_id", "run_name", "status", "user_id"])
)
DATASET_FIELDS = st.builds(
    Field, st.just("dataset"), st.sampled_from(["name", "digest", "context"])
)
LOOSE_FIELDS = st.builds(Field, st.sampled_from(["param", "tag"]), st.sampled_from(KEYS))
METRIC_FIELDS = st.builds(
    Field,
    st.just("metric"),
    st.sampled_from(["a", "b", "x y"]),
    st.sampled_from(["", "min", "max", "mean"]),
) | st.builds(
    Field, st.just("metric"), st.sampled_from("ab"), st.sampled_from(["min", "max"]), st.just(True)
)
TIME_FIELDS = st.builds(Field, st.just("attribute"), st.sampled_from(["start_time", "end_time"]))
SPAN_FIELDS = st.just(Field("attribute", "duration"))
ORDERED = ["=", "!=", ">", ">=", "<", "<="]
TEXT_VALUES = st.sampled_from([*TEXTS, "FINISHED", "ada", "it's"])
PATTERNS = st.sampled_from(["", "%", "a%", "%e", "_", "T%", "%ree", "%\n%", "%'%", "100%"])


def comparing(
    fields: st.SearchStrategy[Field], values: st.SearchStrategy[Any], operators: list[str]
) -> st.SearchStrategy[Comparison]:
    one = st.builds(
        Comparison, fields, st.sampled_from(operators), values.map(lambda value: (value,))
    )
    several = st.builds(
        Comparison,
        fields,
        st.sampled_from(["IN", "NOT IN"]),
        st.lists(values, min_size=1, max_size=3).map(tuple),
    )
    return (
        one | several | st.builds(Comparison, fields, st.sampled_from(["IS NULL", "IS NOT NULL"]))
    )


def between(fields: st.SearchStrategy[Field], values: st.SearchStrategy[Any]) -> Any:
    operators = st.sampled_from(["BETWEEN", "NOT BETWEEN"])
    return st.builds(Comparison, fields, operators, st.tuples(values, values))


ALL_TEXT = TEXT_FIELDS | DATASET_FIELDS | LOOSE_FIELDS
LIKE = st.sampled_from(["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"])
PLAIN = st.sampled_from(NUMBERS)
MOMENTS = st.builds(Moment, st.sampled_from([0.0, -500_000.0, 500.0])) | st.sampled_from(
    [0.0, 999_000.0]
)
COMPARISONS = st.one_of(
    comparing(ALL_TEXT, TEXT_VALUES, ["=", "!="]),
    st.builds(Comparison, ALL_TEXT, LIKE, PATTERNS.map(lambda p: (p,))),
    comparing(METRIC_FIELDS | LOOSE_FIELDS | SPAN_FIELDS, PLAIN, ORDERED),
    between(METRIC_FIELDS | LOOSE_FIELDS | SPAN_FIELDS, PLAIN),
    comparing(TIME_FIELDS, MOMENTS, ORDERED),
    between(TIME_FIELDS, MOMENTS),
)
TREES: st.SearchStrategy[Node] = st.recursive(
    COMPARISONS,
    lambda parts: st.one_of(
        st.builds(Not, parts),
        st.builds(And, st.lists(parts, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(parts, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=5,
)


def written(node: Node) -> str:
    """A tree as text, every part in parentheses."""
    if isinstance(node, Not):
        return f"NOT ({written(node.part)})"
    if isinstance(node, Comparison):
        field = node.field
        name = field.key
        if field.entity != "attribute":
            name = f"{field.entity}s.`{field.key}`"
        if field.is_bare:
            name = f"metrics.{field.key}"
        name += f".{field.statistic}" if field.statistic else ""
        values = [_literal(value) for value in node.values]
        if node.operator.endswith("IN"):
            return f"{name} {node.operator} ({', '.join(values)})"
        return f"{name} {node.operator} {' AND '.join(values)}"
    word = " AND " if isinstance(node, And) else " OR "
    return word.join(f"({written(part)})" for part in node.parts)


def _literal(value: object) -> str:
    if isinstance(value, Moment):
        sign = "-" if value.offset_ms < 0 else "+"
        return f"now {sign} {abs(value.offset_ms):.0f}ms" if value.offset_ms else "now"
    return f"'{value.replace(chr(39), chr(39) * 2)}'" if isinstance(value, str) else repr(value)


@settings(max_examples=300, deadline=None)
@given(TREES)
def test_a_tree_that_is_written_down_reads_back_as_itself(tree: Node) -> None:
    assert parse_filter(written(tree)) == tree


@settings(max_examples=150, deadline=None)
@given(run_lists(), st.lists(COMPARISONS, min_size=10, max_size=20), st.lists(TREES, min_size=2))
def test_random_filters_find_what_the_slow_evaluator_finds(
    runs: list[dict[str, Any]], alone: list[Node], trees: list[Node]
) -> None:
    index = index_of(runs)
    for tree in (*alone, *trees):
        query = make_query(None, written(tree), now_ms=int(NOW_MS))
        found = [run.info.run_id for run in find_runs(index, query, ROOT).runs()]
        assert found == slowly.find(runs, tree, NOW_MS), written(tree)


@settings(max_examples=150, deadline=None)
@given(
    run_lists(),
    st.lists(
        st.sampled_from(
            [
                "metrics.a",
                "metrics.b.max DESC",
                "params.a",
                "params.b DESC",
                "run_name DESC",
                "status",
                "start_time",
                "end_time DESC",
                "duration",
                "tags.`x y`",
                "metrics.a DESC",
            ]
        ),
        max_size=3,
    ),
    st.integers(0, 9),
    st.integers(0, 3),
)
def test_a_random_order_is_the_slow_one_and_pages_cut_it(
    runs: list[dict[str, Any]], order: list[str], limit: int, offset: int
) -> None:
    query = make_query(None, "", order_by=order, max_results=limit, offset=offset)
    found = find_runs(index_of(runs), query, ROOT)
    expected = slowly.sort(runs, [parse_order(text) for text in order])
    ids = [run["run_id"] for run in expected]
    assert [run.info.run_id for run in found.runs()] == ids[offset : offset + limit]
    assert found.total == len(runs)


@settings(max_examples=150, deadline=None)
@given(run_lists(), TREES, TREES)
def test_and_or_and_not_are_those_of_sets(
    runs: list[dict[str, Any]], left: Node, right: Node
) -> None:
    index = index_of(runs)

    def find(tree: Node) -> set[str]:
        query = make_query(None, written(tree), now_ms=int(NOW_MS))
        return {run.info.run_id for run in find_runs(index, query, ROOT).runs()}

    everything = {run["run_id"] for run in runs}
    assert find(Not(left)) == everything - find(left)
    assert find(And((left, right))) == find(left) & find(right)
    assert find(Or((left, right))) == find(left) | find(right)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="aez.'\"`()=<>!, -+_%09\\\nétNOTANDin", max_size=40))
def test_any_text_is_a_filter_or_an_error_at_one_of_its_columns(text: str) -> None:
    from runreport.errors import InvalidFilter

    try:
        parse_filter(text)
    except InvalidFilter as error:
        assert 1 <= error.column <= len(text) + 1

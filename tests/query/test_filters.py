from __future__ import annotations

import pytest

from runreport.errors import InvalidFilter, InvalidValue, MlflowException
from runreport.query.filters import parse_field, parse_filter, parse_order
from runreport.query.syntax import And, Comparison, Field, Moment, Not, Or, Ordering


def attribute(name: str) -> Field:
    return Field("attribute", name)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("metrics.rmse < 1", Comparison(Field("metric", "rmse"), "<", (1.0,))),
        ("metric.rmse >= -1e-1", Comparison(Field("metric", "rmse"), ">=", (-0.1,))),
        ("params.model = 'LR'", Comparison(Field("param", "model"), "=", ("LR",))),
        ('parameters.model != "LR"', Comparison(Field("param", "model"), "!=", ("LR",))),
        ("tags.`a.parent` = 'abc'", Comparison(Field("tag", "a.parent"), "=", ("abc",))),
        ("tags.mlflow.user = 'x'", Comparison(Field("tag", "mlflow.user"), "=", ("x",))),
        ('metrics."a-b" < 0.5', Comparison(Field("metric", "a-b"), "<", (0.5,))),
        ("attributes.status = 'FINISHED'", Comparison(attribute("status"), "=", ("FINISHED",))),
        ("status = 'FINISHED'", Comparison(attribute("status"), "=", ("FINISHED",))),
        ("run_name ILIKE '%boom%'", Comparison(attribute("run_name"), "ILIKE", ("%boom%",))),
        ("attributes.`Run name` like 'a'", Comparison(attribute("run_name"), "LIKE", ("a",))),
        ("run_id IN ('a','b')", Comparison(attribute("run_id"), "IN", ("a", "b"))),
        ("run_id not in ('a')", Comparison(attribute("run_id"), "NOT IN", ("a",))),
        ("params.lr IS NULL", Comparison(Field("param", "lr"), "IS NULL")),
        ("tags.lr is not null", Comparison(Field("tag", "lr"), "IS NOT NULL")),
        ("created > 5", Comparison(attribute("start_time"), ">", (5.0,))),
        ("datasets.name LIKE 'a%'", Comparison(Field("dataset", "name"), "LIKE", ("a%",))),
        ("params.a = 'it AND that'", Comparison(Field("param", "a"), "=", ("it AND that",))),
    ],
)  # fmt: skip
def test_what_mlflow_users_type(text: str, clause: Comparison) -> None:
    assert parse_filter(text) == clause


A, B = Comparison(Field("metric", "a"), "<", (1.0,)), Comparison(Field("param", "b"), "=", ("x",))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("  ", And(())),
        ("metrics.a < 1 and params.b = 'x'", And((A, B))),
        ("metrics.a < 1 AND params.b = 'x' AND", And((A, B))),  # MLflow tolerates the last one
        ("metrics.a < 1 or params.b = 'x'", Or((A, B))),
        ("not metrics.a < 1", Not(A)),
        ("not (metrics.a < 1 or params.b = 'x')", Not(Or((A, B)))),
        ("metrics.a < 1 or params.b = 'x' and metrics.a < 1", Or((A, And((B, A))))),
        ("(metrics.a < 1 or params.b = 'x') and metrics.a < 1", And((Or((A, B)), A))),
        ("not metrics.a < 1 and params.b = 'x'", And((Not(A), B))),
        ("((metrics.a < 1))", A),
        ("metrics.a.min BETWEEN 1 AND 2",
         Comparison(Field("metric", "a", "min", is_bare=True), "BETWEEN", (1.0, 2.0))),
        ("metrics.`a.b`.mean > 1", Comparison(Field("metric", "a.b", "mean"), ">", (1.0,))),
        ("metrics.`a.min` > 1", Comparison(Field("metric", "a.min"), ">", (1.0,))),
        ("params.lr > 0.1", Comparison(Field("param", "lr"), ">", (0.1,))),
        ("params.lr not in (1, 2)", Comparison(Field("param", "lr"), "NOT IN", (1.0, 2.0))),
        ("duration > 5m", Comparison(attribute("duration"), ">", (300.0,))),
        ("duration <= 1.5", Comparison(attribute("duration"), "<=", (1.5,))),
        ("start_time > now - 7d",
         Comparison(attribute("start_time"), ">", (Moment(-604_800_000.0),))),
        ("end_time < NOW", Comparison(attribute("end_time"), "<", (Moment(0.0),))),
        ("created >= '2026-11-21 10:30'",
         Comparison(attribute("start_time"), ">=", (1795257000000.0,))),
        ("tags.a = 'it''s'", Comparison(Field("tag", "a"), "=", ("it's",))),
        ("tags.a = 'C:\\'", Comparison(Field("tag", "a"), "=", ("C:\\",))),
        ("params.'c d' = 'x'", Comparison(Field("param", "c d"), "=", ("x",))),
        ("`metrics`.a < 1", A),
        ("run_id in ('a', )", Comparison(attribute("run_id"), "IN", ("a",))),
        ("params.a == 'x'", Comparison(Field("param", "a"), "=", ("x",))),
    ],
)  # fmt: skip
def test_the_tree_of_a_filter(text: str, tree: object) -> None:
    assert parse_filter(text) == tree


def test_an_error_shows_a_window_of_a_long_filter() -> None:
    text = " or ".join(["metrics.a > 1"] * 5000) + " or params.b > 'x'"
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    assert caught.value.column == len(text) - 2 and len(str(caught.value)) < 600


def test_digits_without_end_are_read_in_no_time() -> None:
    with pytest.raises(InvalidFilter, match="neither a number nor a span"):
        parse_filter(f"metrics.a = {'1' * 90_000}x")


def test_a_doubled_quote_stands_for_itself_in_mlflow() -> None:
    strict = parse_filter("tags.a = 'it''s'", strict=True)
    assert strict == Comparison(Field("tag", "a"), "=", ("it''s",))


@pytest.mark.parametrize("bad", [5, b"a = 1", ["a"]])
def test_what_is_no_text_is_refused(bad: object) -> None:
    for parse in (parse_filter, parse_order, parse_field):
        with pytest.raises(InvalidValue, match="must be text"):
            parse(bad)  # type: ignore[operator]


def test_nesting_is_bounded() -> None:
    parse_filter("(" * 50 + "metrics.a < 1" + ")" * 50)
    with pytest.raises(InvalidFilter, match="more than 50 levels"):
        parse_filter("not " * 10_000 + "metrics.a < 1")


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("metrics.a < '2'", 13, "unquoted number"),
        ("params.a > '0'", 12, "without quotes"),
        ("params.a LIKE 1", 15, "quoted text"),
        ("metrcs.a < 1", 1, "did you mean metric"),
        ("stauts = 'x'", 1, "did you mean status"),
        ("metrics.a <", 12, "unquoted number, not the end"),
        ("metrics.a", 10, "comparison is missing"),
        ("params.a = 'x", 12, "a quote is open"),
        ("params.a ; 'x'", 10, "nothing a filter knows"),
        ("run_id IN ()", 12, "quoted text"),
        ("run_id IN ('a'", 15, "expected , or )"),
        ("params.a IN ('a', 1)", 19, "not both"),
        ("(metrics.a < 1", 15, "to close the one at column 1"),
        ("metrics.a < 1)", 14, "expected AND or OR"),
        ("metrics.a < 1 AND OR", 19, "expected a field, found “OR”"),
        ("metrics.a BETWEEN 1", 20, "expected AND and the upper end"),
        ("metrics.cross-entropy < 1", 14, "written in `ticks`"),
        ("metrics.cross entropy < 1", 15, "written in `ticks`"),
        ("params.a = tree", 12, "; write 'tree'"),
        ("metrics.a > 1 && metrics.b > 1", 15, "“&&” is nothing a filter knows; write AND"),
        ("start_time > 2026-11-21", 18, "a date is written in quotes"),
        ("start_time > 'now - 7d'", 14, "write now - 7d without quotes"),
        ("params.a = '\ud800'", 13, "half of a character"),
        ("x" * 100_001, 1, "100,001 characters; at most 100,000"),
        ("metrics.`a`.median > 1", 13, "no statistic; known: min, max, mean"),
        ("duration > 5x", 12, "neither a number nor a span"),
        ("start_time > now - 7", 20, "a span such as 7d"),
        ("start_time > '21.11.2026'", 14, "no date"),
        ("start_time > '2026-02-30'", 14, "no date"),
        ("dataset.nam = 'x'", 9, "did you mean name"),
    ],
)
def test_an_error_names_its_column_and_what_would_be_right(
    text: str, column: int, problem: str
) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    message = str(caught.value)
    assert caught.value.column == column
    assert f"column {column}:" in message and problem in message
    assert message.splitlines()[-1].index("^") == min(column, 121) + 1


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("metrics.a < 1 OR metrics.b < 1", 15),
        ("NOT metrics.a < 1", 1),
        ("(metrics.a < 1)", 1),
        ("metrics.a BETWEEN 1 AND 2", 11),
        ("metrics.a == 1", 11),
        ("params.a = 1", 12),
        ("params.a > 1", 10),
        ("params.a IN ('a')", 10),
        ("params.a NOT LIKE 'a'", 10),
        ("status IN ('a')", 8),
        ("metrics.a IS NULL", 11),
        ("start_time > now", 14),
        ("start_time > '2026-11-21'", 14),
        ("duration > 1", 1),
    ],
)
def test_strict_refuses_what_mlflow_does_not_know(text: str, column: int) -> None:
    parse_filter(text)
    with pytest.raises(MlflowException) as caught:
        parse_filter(text, strict=True)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"
    assert getattr(caught.value, "column", None) == column


def test_strict_reads_a_statistic_as_part_of_the_key_as_mlflow_does() -> None:
    strict = parse_filter("metrics.a.min > 1", strict=True)
    assert strict == Comparison(Field("metric", "a.min"), ">", (1.0,))


@pytest.mark.parametrize(
    ("text", "ordering"),
    [
        ("metrics.a", Ordering(Field("metric", "a"), False)),
        ("metrics.a DESC", Ordering(Field("metric", "a"), True)),
        ("start_time asc", Ordering(attribute("start_time"), False)),
        ("params.`x y` desc", Ordering(Field("param", "x y"), True)),
        ("metrics.a.min desc", Ordering(Field("metric", "a", "min", is_bare=True), True)),
        ("duration", Ordering(attribute("duration"), False)),
    ],
)
def test_order_by(text: str, ordering: Ordering) -> None:
    assert parse_order(text) == ordering


@pytest.mark.parametrize(
    "text", ["metrics.a DOWN", "unknown", "metrics.a ASC DESC", "", "dataset.name"]
)
def test_an_unknown_ordering_is_an_error(text: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_order(text)

from __future__ import annotations

import pytest

from runreport.errors import InvalidValue
from runreport.query.filters import Clause, Field, Ordering, parse_filter, parse_order


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("metrics.rmse < 1", Clause(Field("metric", "rmse"), "<", 1.0)),
        ("metric.rmse >= -1e-1", Clause(Field("metric", "rmse"), ">=", -0.1)),
        ("params.model = 'LR'", Clause(Field("param", "model"), "=", "LR")),
        ('parameters.model != "LR"', Clause(Field("param", "model"), "!=", "LR")),
        ("tags.`a.parentRunId` = 'abc'", Clause(Field("tag", "a.parentRunId"), "=", "abc")),
        ("tags.mlflow.user = 'x'", Clause(Field("tag", "mlflow.user"), "=", "x")),
        ('metrics."cross-entropy" < 0.5', Clause(Field("metric", "cross-entropy"), "<", 0.5)),
        ("attributes.status = 'FINISHED'", Clause(Field("attribute", "status"), "=", "FINISHED")),
        ("status = 'FINISHED'", Clause(Field("attribute", "status"), "=", "FINISHED")),
        ("run_name ILIKE '%boom%'", Clause(Field("attribute", "run_name"), "ILIKE", "%boom%")),
        ("attributes.`Run name` like 'a'", Clause(Field("attribute", "run_name"), "LIKE", "a")),
        ("run_id IN ('a','b')", Clause(Field("attribute", "run_id"), "IN", ("a", "b"))),
        ("run_id not in ('a')", Clause(Field("attribute", "run_id"), "NOT IN", ("a",))),
        ("params.lr IS NULL", Clause(Field("param", "lr"), "IS NULL", None)),
        ("tags.lr is not null", Clause(Field("tag", "lr"), "IS NOT NULL", None)),
        ("created > 5", Clause(Field("attribute", "start_time"), ">", 5.0)),
        ("datasets.name LIKE 'a%'", Clause(Field("dataset", "name"), "LIKE", "a%")),
        ("params.a = 'it AND that'", Clause(Field("param", "a"), "=", "it AND that")),
    ],
)  # fmt: skip
def test_what_mlflow_users_type(text: str, clause: Clause) -> None:
    assert parse_filter(text) == (clause,)


def test_clauses_are_joined_by_and_in_any_case_and_a_trailing_one_is_tolerated() -> None:
    assert len(parse_filter("metrics.a < 1 and params.b = 'x' AnD tags.c = 'y' AND")) == 3
    assert parse_filter("  ") == ()


@pytest.mark.parametrize(
    ("text", "column", "problem"),
    [
        ("metrics.a < 1 OR metrics.b < 1", 15, "only be joined by AND"),
        ("NOT metrics.a < 1", 1, "unknown attribute 'NOT'"),
        ("(metrics.a < 1)", 1, "expected a field"),
        ("metrics.a BETWEEN 1", 11, "'BETWEEN' is no operator"),
        ("metrics.a == 1", 11, "'==' is no operator"),
        ("metrics.a < '2'", 13, "unquoted number"),
        ("params.a = 1", 12, "quoted text"),
        ("params.a > '0'", 10, "> cannot be asked of param"),
        ("status IN ('a')", 8, "IN cannot be asked"),
        ("metrics.a IS NULL", 11, "IS NULL cannot be asked"),
        ("metrcs.a < 1", 1, "did you mean 'metric"),
        ("stauts = 'x'", 1, "did you mean 'status'"),
        ("metrics.a <", 12, "unquoted number"),
        ("metrics.a", 10, "comparison is missing"),
        ("params.a = 'x", 12, "open quote"),
        ("params.a ; 'x'", 10, "character no filter knows"),
        ("run_id IN ()", 12, "quoted text"),
        ("run_id IN ('a'", 15, "expected ',' or ')'"),
    ],
)
def test_an_error_names_its_column_and_what_would_be_right(
    text: str, column: int, problem: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        parse_filter(text)
    message = str(caught.value)
    assert f"column {column}:" in message and problem in message
    assert message.splitlines()[-1].index("^") == column + 1


@pytest.mark.parametrize(
    ("text", "ordering"),
    [
        ("metrics.a", Ordering(Field("metric", "a"), False)),
        ("metrics.a DESC", Ordering(Field("metric", "a"), True)),
        ("start_time asc", Ordering(Field("attribute", "start_time"), False)),
        ("params.`x y` desc", Ordering(Field("param", "x y"), True)),
    ],
)
def test_order_by(text: str, ordering: Ordering) -> None:
    assert parse_order(text) == ordering


@pytest.mark.parametrize("text", ["metrics.a DOWN", "unknown", "metrics.a ASC DESC", ""])
def test_an_unknown_ordering_is_an_error(text: str) -> None:
    with pytest.raises(InvalidValue):
        parse_order(text)

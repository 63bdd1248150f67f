"""MLflow's filter grammar: tokens to clauses that say what is compared with what.

The grammar, types and refusals are MLflow's (``docs/filters.md`` lists them): clauses joined by
AND, a metric or time compared with a number, everything else with quoted text.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from runreport.errors import InvalidValue
from runreport.query.tokens import Token, filter_error, tokenize

ENTITIES: Mapping[str, str] = {
    **dict.fromkeys(("metric", "metrics"), "metric"),
    **dict.fromkeys(("param", "params", "parameter", "parameters"), "param"),
    **dict.fromkeys(("tag", "tags"), "tag"),
    **dict.fromkeys(("attribute", "attributes", "attr", "run"), "attribute"),
    **dict.fromkeys(("dataset", "datasets"), "dataset"),
}
RUN_ATTRIBUTES: Mapping[str, str] = {
    **{name: name for name in ("run_id", "status", "user_id", "artifact_uri", "end_time")},
    **dict.fromkeys(("run_name", "run name", "Run name", "Run Name"), "run_name"),
    **dict.fromkeys(("start_time", "created", "Created"), "start_time"),
}
EXPERIMENT_ATTRIBUTES: Mapping[str, str] = {
    name: name for name in ("name", "experiment_id", "creation_time", "last_update_time")
}
DATASET_ATTRIBUTES: Mapping[str, str] = {name: name for name in ("name", "digest", "context")}
TIMES = ("start_time", "end_time", "creation_time", "last_update_time")
MEMBERSHIP = ("run_id", "experiment_id")
"""Attributes that IN and NOT IN may be asked of, as in MLflow."""

NUMBER_OPERATORS = ("=", "!=", ">", ">=", "<", "<=")
TEXT_OPERATORS = ("=", "!=", "LIKE", "ILIKE")
NULL_OPERATORS = ("IS NULL", "IS NOT NULL")
SET_OPERATORS = ("IN", "NOT IN")
OPERATORS = (*NUMBER_OPERATORS, "LIKE", "ILIKE", *SET_OPERATORS, *NULL_OPERATORS)


@dataclass(frozen=True, slots=True)
class Field:
    """What a clause looks at."""

    entity: str
    """metric, param, tag, attribute or dataset."""
    key: str

    @property
    def is_number(self) -> bool:
        """Whether it compares with numbers: metrics and times."""
        return self.entity == "metric" or (self.entity == "attribute" and self.key in TIMES)


@dataclass(frozen=True, slots=True)
class Clause:
    """One comparison."""

    field: Field
    operator: str
    """One of ``OPERATORS``."""
    value: str | float | tuple[str, ...] | None
    """A number for number fields, a tuple for IN, None for IS NULL."""


@dataclass(frozen=True, slots=True)
class Ordering:
    """One part of an ``order_by``."""

    field: Field
    is_descending: bool


def parse_filter(text: str, attributes: Mapping[str, str] = RUN_ATTRIBUTES) -> tuple[Clause, ...]:
    """The clauses of a filter, all of which must hold.

    Args:
        text: empty matches everything.
        attributes: the attribute names allowed, with what they stand for.

    Raises:
        InvalidValue: it is not of MLflow's grammar; the message names the column.
    """
    return _Parser(text, attributes).clauses() if text.strip() else ()


def parse_order(text: str, attributes: Mapping[str, str] = RUN_ATTRIBUTES) -> Ordering:
    """One ``order_by`` entry: an identifier, then ASC (the default) or DESC.

    Raises:
        InvalidValue: unknown identifier or word.
    """
    return _Parser(text, attributes).ordering()


class _Parser:
    """Recursive descent over the tokens of one text."""

    def __init__(self, text: str, attributes: Mapping[str, str]) -> None:
        self.text = text
        self.attributes = attributes
        self.tokens = tokenize(text)
        self.position = 0

    def clauses(self) -> tuple[Clause, ...]:
        found = [self.clause()]
        while not self.peek("end"):
            token = self.next()
            if not token.is_word("AND"):
                raise self.error(self.unexpected(token), token)
            if self.peek("end"):  # MLflow tolerates a trailing AND
                break
            found.append(self.clause())
        return tuple(found)

    def ordering(self) -> Ordering:
        field = self.field()
        direction = self.next()
        if direction.kind == "end":
            return Ordering(field, False)
        if not direction.is_word("ASC", "DESC"):
            problem = f"{direction.text!r} where ASC or DESC may stand"
            raise self.error(problem, direction)
        if not self.peek("end"):
            token = self.next()
            raise self.error(f"{token.text!r} after {direction.text}", token)
        return Ordering(field, direction.is_word("DESC"))

    def clause(self) -> Clause:
        field = self.field()
        token = self.next()
        operator = self.operator(token)
        if operator not in self.allowed(field):
            raise self.error(
                f"{operator} cannot be asked of {field.entity} {field.key!r}, "
                f"which takes {', '.join(self.allowed(field))}",
                token,
            )
        if operator in NULL_OPERATORS:
            return Clause(field, operator, None)
        if operator in SET_OPERATORS:
            return Clause(field, operator, self.text_list())
        return Clause(field, operator, self.value(field))

    def field(self) -> Field:
        token = self.next()
        if token.kind not in ("word", "quoted", "ticked"):
            raise self.error(f"expected a field, found {token.text!r}", token)
        if not self.peek("mark", "."):
            return self.attribute(token, self.attributes, "attribute")
        self.next()
        entity = ENTITIES.get(token.unquoted)
        if entity is None:
            nearest = _nearest(token.text, ENTITIES)
            raise self.error(f"unknown entity {token.text!r}{nearest}", token)
        if entity == "attribute":
            return self.attribute(self.next(), self.attributes, "attribute")
        if entity == "dataset":
            return self.attribute(self.next(), DATASET_ATTRIBUTES, "dataset")
        if self.attributes is EXPERIMENT_ATTRIBUTES and entity != "tag":
            raise self.error(f"an experiment has no {entity}s; it has attributes and tags", token)
        return Field(entity, self.key())

    def attribute(self, token: Token, allowed: Mapping[str, str], entity: str) -> Field:
        name = allowed.get(token.unquoted)
        if name is None:
            nearest = _nearest(token.unquoted, allowed)
            known = ", ".join(dict.fromkeys(allowed.values()))
            raise self.error(f"unknown {entity} {token.text!r}{nearest}; known: {known}", token)
        return Field(entity, name)

    def key(self) -> str:
        token = self.next()
        if token.kind in ("quoted", "ticked"):
            return token.unquoted
        if token.kind != "word":
            raise self.error(f"expected a key, found {token.text!r}", token)
        key = token.text
        while self.peek("mark", ".") and self.adjoins(token):
            self.next()
            token = self.next()
            if token.kind not in ("word", "number"):
                raise self.error(f"expected the rest of a key, found {token.text!r}", token)
            key += f".{token.text}"
        return key

    def operator(self, token: Token) -> str:
        if token.kind == "operator" and token.text != "==":
            return token.text
        if token.is_word("LIKE", "ILIKE", "IN"):
            return token.text.upper()
        if token.is_word("NOT") and self.tokens[self.position].is_word("IN"):
            self.next()
            return "NOT IN"
        if token.is_word("IS"):
            negation = "NOT " if self.tokens[self.position].is_word("NOT") else ""
            if negation:
                self.next()
            null = self.next()
            if not null.is_word("NULL"):
                raise self.error(f"expected NULL, found {null.text!r}", null)
            return f"IS {negation}NULL"
        if token.kind == "end":
            raise self.error("a comparison is missing here", token)
        raise self.error(f"{token.text!r} is no operator; known: {', '.join(OPERATORS)}", token)

    def value(self, field: Field) -> str | float:
        token = self.next()
        if field.is_number:
            if token.kind != "number":
                problem = f"{field.key!r} compares with an unquoted number, not {token.text!r}"
                raise self.error(problem, token)
            return float(token.text)
        if token.kind not in ("string", "quoted"):
            problem = f"{field.key!r} compares with quoted text, not {token.text!r}"
            raise self.error(problem, token)
        return token.unquoted

    def text_list(self) -> tuple[str, ...]:
        token = self.next()
        if token.text != "(":
            raise self.error(f"expected '(', found {token.text!r}", token)
        values = []
        while True:
            token = self.next()
            if token.kind not in ("string", "quoted"):
                raise self.error(f"expected quoted text, found {token.text!r}", token)
            values.append(token.unquoted)
            token = self.next()
            if token.text == ")":
                return tuple(values)
            if token.text != ",":
                raise self.error(f"expected ',' or ')', found {token.text!r}", token)

    @staticmethod
    def allowed(field: Field) -> tuple[str, ...]:
        if field.is_number:
            return NUMBER_OPERATORS
        if field.entity in ("param", "tag"):
            return (*TEXT_OPERATORS, *NULL_OPERATORS)
        if field.entity == "dataset" or field.key in MEMBERSHIP:
            return (*TEXT_OPERATORS, *SET_OPERATORS)
        return TEXT_OPERATORS

    def next(self) -> Token:
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def peek(self, kind: str, text: str | None = None) -> bool:
        token = self.tokens[self.position]
        return token.kind == kind and (text is None or token.text == text)

    def adjoins(self, token: Token) -> bool:
        return self.tokens[self.position].column == token.column + len(token.text)

    def unexpected(self, token: Token) -> str:
        if token.is_word("OR"):
            return "clauses can only be joined by AND"
        return f"expected AND, found {token.text!r}"

    def error(self, problem: str, token: Token) -> InvalidValue:
        return filter_error(problem, token.column, self.text)


def _nearest(word: str, known: Mapping[str, str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""

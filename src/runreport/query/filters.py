"""The filter language: text to a syntax tree, by recursive descent.

MLflow's grammar (comparisons joined by AND) and what it lacks: OR, NOT, parentheses, BETWEEN,
numbers for params and tags, IN for every field, statistics of metrics, durations, dates and times
from now. ``strict`` refuses these. The browser's filter box reads the same
language (``themes/default/static/js/table``); ``tests/query/cases.jsonl`` holds both to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from runreport.errors import InvalidFilter
from runreport.nearest import nearest
from runreport.query.fields import (
    DATASET_ATTRIBUTES,
    ENTITIES,
    MLFLOW_OPERATORS,
    NULL_OPERATORS,
    OPERATORS,
    RANGE_OPERATORS,
    RUNS,
    SET_OPERATORS,
    STATISTICS,
    Realm,
)
from runreport.query.operands import read_list, read_number, read_operand
from runreport.query.syntax import (
    EVERYTHING,
    And,
    Comparison,
    Field,
    Node,
    Not,
    Or,
    Ordering,
)
from runreport.query.tokens import QUOTED, Reader, Token, shown

_KEYED = ("metric", "param", "tag")
_PLAIN = re.compile(r"[\w/]+(?:\.[\w/]+)*")
Owners = Callable[[str], Sequence[str]]
"""Which of metric, param and tag have a key of this name."""
MAX_DEPTH = 50
"""How deep parentheses and NOT may be nested."""
_Part = TypeVar("_Part")


def parse_filter(
    text: str, realm: Realm = RUNS, *, strict: bool = False, owners: Owners | None = None
) -> Node:
    """The syntax tree of a filter.

    Args:
        text: empty finds everything.
        strict: refuse what MLflow does not know.
        owners: what has a key of a name that stands alone; without it, each name must say so.

    Raises:
        InvalidFilter: it cannot be understood; the message points at the column.
    """
    parser = _Parser(text, realm, strict, owners=owners)
    return parser.filter() if not parser.at_end else EVERYTHING


def parse_order(
    text: str, realm: Realm = RUNS, *, strict: bool = False, owners: Owners | None = None
) -> Ordering:
    """One ``order_by`` entry: a field, then ASC (the default) or DESC.

    Raises:
        InvalidFilter: unknown field or word.
    """
    return _Parser(text, realm, strict, "order_by", owners).ordering()


def parse_orders(
    entries: Sequence[str] | None, realm: Realm = RUNS, *, strict: bool = False
) -> tuple[Ordering, ...]:
    """A whole ``order_by``; one entry may stand alone.

    Raises:
        InvalidFilter: see `parse_order`.
    """
    return tuple(parse_order(entry, realm, strict=strict) for entry in order_entries(entries))


def order_entries(entries: Sequence[str] | None) -> Sequence[str]:
    """The entries of an ``order_by``; one may stand alone."""
    return [entries] if isinstance(entries, str) else entries or ()


def parse_field(text: str, realm: Realm = RUNS, *, owners: Owners | None = None) -> Field:
    """The name of a field, as filters write it.

    Raises:
        InvalidFilter: there is no such field, or more than one.
    """
    parser = _Parser(text, realm, strict=False, what="field", owners=owners)
    token = parser.here
    field = parser.field()
    if field.entity == "dataset":
        raise parser.error("a run may have several data sets", token)
    if not parser.at_end:
        raise parser.error(f"nothing may follow, found {shown(parser.here)}", parser.here)
    return field


class _Parser(Reader):
    """Reads one filter or ordering."""

    def __init__(
        self,
        text: str,
        realm: Realm,
        strict: bool,
        what: str = "filter",
        owners: Owners | None = None,
    ) -> None:
        super().__init__(text, what=what, strict=strict)
        self.realm = realm
        self.owners = None if strict else owners
        self.depth = 0

    # -- clauses -----------------------------------------------------------------------------

    def filter(self) -> Node:
        found = self.either()
        if not self.at_end:
            token = self.next()
            expected = "AND or OR" if not self.strict else "AND"
            is_date = re.fullmatch("-[0-9]{1,2}", token.text)
            hint = "; a date is written in quotes" if is_date else ""
            raise self.error(f"expected {expected}, found {shown(token)}{hint}", token)
        return found

    def either(self) -> Node:
        parts = [self.all_of()]
        while self.here.is_word("OR"):
            self.extension(self.next())
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def all_of(self) -> Node:
        parts = [self.clause()]
        while self.here.is_word("AND"):
            self.next()
            if self.at_end:  # MLflow tolerates a trailing AND
                break
            parts.append(self.clause())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def clause(self) -> Node:
        if self.here.is_word("NOT"):
            token = self.extension(self.next())
            return Not(self.nested(self.clause, token))
        if self.here.text == "(":
            token = self.extension(self.next())
            found = self.nested(self.either, token)
            self.expect(")", f"to close the one at column {token.column}")
            return found
        return self.comparison()

    def nested(self, part: Callable[[], _Part], token: Token) -> _Part:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"more than {MAX_DEPTH} levels of parentheses and NOT", token)
        found = part()
        self.depth -= 1
        return found

    def comparison(self) -> Comparison:
        field = self.field()
        token = self.next()
        operator = self.operator(token)
        realm = self.realm
        allowed = realm.strict_operators(field) if self.strict else realm.operators(field)
        if operator not in allowed:
            raise self.error(
                f"{operator} cannot be asked of {field.name}, which takes {', '.join(allowed)}",
                token,
            )
        if operator in NULL_OPERATORS:
            return Comparison(field, operator)
        if operator in SET_OPERATORS:
            return Comparison(field, operator, read_list(self, self.realm, field))
        if operator in RANGE_OPERATORS:
            low = read_number(self, self.realm, field)
            if not self.here.is_word("AND"):
                raise self.error(
                    f"expected AND and the upper end, found {shown(self.here)}", self.here
                )
            self.next()
            return Comparison(field, operator, (low, read_number(self, self.realm, field)))
        return Comparison(field, operator, (read_operand(self, self.realm, field, operator),))

    def ordering(self) -> Ordering:
        token = self.here
        field = self.field()
        if field.entity == "dataset":
            raise self.error(f"runs cannot be ordered by {field.name}", token)
        direction = self.next()
        if direction.kind == "end":
            return Ordering(field, False)
        if not direction.is_word("ASC", "DESC"):
            raise self.error(f"{shown(direction)} where ASC or DESC may stand", direction)
        if not self.at_end:
            token = self.next()
            hint = "; each field is an entry of its own" if token.text == "," else ""
            raise self.error(f"{shown(token)} after {direction.text}{hint}", token)
        return Ordering(field, direction.is_word("DESC"))

    # -- fields ------------------------------------------------------------------------------

    def field(self) -> Field:
        token = self.next()
        is_name = token.kind in ("word", "quoted", "ticked")
        if not is_name or token.is_word("AND", "OR", "NOT"):
            raise self.error(f"expected a field, found {shown(token)}", token)
        if "/" in token.text and token.kind == "word":  # MLflow wants such a key in quotes
            self.extension(token)
        entity_text, dot, key = token.text.partition(".") if token.kind == "word" else ("", "", "")
        if not dot:
            if self.here.text != ".":
                bare = self.bare(token) if token.inside not in self.realm.attributes else None
                return bare or self.attribute(token.inside, token.column)
            self.next()
            return self.quoted_key(token, self.entity(token.inside, token))
        if entity_text not in ENTITIES and (bare := self.bare(token)):
            return bare
        entity = self.entity(entity_text, token)
        column = token.column + len(entity_text) + 1
        if entity == "attribute":
            return self.attribute(key, column)
        if entity == "dataset":
            return self.dataset(key, column)
        return self.keyed(entity, key)

    def keyed(self, entity: str, key: str) -> Field:
        """A key without quotes, which for a metric may end in a statistic."""
        base, _, statistic = key.rpartition(".")
        if entity == "metric" and base and statistic in STATISTICS and not self.strict:
            return Field(entity, base, statistic, is_bare=True)
        return Field(entity, key)

    def bare(self, token: Token) -> Field | None:
        """A key that only metrics, params or tags have, without saying so; None if it is none."""
        key, is_word = token.inside, token.kind == "word"
        if self.owners is None:
            return None
        found = self.owners(key)
        statistic = self.keyed("metric", key)
        if (
            not found
            and is_word
            and statistic.statistic
            and "metric" in self.owners(statistic.key)
        ):
            return statistic
        if len(found) > 1:
            kinds = " and ".join(f"a {entity}" for entity in found)
            written = " or ".join(written_key(key, f"{entity}s") for entity in found)
            raise self.error(f"{shown(token)} is {kinds}; write {written}", token)
        if not found:
            return None
        return self.keyed(found[0], key) if is_word else Field(found[0], key)

    def quoted_key(self, opening: Token, entity: str) -> Field:
        """What follows an entity and a dot when the key is in quotes."""
        token = self.next()
        if token.kind not in (*QUOTED, "word"):
            raise self.error(
                f"expected a key after {opening.text} and a dot, found {shown(token)}", token
            )
        key = token.inside
        if entity == "attribute":
            return self.attribute(key, token.column)
        if entity == "dataset":
            return self.dataset(key, token.column)
        if entity == "metric" and self.here.text == "." and not self.strict:
            self.next()
            statistic = self.next()
            if statistic.text not in STATISTICS:
                problem = f"{shown(statistic)} is no statistic; known: {', '.join(STATISTICS)}"
                raise self.error(problem, statistic)
            return Field(entity, key, statistic.text)
        return Field(entity, key)

    def entity(self, text: str, token: Token) -> str:
        entity = ENTITIES.get(text)
        if entity is None:
            known = [name for name, meant in ENTITIES.items() if meant in self.realm.entities]
            raise self.error(f"unknown entity “{text}”{_meant(text, known)}", token, token.text)
        if entity not in self.realm.entities:
            has = " and ".join(f"{name}s" for name in self.realm.entities)
            raise self.error(f"{self.realm.noun}s have no {entity}s; they have {has}", token)
        return entity

    def attribute(self, text: str, column: int) -> Field:
        name = self.realm.attributes.get(text)
        if name is None or (self.strict and name in self.realm.extra_attributes):
            known = [
                name
                for name in dict.fromkeys(self.realm.attributes.values())
                if not self.strict or name not in self.realm.extra_attributes
            ]
            others = [f"{name}s.KEY" for name in self.realm.entities if name in _KEYED]
            listed = ", ".join([*known, *others])
            problem = f"unknown attribute “{text}”{_meant(text, known)}; known: {listed}"
            raise InvalidFilter(problem, column, self.text, text, self.what)
        return Field("attribute", name)

    def dataset(self, text: str, column: int) -> Field:
        if text not in DATASET_ATTRIBUTES:
            known = ", ".join(DATASET_ATTRIBUTES)
            hint = _meant(text, DATASET_ATTRIBUTES)
            problem = f"unknown attribute “{text}” of a data set{hint}; known: {known}"
            raise InvalidFilter(problem, column, self.text, what=self.what)
        return Field("dataset", text)

    # -- operators ---------------------------------------------------------------------------

    def operator(self, token: Token) -> str:
        if token.kind == "operator":
            if token.text != "==":
                return token.text
            self.extension(token)
            return "="
        if token.is_word("LIKE", "ILIKE", "IN"):
            return token.text.upper()
        if token.is_word("BETWEEN"):
            return self.extension(token).text.upper()
        if token.is_word("NOT") and self.here.is_word("IN", "LIKE", "ILIKE", "BETWEEN"):
            negated = self.next()
            if not negated.is_word("IN"):
                self.extension(token)
            return f"NOT {negated.text.upper()}"
        if token.is_word("IS"):
            negation = "NOT " if self.here.is_word("NOT") else ""
            if negation:
                self.next()
            null = self.next()
            if not null.is_word("NULL"):
                raise self.error(f"expected NULL, found {shown(null)}", null)
            return f"IS {negation}NULL"
        if token.kind == "end":
            raise self.error("a comparison is missing here", token)
        known = [name for name in OPERATORS if not self.strict or name in MLFLOW_OPERATORS]
        hint = f"known: {', '.join(known)}"
        if token.text == "-" or token.kind == "word":
            hint = "a key with spaces or other such characters is written in `ticks`"
            hint += f"; known: {', '.join(known)}" if token.kind == "word" else ""
        raise self.error(f"{shown(token)} is no operator; {hint}", token)


def written_key(key: str, group: str) -> str:
    """A key as a filter reads it: in ticks where it is no word."""
    return f"{group}.{key}" if _PLAIN.fullmatch(key) else f"{group}.`{key}`"


def _meant(word: str, known: Iterable[str]) -> str:
    close = nearest(word, known)
    return f" (did you mean {close}?)" if close else ""

"""What a field is compared with: quoted text, numbers, spans, dates, times from now, lists."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from runreport.query.fields import NUMBER_OPERATORS, Realm
from runreport.query.syntax import Field, Moment, Operand
from runreport.query.tokens import Reader, Token, shown

EXACT = 2**53
"""From here on a float does not tell a whole number from the next."""
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""A text that is a number, as a regular expression; the report's columns and scripts agree."""
_DATE = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,3})?)?Z?)?"
)


def read_operand(reader: Reader, realm: Realm, field: Field, operator: str) -> Operand:
    """What stands behind an operator.

    Raises:
        InvalidFilter: it is nothing the field compares with.
    """
    kind = realm.kind_of(field)
    if kind not in ("text", "either"):
        return read_number(reader, realm, field)
    token = reader.here
    if token.kind in ("string", "quoted"):
        if operator in NUMBER_OPERATORS[2:]:
            problem = f"{operator} compares {field.name} with a number, without quotes"
            raise reader.error(problem, token)
        return reader.unquote(reader.next())
    takes_number = kind == "either" and operator in NUMBER_OPERATORS and not reader.strict
    if takes_number and token.kind == "number":
        return read_number(reader, realm, field)
    what = "quoted text or a number" if takes_number else "quoted text"
    hint = f"; write '{token.text}'" if token.kind == "word" else ""
    raise reader.error(f"{field.name} compares with {what}, not {shown(token)}{hint}", token)


def read_number(reader: Reader, realm: Realm, field: Field) -> float | Moment:
    """A number, in the ways that the kind of the field has to write one.

    Raises:
        InvalidFilter: it is none.
    """
    token = reader.next()
    kind = "" if reader.strict else realm.kind_of(field)
    if token.kind == "number":
        number = float(token.text)
        is_long = EXACT <= abs(number) < math.inf and re.fullmatch(r"[+-]?\d+", token.text)
        return int(token.text) if is_long else number  # else no float tells it from the next
    if kind == "span" and token.kind == "span":
        return token.milliseconds / 1000
    if kind == "time" and token.is_word("NOW"):
        return _read_moment(reader)
    if kind == "time" and token.kind in ("string", "quoted"):
        return _date(reader, token)
    also = {
        "span": " of seconds, or a span such as 90s, 5m or 2h",
        "time": " of milliseconds, a date such as '2026-11-21', or now - 7d",
    }.get(kind, "")
    problem = f"{field.name} compares with an unquoted number{also}, not {shown(token)}"
    raise reader.error(problem, token)


def read_list(reader: Reader, realm: Realm, field: Field) -> tuple[Operand, ...]:
    """The values of IN, in parentheses.

    Raises:
        InvalidFilter: they are not all texts or all numbers, or there is none.
    """
    reader.expect("(", "and a list of values")
    values: list[Operand] = []
    while True:
        first = reader.here
        values.append(read_operand(reader, realm, field, "="))
        if isinstance(values[0], str) != isinstance(values[-1], str):
            raise reader.error("a list holds quoted texts or numbers, not both", first)
        token = reader.next()
        if token.text == "," and reader.here.text == ")":  # MLflow tolerates one at the end
            token = reader.next()
        if token.text == ")":
            return tuple(values)
        if token.text != ",":
            raise reader.error(f"expected , or ), found {shown(token)}", token)


def _read_moment(reader: Reader) -> Moment:
    if reader.here.text not in ("+", "-"):
        return Moment(0.0)
    sign = -1 if reader.next().text == "-" else 1
    span = reader.next()
    if span.kind != "span":
        raise reader.error(f"expected a span such as 7d or 12h, found {shown(span)}", span)
    return Moment(sign * span.milliseconds)


def _date(reader: Reader, token: Token) -> float:
    match = _DATE.fullmatch(token.inside)
    try:
        if match is None:
            raise ValueError
        text = f"{match[1]}T{match[2] or '00:00'}{match[3] or ':00'}"
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        problem = f"{token.text} is no date; write '2026-11-21' or '2026-11-21 18:30' (UTC)"
        if token.inside.lower().startswith("now"):
            problem = f"write {token.inside} without quotes"
        raise reader.error(problem, token) from None
    return float(round(moment.timestamp() * 1000))

"""The syntax tree of a filter: comparisons joined by AND, OR and NOT, and what they look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """What a comparison or an ordering looks at."""

    entity: str
    """metric, param, tag, attribute or dataset."""
    key: str
    statistic: str = ""
    """``min``, ``max`` or ``mean`` of all points of a metric; empty for its last value."""
    is_bare: bool = False
    """Whether key and statistic were written as one name, which may itself be a metric's."""

    @property
    def name(self) -> str:
        """As it is written in a filter and as a table's column is named."""
        if self.entity == "attribute":
            return self.key
        suffix = f".{self.statistic}" if self.statistic else ""
        plural = "dataset" if self.entity == "dataset" else f"{self.entity}s"
        return f"{plural}.{self.key}{suffix}"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time told from now."""

    offset_ms: float
    """Negative in the past."""


Operand = str | float | Moment
"""Quoted text, a number (times in milliseconds, durations in seconds), or a time from now."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field compared with something."""

    field: Field
    operator: str
    """One of `fields.OPERATORS`."""
    values: tuple[Operand, ...] = ()
    """None for IS NULL, two for BETWEEN, any number for IN, else one."""

    @property
    def is_numeric(self) -> bool:
        """Whether it compares with numbers, whatever the field holds."""
        return any(not isinstance(value, str) for value in self.values)


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but what the part finds."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """What all parts find; everything when there is none."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What some part finds."""

    parts: tuple[Node, ...]


Node = Comparison | Not | And | Or

EVERYTHING = And(())


@dataclass(frozen=True, slots=True)
class Ordering:
    """One part of an ``order_by``."""

    field: Field
    is_descending: bool


def comparisons(node: Node) -> Iterator[Comparison]:
    """Every comparison of a filter, from left to right."""
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, Not):
        yield from comparisons(node.part)
    else:
        for part in node.parts:
            yield from comparisons(part)

"""Names in sections: what a run logged by the hundred, grouped by what its names begin with."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from runreport.query.natural import natural

MOST_FLAT = 16
"""Up to so many names need no sections."""
MOST_OPEN = 24
"""Entries of the sections that are open at first."""
FAMILY = 8
"""So many entries of a section whose names go on alike are a section of their own."""
_MACHINE = "system/"
"""What the machine did while a run was logged is a section of its own, folded."""
OTHERS = "others"
_NUMBER = re.compile(r"\d+")
_PART = re.compile(r"[^/.]+[/.]")

_Item = TypeVar("_Item")
Rank = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Section(Generic[_Item]):
    """Entries whose names begin alike."""

    title: str
    """What they begin with; empty where there is one section only."""
    items: tuple[_Item, ...]
    is_open: bool


def in_sections(
    items: Iterable[_Item],
    name_of: Callable[[_Item], str],
    rank_of: Callable[[str], Rank] | None = None,
    most_open: int = MOST_OPEN,
) -> tuple[Section[_Item], ...]:
    """Entries in sections by the beginnings of their names (``train/``, ``layer.3/``).

    Args:
        rank_of: of a name; sections stand in the order of their first entries, and those in
            theirs, then as people number them: ``layer.2`` before ``layer.10``. Many that differ
            by a number come last.
        most_open: entries of the sections that are open at first.
    """

    def key(item: _Item) -> tuple[object, ...]:
        name = name_of(item)
        return rank_of(name) if rank_of else (), natural(name)

    ordered = sorted(items, key=key)
    machine = [item for item in ordered if name_of(item).startswith(_MACHINE)]
    if machine and len(machine) < len(ordered):
        others = [item for item in ordered if not name_of(item).startswith(_MACHINE)]
        found = in_sections(others, name_of, rank_of, most_open)
        title = _MACHINE[:-1]
        while any(own.title == title for own in found):
            title += " "
        return *found, Section(title, tuple(machine), is_open=False)
    if len(ordered) <= MOST_FLAT:
        return (Section("", tuple(ordered), is_open=True),) if ordered else ()
    groups = _grouped(ordered, name_of, 1)
    alone = [title for title, own in groups.items() if len(own) == 1]
    if alone and len(groups) > 1:
        small = {*alone, ""}
        others = [item for item in ordered if _beginning(name_of(item), 1) in small]
        groups = {title: own for title, own in groups.items() if title not in small}
        title = OTHERS if groups else ""
        while title in groups:  # somebody's names begin so
            title += " "
        groups[title] = others
    parted: dict[str, list[_Item]] = {}
    for title, own in groups.items():
        parted.update(_parted(title, own, name_of))
    counts = Counter(_NUMBER.sub("#", title) for title in parted)
    titles = sorted(parted, key=lambda title: counts[_NUMBER.sub("#", title)] >= FAMILY)
    return _opened({title: parted[title] for title in titles}, most_open)


def _beginning(name: str, parts: int) -> str:
    """The first parts of a name, without its last one."""
    found, place = "", 0
    for _ in range(parts):
        part = _PART.match(name, place)
        if part is None:
            break
        place = part.end()
        found = name[: place - 1]
    return found


def _grouped(
    items: Sequence[_Item], name_of: Callable[[_Item], str], parts: int
) -> dict[str, list[_Item]]:
    found: dict[str, list[_Item]] = {}
    for item in items:
        found.setdefault(_beginning(name_of(item), parts), []).append(item)
    return found


def _parted(
    title: str, items: list[_Item], name_of: Callable[[_Item], str]
) -> dict[str, list[_Item]]:
    """A section, and those of its entries that are many of one beginning as sections of their own;
    all of them by their longer beginnings where it would have none left."""
    parts = len(_PART.findall(f"{title}/"))
    deeper = _grouped(items, name_of, parts + 1)
    families = {own: found for own, found in deeper.items() if own != title}
    large = {own: found for own, found in families.items() if len(found) >= FAMILY}
    if title.rstrip() in ("", OTHERS) or not families:
        return {title: items}
    if len(items) >= FAMILY * 4 and len(families) > 1 and max(map(len, families.values())) > 1:
        large = {own: found for own, found in families.items() if len(found) > 1}
    elif len(large) == len(deeper):
        return {title: items}  # nothing but one longer beginning
    rest = [item for item in items if _beginning(name_of(item), parts + 1) not in large]
    found = {title: rest} if rest else {}
    for own, inner in large.items():
        found.update(_parted(own, inner, name_of))
    return found


def _opened(groups: dict[str, list[_Item]], most: int) -> tuple[Section[_Item], ...]:
    """The first sections are open until there is enough to see."""
    found: list[Section[_Item]] = []
    shown = 0
    for title, items in groups.items():
        is_open = not found or shown + len(items) <= most
        shown += len(items)
        found.append(Section(title, tuple(items), is_open))
    return tuple(found)

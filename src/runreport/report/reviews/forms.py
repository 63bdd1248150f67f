"""A review as Markdown that fits a comment, as text, and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from runreport.report.formatting import plural, safe
from runreport.report.reviews.review import Review
from runreport.report.reviews.sections import Cell, Section, legend, sections, verdict
from runreport.report.reviews.wording import cut
from runreport.report.written import markdown_text, text_table

MOST_BYTES = 65_536
"""Of a comment: GitHub takes no longer one."""
_SHOWN = 25
"""Rows of a section that are not folded."""
_ACTIVE = re.compile(r":(?=\w+:)|[@#](?=\w)|(?<=\w)(?=://)|(?<=www)(?=\.)|(?<=GH)(?=-\d)", re.I)
"""What a host would make a mention, a reference or a link of."""
_GAP = "\u2060"
"""Joins two words and has no width."""


def as_markdown(review: Review, title: str = "", most: int = MOST_BYTES) -> str:
    """Markdown of at most some bytes: the most important first, what was left out counted.

    Args:
        title: above it; empty: what is compared.
    """
    head = "\n".join(_head(review, title)) + "\n"
    found, site = sections(review), _link(review.site)
    foot = _foot(review)
    # What each section says in any case is held back from those before it.
    frames = [_section(section, site, 0) for section in found]
    left = most - _size(head) - _size(foot) - sum(map(_size, frames))
    parts = []
    for section, frame in zip(found, frames, strict=True):
        left += _size(frame)
        count = _fitting(section, site, left)
        part = _section(section, site, count)
        left -= _size(part)
        parts.append(part)
    return f"{head}{''.join(parts)}{foot}"


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _fitting(section: Section, site: str, room: int) -> int:
    """How many rows of a section fit."""
    low, high = 0, len(section.rows)
    while low < high:
        middle = (low + high + 1) // 2
        if _size(_section(section, site, middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _head(review: Review, title: str) -> Iterator[str]:
    named = f"{_inline(review.base)} → {_inline(review.head)}"
    yield f"## {_inline(cut(title)) if title else f'Runs: {named}'}"
    yield ""
    if title:
        yield f"{named}  "
    yield verdict(review)
    if review.site:
        yield f"\n[Whole report]({_link(review.site)})"
    for notice in review.notices[:5]:
        yield f"\n> Not read: {_inline(notice)}"
    if len(review.notices) > 5:
        yield f"\n> {plural(len(review.notices) - 5, 'more thing')} could not be read"


def _foot(review: Review) -> str:
    told = legend(review)
    return f"\n{_inline(told)}\n" if told else ""


def _section(section: Section, site: str, count: int) -> str:
    """A section with as many of its rows."""
    left_out = section.count - count
    shown = count if section.is_folded else min(count, _SHOWN)
    lines = [_table(section, site, 0, shown)] if shown else []
    if shown < count:
        more = _table(section, site, shown, count)
        lines.append(_folded(f"{plural(count - shown, f'more {section.noun}')}", more))
    if left_out:
        lines.append(f"{plural(left_out, section.noun)} left out: too long for this text.\n")
    if section.note:
        lines.insert(0, f"{_inline(section.note)}\n")
    body = "\n".join(lines)
    if section.is_folded:
        return f"\n{_folded(f'{section.title} ({section.count:,})', body)}"
    return f"\n### {section.title}\n\n{body}"


def _folded(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n</details>\n"


def _table(section: Section, site: str, first: int, last: int) -> str:
    lines = [section.heads, ["---:" if right else "---" for right in section.numeric]]
    lines += ([_cell(cell, site) for cell in row] for row in section.rows[first:last])
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cell(cell: Cell, site: str) -> str:
    if cell.spread is not None:
        return f"`{cell.text}`"
    text = _inline(cell.text)
    if cell.url and site:
        return f"[{text}]({site}{cell.url})"
    return f"**{text}**" if cell.sense and text else text


def _link(site: str) -> str:
    """An address as Markdown takes it."""
    return quote(site, safe="/:?=&%+@,;~")


def _inline(text: str) -> str:
    """A text as it is: no mark-up, no mention, no link."""
    return markdown_text(_ACTIVE.sub(lambda match: f"{match[0]}{_GAP}", text))


def as_text(review: Review, title: str = "") -> str:
    """Text for a terminal."""
    lines = [cut(title)] if title else []
    lines += [f"{review.base} → {review.head}", verdict(review)]
    lines += (f"Not read: {notice}" for notice in review.notices)
    for section in sections(review):
        lines += ("", section.title, *([section.note] if section.note else []))
        rows = [[cell.text for cell in row] for row in section.rows]
        lines += text_table([h.upper() for h in section.heads], rows, section.numeric).splitlines()
    told = legend(review)
    lines += ("", told) if told else ()
    return "".join(f"{safe(line)}\n" for line in lines)


def as_json(review: Review) -> dict[str, Any]:
    """All that a review says."""
    told = {**asdict(review), "verdict": verdict(review)}
    del told["known"]  # the base says it
    return told

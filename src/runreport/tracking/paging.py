"""Pages of a long answer: tokens that say where the next page begins, and of which question."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

from runreport.entities import PagedList
from runreport.errors import InvalidValue

_Item = TypeVar("_Item")


def offset_of(page_token: str | None, question: object) -> int:
    """How many items the pages before had.

    Args:
        page_token: None or empty for the first page.
        question: what was asked, which must be what the token came with.

    Raises:
        InvalidValue: the token is none, or of another question.
    """
    if not page_token:
        return 0
    if not isinstance(page_token, str):
        raise InvalidValue(f"page_token is {page_token!r}; pass the ``token`` of the page before.")
    try:
        fields = json.loads(base64.urlsafe_b64decode(page_token.encode()))
        offset, digest = int(fields["offset"]), str(fields["question"])
    except (ValueError, KeyError, TypeError):
        raise InvalidValue(
            f"page_token {page_token[:40]!r} is none; pass the ``token`` of the page before."
        ) from None
    if digest != _digest(question) or offset < 0:
        raise InvalidValue(
            "page_token belongs to another question; pass it with the filter, order and other "
            "arguments that it came with."
        )
    return offset


def page(items: Sequence[_Item], limit: int, offset: int, question: object) -> PagedList[_Item]:
    """A page, with the token of the next.

    Args:
        items: those from ``offset`` on; one more than ``limit`` tells that there is a next page.
    """
    token = None
    if len(items) > limit:
        fields = {"offset": offset + limit, "question": _digest(question)}
        token = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
    return PagedList(items[:limit], token)


def first_of(items: Sequence[_Item], max_results: int | None) -> list[_Item]:
    """The first of an answer, all of it by default.

    Raises:
        InvalidValue: the number is not allowed; 0, with which a page makes no sense, is here.
    """
    if max_results is None:
        return list(items)
    return list(items[: check_limit(max_results) if max_results != 0 else 0])


def check_limit(max_results: object) -> int:
    """How many results were asked for.

    Raises:
        InvalidValue: it is no number from 1 on.
    """
    if not isinstance(max_results, int) or isinstance(max_results, bool) or max_results < 1:
        raise InvalidValue(f"max_results is {max_results!r}; it must be a whole number from 1 on.")
    return max_results


def _digest(question: object) -> str:
    return hashlib.sha256(json.dumps(question, default=str).encode()).hexdigest()[:16]

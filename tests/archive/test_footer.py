"""What a footer says of its segment, and what no footer can say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runreport.archive.footer import KEY, decode_footer

FIELDS = {
    "format": 1, "writer_id": "w", "number": 0, "first_seq": 0, "last_seq": 4, "facts": 3,
    "gaps": "1-2", "lost": "", "supersedes": [], "metrics": None,
}  # fmt: skip
PARTS = {
    "writer_id": ["w"], "number": [0], "first_seq": [0], "last_seq": [4], "facts": [3],
    "gaps": ["1-2"], "lost": [""], "digest": ["0123456789abcdef"],
}  # fmt: skip


def footer_with(**changes: Any) -> dict[bytes, bytes]:
    return {KEY: json.dumps(FIELDS | changes).encode()}


def test_a_footer_without_the_number_of_its_facts_has_none() -> None:
    assert decode_footer(footer_with()).facts == 3
    fields = {key: value for key, value in FIELDS.items() if key != "facts"}
    assert decode_footer({KEY: json.dumps(fields).encode()}).facts == 0


@pytest.mark.parametrize("name", ["number", "first_seq", "last_seq", "facts"])
@pytest.mark.parametrize("value", [2**63, 2**70, float("inf"), float("nan"), None, "x", [0]])
def test_a_number_of_it_fits_64_bits(name: str, value: object) -> None:
    with pytest.raises((ValueError, TypeError, OverflowError)):
        decode_footer(footer_with(**{name: value}))
    with pytest.raises((ValueError, TypeError, OverflowError)):
        decode_footer(footer_with(parts=PARTS | {name: [value]}))


@pytest.mark.parametrize("name", ["number", "first_seq", "facts"])
def test_a_number_of_it_is_not_negative(name: str) -> None:
    with pytest.raises(ValueError, match="negative"):
        decode_footer(footer_with(**{name: -1}))
    with pytest.raises(ValueError, match="negative"):
        decode_footer(footer_with(parts=PARTS | {name: [-1]}))


@pytest.mark.parametrize("name", ["gaps", "lost"])
@pytest.mark.parametrize("ranges", ["1", "1-2-3", "a-b", f"1-{2**63}", "1-" + "9" * 5000])
def test_a_range_of_it_is_one_of_64_bits(name: str, ranges: str) -> None:
    with pytest.raises(ValueError, match=r"range|unpack|int"):
        decode_footer(footer_with(**{name: ranges}))
    with pytest.raises(ValueError, match=r"range|unpack|int"):
        decode_footer(footer_with(parts=PARTS | {name: [ranges]}))

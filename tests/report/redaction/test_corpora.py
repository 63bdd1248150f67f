"""Nothing that was planted is published, and nothing harmless is taken, wherever it stands."""

from __future__ import annotations

import functools
import time

import pytest
from corpora import HOST, USER, harmless, planted
from places import PLACES

from runreport.report.redaction import Redactor, published_file


@functools.cache
def redactor() -> Redactor:
    return Redactor(names=[USER, HOST])


def published(data: bytes, name: str) -> bytes | None:
    return published_file(data, name, redactor()).content


def test_the_corpora_are_large_enough_to_tell() -> None:
    assert len(planted()) >= 120
    assert len(harmless()) >= 500


def test_nothing_planted_is_published_from_a_text() -> None:
    missed = [
        one.why
        for one in planted()
        if any(piece in redactor().text(one.text, "x") for piece in one.gone)
    ]
    assert missed == []


def test_nothing_harmless_is_taken_from_a_text() -> None:
    assert [text for text in harmless() if redactor().text(text, "x") != text] == []


@pytest.mark.long
@pytest.mark.parametrize("kind", PLACES)
def test_nothing_planted_is_published_from_a_file(kind: str) -> None:
    place = PLACES[kind]
    missed = []
    for one in planted():
        found = published(place.write(one.text), f"x.{kind}")
        shown = "" if found is None else place.read(found)
        missed += [one.why] if any(piece in shown for piece in one.gone) else []
    assert missed == []


@pytest.mark.long
@pytest.mark.parametrize("kind", PLACES)
def test_of_harmless_files_next_to_none_is_changed(kind: str) -> None:
    files = [PLACES[kind].write(text) for text in harmless()]
    changed = [data for data in files if published(data, f"x.{kind}") != data]
    assert len(changed) <= len(files) // 500, changed


UNITS = (
    " @/",
    "-eyJaaaa",
    "/home/",
    "a@",
    "a.",
    "password=",
    'password="',
    " token: ",
    "ab:",
    "2001::",
    "1.",
    "://",
    "?key=a",
    "curl -u a:",
    '\\"',
    "<password>",
    "--token ",
    "\\\\a",
    "C:\\a",
    '{"token":[',
    "password: |\n  ",
    "-----BEGIN PRIVATE KEY-----",
    '="a ',
    '\\n","',
    ">&amp;",
    "k: 'a\n ",
    '"\n,',
    "a: |\n b: |\n",
    "zaphodqq",
)


@pytest.mark.slow
@pytest.mark.parametrize("unit", UNITS)
def test_no_text_takes_more_than_its_share_of_time(unit: str) -> None:
    scanner = redactor()

    def seconds(size: int) -> float:
        begin = time.process_time()
        scanner.text(unit * (size // len(unit)), "x")
        return time.process_time() - begin

    small, large = seconds(10_000), seconds(100_000)
    assert large < 25 * small + 0.3  # quadratic would be a hundred times

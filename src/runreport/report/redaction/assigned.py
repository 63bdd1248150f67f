"""The values of names that say they are secrets, in whatever notation: ``password: x``,
``"token": "x"``, ``export PGPASSWORD=x``, ``--api-key x``, ``<password>x</password>``.

An anchor is a name's telling word; the name is read back from there and judged by its meaning
(`runreport.report.redaction.secret_names`), and the value is read on from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runreport.report.redaction.scanner import Hit, Rule, Text, run_before
from runreport.report.redaction.secret_names import QUALIFIERS, Secrecy, secrecy
from runreport.report.redaction.values import (
    LONGEST,
    QUOTE,
    Value,
    end_of_quoted,
    is_expression,
    is_harmless,
    is_secret_value,
    looks_like_a_password,
    value_at,
)

KIND = "value of a secret name"
_STEM = (
    rb"(?i:pass(?:w(?:or)?[dt]|phrase|code|wort)?s?|kennwort|pwd?|psk|secrets?|token|credentials?|"
    rb"creds|[A-Za-z0-9][_.-]?keys?|api key|access key|_pat|auth|authorization|cookie|mnemonic|"
    rb"phrase|session[_.-]?id|conn_?str|connection[_ ]?string|htpasswd|otp|pin)"
)
_TAIL = (
    rb"(?i:[_.-]?(?:[a-z]?\d{1,6}|id|"
    + b"|".join(sorted(map(str.encode, QUALIFIERS)))
    + rb")){0,2}"
)
_STEM_AND_TAIL = re.compile(_STEM + _TAIL)
_LONGEST_NAME = 80
_LEAST_IN_BINARY = 9
"""Letters of name and value together that are no chance in a binary file."""
_NAME = re.compile(rb"[A-Za-z0-9_.\x80-\xff-]+")
_ASSIGNS = re.compile(
    rb"(?:" + QUOTE + rb"|\]|\*)*[ \t]{0,8}"
    rb"(?:=>|:=|=(?!=)|:[ \t]?[A-Za-z_][\w.\[\] |,]{0,40}?=|:(?!//)|%3[ADad])[ \t]{0,8}(?!=)"
)
_FIRST = re.compile(
    rb"(?:\A|[\r\n>]|\\n)[ \t>#+-]*(?:-[ \t]+)?(?:[\w.-]{0,40}[,;\t])?"
    rb"(?:(?:export|set|ENV|ARG)[ \t]+)?[\"']?\Z"
)
_JSON_NUMBER = re.compile(rb"-?\d{1,6}(?=\s*[,}\]])")
_OPTION = re.compile(rb"--?([A-Za-z0-9_-]+)(?:[ \t]+([\"']?)|[\"'],?\s*([\"']))")
_WORD = re.compile(rb"[^\s\"'`<>\\]+")
_ELEMENT_NAME = re.compile(rb"<([\w.:-]+)")
_ELEMENT = re.compile(rb"[^<>\r\n]+(?=</)")
_GAP = re.compile(
    rb"(?:\\n|\\r|\\[\"'])*(?:[\s\"'`*:,;|=>()\[\]{}?-]|</?\w{1,12}[^<>]{0,20}>|<!\[CDATA\[|is\s|was\s|"
    rb"default\s|\\[\"'nt]){1,40}"
)
_NEAR_VALUE = re.compile(rb"[^\s\"'`<>(),;|\\\]\[{}]+")


def assignment_rules() -> tuple[Rule, ...]:
    """The rules that find values of secret names."""
    name = _STEM + _TAIL
    ends = rb"(?:" + QUOTE + rb"|\]|\*)*"
    gap = rb"(?:\\[nr\"']|[\s\"'`*:,;|=>()\[\]?-]|</|is |was ){1,12}"
    option = rb"--?[A-Za-z0-9_-]{0,40}" + name + rb"(?:[ \t]+|[\"'],?\s{0,8})[\"']?[^\s\"'-]"
    return (
        Rule(name + ends + rb"[ \t]{0,8}(?:=|:[^/:]|%3[ADad])", _assigned),
        Rule(option, _of_option),
        Rule(rb"<[\w.:-]{0,60}" + name + rb"(?:\s[^<>]{0,200})?>[^<\s]", _element),
        Rule(name + gap, _nearby),
    )


def name_before(text: Text, start: int, end: int) -> tuple[str, int]:
    """The whole name whose telling word stands here, and where it begins."""
    data = text.data
    begin = run_before(data, start, _NAME, _LONGEST_NAME)
    if begin and data[begin - 1] == 0x5C and data[begin : begin + 1] in (b"n", b"r", b"t"):
        begin += 1  # of an escape, not of the name
    return data[begin:end].decode("latin-1"), begin


def _assigned(text: Text, start: int, end: int) -> Iterator[Hit]:
    data = text.data
    word = _STEM_AND_TAIL.match(data, start, end)
    assert word is not None
    name, begin = name_before(text, start, word.end())
    sure = secrecy(name)
    if sure is Secrecy.NONE:
        return
    sign = _ASSIGNS.match(data, word.end(), word.end() + 80)
    if sign is None or data[max(0, begin - 2) : begin] == b"${":
        return
    if _closes(data, begin, sign):
        return
    is_first = _FIRST.search(data, max(0, begin - 80), begin) is not None
    number = _JSON_NUMBER.match(data, sign.end()) if sign.group()[:1] == b'"' else None
    if number is not None:  # of a vocabulary
        return
    value = value_at(data, sign.end(), is_colon=b":" in sign.group(), is_first=is_first)
    if value is None or _is_chance(text, name, value):
        return
    if is_secret_value(data, value, name, sure):
        yield Hit(value.start, value.end, KIND)


def _is_chance(text: Text, name: str, value: Value) -> bool:
    """Whether a few letters of a binary file read as ``PW=L9?=``: numbers do every megabyte."""
    return text.is_binary and len(name) + value.end - value.start < _LEAST_IN_BINARY


def _closes(data: bytes, begin: int, sign: re.Match[bytes]) -> bool:
    """Whether the quotes around a name end right behind it, as in ``input("Password: ")``."""
    opening = data[begin - 1 : begin]
    if opening not in (b"'", b'"') or sign.group().startswith((opening, b"\\")):
        return False
    return data[sign.end() : sign.end() + 1] == opening


def _of_option(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The word behind an option of a command line, also as a list of words."""
    data = text.data
    found = _OPTION.match(data, start, end + 8)
    if found is None or (start and (data[start - 1] == 0x2D or not text.begins(start))):
        return
    name = found[1].decode("latin-1")
    word = _WORD.match(data, found.end(), found.end() + LONGEST)
    if secrecy(name) < Secrecy.LIKELY or word is None or word.group()[:1] in b"-=":
        return
    ending = word.end()
    while ending > word.start() and data[ending - 1] in b",]":
        ending -= 1
    content = data[word.start() : ending]
    quote = found[2] or found[3]
    if quote:  # it may hold spaces
        ending = end_of_quoted(data, found.end(), found.end() + LONGEST, quote)
    elif re.fullmatch(rb"[A-Z_]+", content):  # as a usage text names it
        return
    if not is_harmless(content, name) and not is_expression(content):
        yield Hit(word.start(), max(ending, word.start()), KIND)


def _element(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The text of an XML element."""
    data = text.data
    name = _ELEMENT_NAME.match(data, start, end)
    found = _ELEMENT.match(data, end - 1, end + LONGEST)
    if name is None or found is None:
        return
    title = name[1].decode("latin-1")
    sure = secrecy(title)
    value = Value(*found.span(), False)
    if sure >= Secrecy.LIKELY and is_secret_value(data, value, title, sure):
        yield Hit(value.start, value.end, KIND)


def _nearby(text: Text, start: int, end: int) -> Iterator[Hit]:
    """What stands next to a secret's name in tables, pairs and sentences, if it looks like one."""
    del end
    data = text.data
    word = _STEM_AND_TAIL.match(data, start)
    assert word is not None
    name, _ = name_before(text, start, word.end())
    sure = secrecy(name)
    if sure < Secrecy.LIKELY:
        return
    gap = _GAP.match(data, word.end(), word.end() + 80)
    found = None if gap is None else _NEAR_VALUE.match(data, gap.end(), gap.end() + LONGEST)
    if found is None or is_harmless(found.group(), name):
        return
    if not looks_like_a_password(found.group().rstrip(b".")):
        return
    if sure is Secrecy.SURE or len(found.group()) >= 16:
        yield Hit(*found.span(), KIND)

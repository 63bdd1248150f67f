"""Values that stand behind names in texts: where one ends, and whether it may be a secret."""

from __future__ import annotations

import re
from typing import NamedTuple

from runreport.report.redaction.secret_names import Secrecy, secrecy
from runreport.report.redaction.token_forms import looks_random

QUOTE = rb"(?:\\{0,3}[\"'`]|&quot;|&#0?3[49];|&#x2[27];|&apos;|%2[27])"
LONGEST = 4096
"""Bytes of a value that are read."""
_QUOTED = re.compile(
    rb"(?:[rbfuRBFU]{0,2}|(?:Secret)?Str\(|SecretStr\()(?P<quote>\"\"\"|'''|" + QUOTE + rb")"
)
_LIST = re.compile(rb"\[[^\[\]{}]{0,4000}\]")
_TABLE = re.compile(rb"\{(?:[^{}\[\]]|\}\}){0,4000}\}")
_BLOCK = re.compile(rb"[|>][+-]?\d?[ \t]*(?:#[^\n]*)?(?:\r?\n|\\n)")
_ITEMS = re.compile(rb"\r?\n((?:[ \t]*-[ \t]+[^\r\n<]+(?:\r?\n)?)+)")
"""A list in YAML, an item a line."""
_INDENT = re.compile(rb"[ \t]*")
_LINE = re.compile(rb"[^\r\n]*?(?=\s+#|</\w|\s*(?:\r|\n|\\n|\\r|\Z))")
_WORD = re.compile(rb"[^\s\"'`<>\\]+")
_INLINE = re.compile(
    rb"(?:!!\w+ )?(?:\$\{{1,2}[^{}\r\n]*\}{1,2}|\$\([^()\r\n]*\)"
    rb"|(?!%2[26Cc]|%7[Dd])[^\s\"'`,;&<>()\[\]{}|\\])+"
)
_LITERALS = frozenset(
    b"none null nil true false yes no on off undefined nan n/a na required optional hidden "
    b"masked redacted string str bytes int float bool boolean any object text unset empty "
    b"default password secret token secretstr prompt env environ inherit not function "
    b"same-origin include omit".split()
)
_PLACEHOLDER = re.compile(
    rb"(?i)[*._#?,;|$-]|[*x._#?,;|-]{2,64}|(?:<[^>]*>){1,9}|\$[{(].*|\$(?:env:)?\w+|\{\{.*|%\(?\w.*|\{\w*\}|@\w+@|"
    rb"\[redacted\].*|~|![a-z]+(?:\s.*)?|(?:your|my|the)[-_ ].*|"
    rb"(?:enter|insert|replace|change)[-_ ].*|[\w-]{0,16}\.{3,}|(?:\xe2\x80\xa2)+|[)\]].*|\[\{.*"
)
_BUILD = re.compile(rb"\d+(?:\.\w+)*=[a-z]\w*_\d+")
"""A version with its build, as conda lists packages; some are called ``google-auth``."""
_OWNER = (
    rb"(?:self|this|args?|cfg|config|conf|settings?|opts?|options?|os|env|process|params?|hparams|"
    rb"ctx|context|secrets|vars?|locals?|data|request|form|st|app|flags|FLAGS|parser|ns|module|"
    rb"kwargs|creds|credentials|client|session|user|hp|cls|local|github)"
)
_CALL = re.compile(rb"[A-Za-z_][\w.]*(?:\(.*|\[.*)")
_CHAIN = re.compile(_OWNER + rb"(?:\.[A-Za-z_]\w*)+")
_IDENTIFIERS = re.compile(rb"(?:[A-Za-z_]\w*\.)+([A-Za-z_]\w*)")
_TYPE = re.compile(rb"(?:str|bytes|int|float|bool|Any|Optional\[.*|string|SecretStr|String)\b.*")


class Value(NamedTuple):
    """A value as it stands in a text."""

    start: int
    end: int
    is_quoted: bool


def value_at(data: bytes, place: int, *, is_colon: bool, is_first: bool) -> Value | None:
    """The value that begins at a place.

    Args:
        is_colon: it stands behind a colon, as in YAML, where the line may belong to it.
        is_first: its name is the first word of a line.
    """
    window = min(len(data), place + LONGEST)
    quoted = _QUOTED.match(data, place, window)
    if quoted is not None:
        begin = quoted.end()
        return Value(begin, end_of_quoted(data, begin, window, quoted["quote"]), True)
    for kind in (_LIST, _TABLE):
        found = kind.match(data, place, window)
        if found is not None:
            return Value(*found.span(), False)
    if is_colon and is_first:
        block = _BLOCK.match(data, place, window)
        if block is not None:
            return Value(block.end(), _end_of_block(data, block.end()), False)
        if data[place : place + 1] in (b"\n", b"\r"):
            items = _ITEMS.match(data, place, window)
            return None if items is None else Value(*items.span(1), False)
    kind = (_LINE if is_colon else _WORD) if is_first else _INLINE
    found = kind.match(data, place, window)
    end = found.end() if found else place
    while end > place and data[end - 1] in b",;" and is_first:
        end -= 1
    return Value(place, end, False) if end > place else None


def end_of_quoted(data: bytes, begin: int, window: int, quote: bytes) -> int:
    """Where a quoted value ends: at the same quote that no backslash and no second one takes
    away, else with the line."""
    place = begin
    is_long = len(quote) == 3 and quote[0] == quote[2]
    while True:
        at = data.find(quote, place, window)
        line = -1 if is_long else data.find(b"\n", place, window)
        if at < 0 or 0 <= line < at:
            return line if line >= 0 else window
        slashes = at
        while slashes > begin and data[slashes - 1] == 0x5C:
            slashes -= 1
        is_doubled = quote == b"'" and data[at + 1 : at + 2] == b"'" and at > begin
        if (at - slashes) % 2 == 0 and not is_doubled:
            return at
        place = at + len(quote) + is_doubled


def _end_of_block(data: bytes, begin: int) -> int:
    """Where the lines of a YAML block end: at the first that is indented less."""
    first = _INDENT.match(data, begin)
    indent = first.group() if first else b""
    if not indent:
        return begin
    place = begin
    while place < min(len(data), begin + LONGEST):
        after = data.find(b"\n", place)
        after = len(data) if after < 0 else after + 1
        line = data[place:after]
        if line.strip() and not line.startswith(indent):
            break
        place = after
    return max(begin, place - 1) if data[place - 1 : place] == b"\n" else place


def is_secret_value(data: bytes, value: Value, name: str, sure: Secrecy) -> bool:
    """Whether a value that stands behind a secret's name in a text is one."""
    content = data[value.start : value.end].strip()
    if is_harmless(content, name) or (not value.is_quoted and _is_code(data, value, content)):
        return False
    if content[:1] in b"[{":
        is_schema = re.search(rb"[\"']type[\"']\s*:", content)
        return sure is Secrecy.SURE and re.search(rb"\w", content) is not None and not is_schema
    if sure is Secrecy.SURE:
        return True
    if sure is Secrecy.LIKELY:
        return _is_no_word(content)
    return looks_like_a_key(content)


def cell_is_secret(name: str, value: bytes) -> bool:
    """Whether a cell of a column with some name is a secret."""
    return is_secret_value(value, Value(0, len(value), True), name, secrecy(name))


def logged_value_is_secret(name: str, value: bytes) -> bool:
    """Whether what was logged under a name is a secret as a whole."""
    sure = secrecy(name)
    if sure is Secrecy.NONE or is_harmless(value, name):
        return False
    return sure is not Secrecy.RANDOM or looks_like_a_key(value)


def is_harmless(value: bytes, name: str = "") -> bool:
    """Whether a value says that there is none, or where it comes from."""
    value = value.strip().strip(b"\"'`")
    if not value or value.lower().rstrip(b",;") in _LITERALS or _PLACEHOLDER.fullmatch(value):
        return True
    if _BUILD.fullmatch(value):
        return True
    own = name.lower().encode("latin-1", "replace")
    if value.lower() == own or own.endswith((b"_" + value.lower(), b"." + value.lower())):
        return True  # ``password=password``
    # The working folder of a shell is called so, too.
    return name.lower().endswith("pwd") and value[:1] in b"/~"


def is_expression(content: bytes) -> bool:
    """Whether a word is a piece of a program that leads to a value, not a value."""
    if _CALL.fullmatch(content) or _CHAIN.fullmatch(content):
        return True
    names = _IDENTIFIERS.fullmatch(content)
    return names is not None and secrecy(names[1].decode("ascii", "replace")) >= Secrecy.LIKELY


def _is_code(data: bytes, value: Value, content: bytes) -> bool:
    """Whether an unquoted value is an expression of a program, not a value."""
    after = data[value.end : value.end + 1]
    if after in (b"(", b"[") and re.fullmatch(rb"[A-Za-z_][\w.]*", content):
        return True
    return is_expression(content) or _TYPE.fullmatch(content) is not None


def _is_no_word(value: bytes) -> bool:
    """Whether a value is neither a plain word nor a short number."""
    if re.fullmatch(rb"[A-Z]?[a-z]{1,15}|[A-Z]{1,12}|[+-]?[\d.,eE+-]{1,7}", value):
        return False
    if len(value) < 4 or re.fullmatch(rb"</?\w+>|\[\w+\]|<\|.*\|>", value):
        return False
    if re.fullmatch(rb"[\^~><=v]*\d+(?:\.\w+)+", value):  # a version
        return False
    return not re.search(rb"\s", value) or re.search(rb"\d", value) is not None


def looks_like_a_key(value: bytes) -> bool:
    """Whether a value is a long word without sense."""
    return len(value) >= 16 and looks_random(value) and not re.search(rb"[\s/]", value)


def looks_like_a_password(value: bytes) -> bool:
    """Whether a word is what a person or a machine would take for a password."""
    if len(value) < 8 or not looks_random(value) or b"://" in value:
        return False
    return not re.fullmatch(rb"[\d.:,/-]*[A-Za-z]?|v?\d+(?:\.\w+)+|.*\.[a-z]{2,5}", value)

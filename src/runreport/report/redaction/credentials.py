"""Secrets that stand in the syntax of some tool: URLs, headers, keys in armour, password files."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from runreport.report.redaction.scanner import Hit, Rule, Text
from runreport.report.redaction.secret_names import Secrecy, secrecy
from runreport.report.redaction.token_forms import TOKEN_FORMS, TokenForm, is_made_up, looks_random
from runreport.report.redaction.values import is_harmless

_LONGEST_URL = 4096
_LONGEST_KEY = 100_000
_URL_WORD = re.compile(rb"[^\s\"'`<>\\^{}|]+")
_USER = re.compile(rb"[^\s:@/]*:(?P<password>[^\s]+)@(?=[\w.\[%-]+(?::\d+)?(?:[/?#,;:)\]]|\Z))")
_QUERY_NAMES = (b"code", b"session", b"sig", b"signature", b"jwt", b"sas")
_HTTP = (b"http", b"https", b"ws", b"wss")
_QUERY = re.compile(
    rb"(?i)(?P<name>[\w.-]*?(?:key|token|sig|signature|secret|password|passwd|pwd|auth|code|sas|"
    rb"credential|session|jwt|apikey))=(?P<value>[^&?\s\"'<>#\\]+)"
)
_BEGIN = re.compile(rb"-{4,5} ?BEGIN ([A-Z0-9 ]{0,60})-{4,5}")
_AUTHORIZATION = re.compile(rb"(?:[A-Za-z][A-Za-z0-9-]*[ =]+(?=\S))?")
_ONE_WORD = (b"bearer", b"basic", b"token", b"apikey", b"api-key", b"negotiate", b"key")
_MIXED = re.compile(rb"\d|=|[a-z][A-Z]|[A-Z]{3}.*[a-z]")
_PUTTY_END = re.compile(rb"Private-MAC:[ \t]*[0-9A-Fa-f]+")


_PGPASS = rb"(?m)(?:^|[\"']|: )[^\s:#\"']{1,200}:(?:\d{2,5}|\*):[^\s:]{1,80}:[^\s:]{1,80}:"


def credential_rules() -> tuple[Rule, ...]:
    """The rules that find credentials by the syntax around them, and tokens by their form."""
    return (
        *(Rule(form.pattern, _token_rule(form)) for form in TOKEN_FORMS),
        Rule(rb"-{4,5} ?BEGIN [A-Z0-9 ]{0,60}PRIVATE KEY[A-Z ]{0,20}-{4,5}", _armoured),
        Rule(rb"PuTTY-User-Key-File-\d", _putty),
        Rule(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}:(?:\\?/){2}[^\s/\"'<>@?#]{0,200}[@:]", _url),
        Rule(rb"(?i)jdbc:oracle:thin:[^/\s]{1,80}/[^@\s]{1,80}@", _oracle),
        Rule(rb"(?i)[?&;][\w.-]{0,40}(?:key|token|sig|signature|secret|password|passwd|pwd|auth|code|"
             rb"sas|credential|session|jwt)=[^&\s\"'<>#\\]", _query),
        Rule(rb"(?i)authorization[\"']?\s{0,4}[:=,]\s{0,4}[\"']?\w", _header),
        Rule(rb"(?i)\b(?:bearer|basic)[ \t]+[A-Za-z0-9._~+/-]{8,}", _scheme),
        Rule(rb"(?i)\b(?:set-)?cookie[\"']?:[ \t]{0,4}[\"']?\w", _cookie),
        Rule(rb"(?i)\blogin\s+\S{1,80}\s+(?:account\s+\S{1,80}\s+)?password\s+\S", _netrc),
        Rule(rb"[\"']auth[\"']\s{0,4}:\s{0,4}[\"'][A-Za-z0-9+/]{8,}", _docker),
        Rule(_PGPASS + rb"\S", _pgpass),
        Rule(rb"(?i)\"kty\"\s{0,4}:\s{0,4}\"(?:rsa|ec|okp|oct)\"", _web_key),
    )  # fmt: skip


def _token_rule(form: TokenForm) -> Callable[[Text, int, int], Iterator[Hit]]:
    def hits(text: Text, start: int, end: int) -> Iterator[Hit]:
        token = text.data[start:end]
        begins = not token[:1].isalnum() or text.begins(start)
        if begins and (form.check is None or form.check(token)) and not is_made_up(token):
            yield Hit(start, end, form.kind)

    return hits


def _armoured(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A key between its first and its last line, or to the end of the text."""
    data = text.data
    closing = data.find(b"END ", end, end + _LONGEST_KEY)
    if closing < 0:
        yield Hit(start, min(len(data), end + _LONGEST_KEY), "private key")
        return
    last = re.compile(rb"END [A-Z0-9 ]{0,80}-{0,5}").match(data, closing)
    yield Hit(start, last.end() if last else closing, "private key")


def _putty(text: Text, start: int, end: int) -> Iterator[Hit]:
    last = _PUTTY_END.search(text.data, end, end + _LONGEST_KEY)
    yield Hit(
        start, last.end() if last else min(len(text.data), end + _LONGEST_KEY), "private key"
    )


def _url(text: Text, start: int, end: int) -> Iterator[Hit]:
    """User and password of a URL; the password may hold an @ or a slash by mistake."""
    data = text.data
    scheme, _, _ = data[start:end].partition(b":")
    if not text.begins(start):
        scheme = re.split(rb"[^A-Za-z0-9+.-]", scheme)[-1]
    begin = data.find(b"/", start, end)
    while data[begin : begin + 1] in (b"/", b"\\"):
        begin += 1
    word = _URL_WORD.match(data, begin, begin + _LONGEST_URL)
    if word is None:
        return
    found = word.group()
    authority = re.split(rb"[/?#]", found, maxsplit=1)[0]
    at = authority.rfind(b"@")
    if at >= 0:
        user = authority[:at]
        if b":" in user and user.partition(b":")[2]:
            if not is_harmless(user.partition(b":")[2]):
                yield Hit(begin, begin + at, "password in a URL")
        elif len(user) >= 20 and looks_random(user):
            yield Hit(begin, begin + at, "password in a URL")
        return
    host, colon, rest = authority.partition(b":")
    is_port = rest.isdigit() and len(rest) <= 5 and scheme.lower() in _HTTP
    if colon and host and rest and not is_port:
        whole = _USER.match(found)
        if whole is not None:
            yield Hit(begin, begin + whole.end() - 1, "password in a URL")


def _oracle(text: Text, start: int, end: int) -> Iterator[Hit]:
    user = text.data.find(b"thin:", start, end) + 5
    if user > 4:
        yield Hit(user, end - 1, "password in a URL")


def _query(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A secret among the parameters of a URL."""
    del end
    data = text.data
    begin = data.rfind(b"://", max(0, start - _LONGEST_URL), start)
    if begin < 0 or data.find(b"\n", begin, start) >= 0:
        return
    found = _QUERY.match(data, start + 1, start + _LONGEST_URL)
    url = _URL_WORD.match(data, begin, start)
    if found is None or url is None or url.end() < start:
        return
    name, value = found["name"].lower(), found["value"]
    if is_harmless(value):
        return
    is_told = name == b"key" or name.endswith(_QUERY_NAMES)
    if not is_told and secrecy(name.decode("ascii")) < Secrecy.LIKELY:
        return
    if name in (b"key", b"code", b"session", b"auth") and not (
        len(value) >= 8 and re.search(rb"\d", value) and re.search(rb"[A-Za-z]", value)
    ):
        return
    if name.endswith(b"token") and re.fullmatch(rb"[a-z]{1,12}|\d{1,6}", value):
        return
    yield Hit(*found.span("value"), "secret in a URL")


def _header(text: Text, start: int, end: int) -> Iterator[Hit]:
    del start
    data = text.data
    scheme = _AUTHORIZATION.match(data, end - 1, end + 40)
    begin = scheme.end() if scheme else end - 1
    quote = data[end - 2 : end - 1]
    ending = re.compile(
        rb"[^\r\n]*?(?=\\?%s|[\"']\s{0,4}(?:[\]}]|,\s{0,4}[\"'{\[])|[\r\n]|\\[nr]|\Z)"
        % (quote if quote in b"\"'" and quote else b"\0")
    )
    found = ending.match(data, begin, begin + _LONGEST_URL)
    value = found.group().rstrip(b" \t\"'") if found else b""
    if scheme and scheme.group().strip(b" =").lower() in _ONE_WORD:
        value = value.partition(b" ")[0]
    if len(value) >= 6 and not is_harmless(value) and _MIXED.search(value):
        yield Hit(begin, begin + len(value), "authorization header")


def _scheme(text: Text, start: int, end: int) -> Iterator[Hit]:
    data = text.data
    found = re.compile(rb"(?i)(bearer|basic)[ \t]+([A-Za-z0-9._~+/-]+=*)").match(
        data, start, end + 3
    )
    if found is None:
        return
    value = found[2]
    if found[1].lower() == b"basic":
        if _is_user_and_password(value):
            yield Hit(*found.span(2), "authorization header")
    elif len(value) >= 16 and re.search(rb"\d", value):
        yield Hit(*found.span(2), "bearer token")


def _is_user_and_password(value: bytes) -> bool:
    try:
        plain = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    return b":" in plain and all(32 <= byte < 127 for byte in plain)


def _cookie(text: Text, start: int, end: int) -> Iterator[Hit]:
    found = re.compile(rb"[\w.-]+=[^\r\n\"'<>\\]+").match(text.data, end - 1, end + _LONGEST_URL)
    del start
    if found is not None:
        yield Hit(*found.span(), "cookie")


def _netrc(text: Text, start: int, end: int) -> Iterator[Hit]:
    del start
    word = re.compile(rb"[^\s\"'\\]+").match(text.data, end - 1, end + _LONGEST_URL)
    if word is not None:
        yield Hit(*word.span(), "password of .netrc")


def _docker(text: Text, start: int, end: int) -> Iterator[Hit]:
    found = re.compile(rb"[A-Za-z0-9+/]+=*").search(
        text.data, text.data.rfind(b'"', start, end) + 1 or start, end + _LONGEST_URL
    )
    if found is not None and _is_user_and_password(found.group()):
        yield Hit(*found.span(), "password of a registry")


def _pgpass(text: Text, start: int, end: int) -> Iterator[Hit]:
    word = re.compile(rb"[^\r\n\"']+").match(text.data, end - 1, end + _LONGEST_URL)
    line = text.data[start:end].split(b":")
    if word is not None and not line[2].isdigit() and not word.group().startswith(b":"):
        yield Hit(*word.span(), "password of .pgpass")


def _web_key(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The private numbers of a JSON web key, which stand in the same object."""
    data = text.data
    opening = data.rfind(b"{", max(0, start - 4000), start)
    closing = data.find(b"}", end, end + 8000)
    if opening < 0 or closing < 0:
        return
    numbers = re.compile(rb"\"(?:d|p|q|dp|dq|qi|k)\"\s{0,4}:\s{0,4}\"([A-Za-z0-9_-]{16,})\"")
    for found in numbers.finditer(data, opening, closing):
        yield Hit(*found.span(1), "private key")

"""Passwords as the command lines of some tools take them, and as code hands them on."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runreport.report.redaction.assigned import KIND as SECRET_VALUE
from runreport.report.redaction.scanner import Hit, Rule, Text
from runreport.report.redaction.secret_names import Secrecy, secrecy
from runreport.report.redaction.values import LONGEST, is_expression, is_harmless, looks_like_a_key

KIND = "password on a command line"
_SHORT = rb"[^\n]{0,200}?\s"
_COMMANDS = (
    # What stands before the password, up to its first letter.
    rb"(?i:mysql|mysqldump|mysqladmin|mariadb)\b" + _SHORT + rb"-p",
    rb"(?i:redis-cli)\b" + _SHORT + rb"-a\s",
    rb"(?i:docker|podman|helm|oras)\s(?:registry\s)?login\b" + _SHORT + rb"-p\s?",
    rb"(?i:sqlcmd|bcp|unzip)\b" + _SHORT + rb"-P\s?",
    rb"(?i:ldap(?:search|modify|add|delete|whoami))\b" + _SHORT + rb"-w\s?",
    rb"(?i:mongo|mongosh|mongodump|zip|7z)\b" + _SHORT + rb"-[pP]\s?",
    rb"(?i:sshpass)\s+-p\s?",
    rb"(?i:smbclient|mount\.cifs|rpcclient)\b" + _SHORT + rb"(?:-U\s?[\"']?|user=)[\w.\\-]{1,60}%",
    rb"(?i:net\s+use)\b" + _SHORT + rb"/user:\S{1,80}\s+",
    rb"(?i:sqlplus)\s+(?:-\w+\s+)?[^\s/]{1,60}/",
    rb"-pass(?:in|out)?\s+pass:",
    rb"(?i:identified\s+by)\s+",
    rb"(?i:curl|https?|wget)\b[^\n]{0,400}?\s"
    rb"(?:-u|--user|-U|--proxy-user|-a|--auth)[ =]?[\"']?[^\s\"':/]{1,80}:",
    rb"(?i:wandb|comet|neptune|hf|huggingface-cli)\s+(?:auth\s+)?login\s+(?:--token\s+|--relogin\s+)?",
)  # fmt: skip
_WORD = re.compile(rb"[^\s\"'\\]+")
_TUPLE = rb"(?i:auth\w*)\s{0,3}=?\s{0,3}\(\s{0,8}[\"'][^\"'\n]{1,80}[\"']\s{0,3},\s{0,8}[\"']"
_VARIABLE = rb"(?i:variable)\s+\"[\w-]{1,80}\"\s{0,4}\{[^{}]{0,400}?\bdefault\s{0,8}=\s{0,8}\""
_FIELD = rb"(?i)type\s{0,3}=\s{0,3}[\"']?password[\"']?[^<>]{0,200}?\svalue\s{0,3}=\s{0,3}[\"']"
_PAIRED = (
    rb"[\"']?(?i:name|key)[\"']?\s{0,4}[:=]\s{0,4}[\"']?[\w.-]{1,80}[\"']?\s{0,4}[,\s]\s{0,40}"
    rb"[\"']?(?i:value|content|default)[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"']"
)
_PAIR = re.compile(
    rb"[\"']?(?:name|key)[\"']?\s*[:=]\s*[\"']?(?P<name>[\w.-]+)[\"']?\s*[,\s]\s*"
    rb"[\"']?(?:value|content|default)[\"']?\s*[:=]\s*(?P<quote>[\"']?)(?P<value>[^\"'\r\n]+)",
    re.IGNORECASE,
)
_TURNED = re.compile(
    rb"[\"']value[\"']\s*:\s*[\"'](?P<value>[^\"'\n]+)[\"']\s*,\s*[\"'](?:name|key)[\"']\s*:\s*"
    rb"[\"'](?P<name>[\w.-]+)[\"']",
    re.IGNORECASE,
)
_TURNED_ANCHOR = (
    rb"(?i)[\"']value[\"']\s{0,4}:\s{0,4}[\"'][^\"'\n]{1,400}[\"']"
    rb"\s{0,4},\s{0,8}[\"'](?:name|key)[\"']"
)
_KEY_ANCHOR = rb"\"username\"\s{0,4}:\s{0,4}\"[^\"\n]{1,80}\"\s{0,4},\s{0,8}\"key\"\s{0,4}:"
_KEY_FILE = re.compile(rb"\"username\"\s*:\s*\"[^\"\n]+\"\s*,\s*\"key\"\s*:\s*\"([^\"\n]+)\"")


def command_rules() -> tuple[Rule, ...]:
    """The rules that find passwords of command lines and calls."""
    return (
        *(Rule(rb"\b" + command + rb"[\"']?[^\s\"'-]", _word) if command[:1] == b"(" else
          Rule(command + rb"[\"']?[^\s\"'-]", _word) for command in _COMMANDS),
        Rule(_TUPLE + rb"[^\"'\n]", _word),
        Rule(rb"(?i:client|login|api)\(\s{0,4}[\"'][A-Za-z0-9_-]{24}", _argument),
        Rule(_VARIABLE + rb"[^\"\n]", _variable),
        Rule(_FIELD + rb"[^\"'\n]", _word),
        Rule(_PAIRED, _paired),
        Rule(_TURNED_ANCHOR, _turned),
        Rule(_KEY_ANCHOR, _key_file),
    )  # fmt: skip


def _word(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The word whose first letter an anchor ends with."""
    del start
    word = _WORD.match(text.data, end - 1, end + LONGEST)
    if word is None:
        return
    content = word.group().rstrip(b",;)")
    is_behind = word.start() > end - 1 or content[:1] in b"<}])"
    if content and not is_behind and not is_harmless(content) and not is_expression(content):
        begin = word.start()
        ends = content.find(b"@") if b"sqlplus" in text.data[max(0, begin - 80) : begin] else -1
        yield Hit(begin, begin + (ends if ends > 0 else len(content)), KIND)


def _argument(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A key as the only argument of a call."""
    word = _WORD.match(text.data, end - 24, end + LONGEST)
    del start
    if word is not None and looks_like_a_key(word.group()):
        yield Hit(*word.span(), "key in a call")


def _variable(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The default of a variable of Terraform."""
    name = re.compile(rb"\"([\w-]+)\"").search(text.data, start, end)
    if name is not None and secrecy(name[1].decode("ascii", "replace")) >= Secrecy.LIKELY:
        yield from _word(text, start, end)


def _paired(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A name that is itself a value: ``"name": "DB_PASSWORD", "value": "x"``."""
    del end
    found = _PAIR.match(text.data, start, start + LONGEST)
    if found is None or secrecy(found["name"].decode("latin-1")) < Secrecy.LIKELY:
        return
    value = found["value"].rstrip()
    if not is_harmless(value, found["name"].decode("latin-1")) and not is_expression(value):
        begin = found.start("value")
        yield Hit(begin, begin + len(value), SECRET_VALUE)


def _turned(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The same the other way round."""
    del end
    found = _TURNED.match(text.data, start, start + LONGEST)
    if found is None or secrecy(found["name"].decode("latin-1")) < Secrecy.LIKELY:
        return
    if not is_harmless(found["value"]):
        yield Hit(*found.span("value"), SECRET_VALUE)


def _key_file(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A user and a key, as Kaggle keeps them."""
    del end
    found = _KEY_FILE.match(text.data, start, start + LONGEST)
    if found is not None and not is_harmless(found[1]):
        yield Hit(*found.span(1), SECRET_VALUE)

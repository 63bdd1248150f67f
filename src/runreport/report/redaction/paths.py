"""Absolute paths and home folders: of the first only the file's name is published."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from runreport.report.redaction.scanner import PRIVATE, Hit, Rule, Text

HOME, FOLDER = b"~", "…/".encode()
_ROOTS = (
    rb"home\d*|homes|Users|root|export|srv|mnt\w*|media|data\d*|datasets?|g?scratch\w*|gpfs\w*|"
    rb"lustre\w*|nfs\w*|beegfs\w*|ceph\w*|afs|efs|fsx|dbfs|work\w*|proj\w*|opt|usr|var|tmp|etc|"
    rb"private|Volumes|labs?|storage\w*|disks?\d*|vol(?:ume)?s?\d*|raid\w*|ssd\w*|hdd\w*|nvme\w*|"
    rb"local|net|cluster\w*|hpc\w*|shared?|groups|content|kaggle|apps?|repos?|code|src|software|"
    rb"run|proc|sys|ptmp|cfs|global|archive|backup|mount|fast|lscratch"
)
"""First folders of paths that lead somewhere on a machine. A route of a web service, a node of a
graph and a key of an HDF5 file begin with a slash, too."""
_SEPARATOR = rb"(?:\\{0,2}/|%2[Ff]|&#x2[Ff];|&#47;)"
_FIRST = rb"(?:/|%2[Ff]|&#x2[Ff];|&#47;)"
_NAME = rb"[\w.@+=~$#!&\x80-\xff-]"
_WINDOW = 1024
"""Bytes of a path that are read beyond its beginning."""
_HOMES = re.compile(
    rb"%(s)s(?:(?:(?:usr|var|export|mnt|data\d*|nfs\w*|[a-z])%(s)s)?(?:home\d*|homes|Users)%(s)s"
    rb"(?:%(n)s(?! ))*%(n)s|root(?=%(s)s))" % {b"s": _SEPARATOR, b"n": _NAME}
)
_FOLDERS = re.compile(
    rb"%(s)s(?:%(n)s+(?: %(n)s+){0,4}%(s)s)+(?=%(n)s)" % {b"s": _SEPARATOR, b"n": _NAME}
)
_DRIVE = rb"[A-Za-z](?::|%3[Aa])"
_BACK = rb"(?:\\{1,4}|/|%5[Cc])"
_WINDOWS_HOME = re.compile(
    rb"[A-Za-z](?::|%%3[Aa])%(b)s(?:Users|Documents and Settings)%(b)s"
    rb"(?:[^\\/\r\n\"':*?<>|%%]+(?=\\)|%(n)s(?: %(n)s){1,3}(?=/)|%(n)s)"
    % {b"b": _BACK, b"n": rb"[^\\/\s\"':*?<>|%]+"}
)
_WINDOWS_FOLDERS = re.compile(
    rb"(?:[A-Za-z]:|\\{2,4}[\w.$-]+(?=\\))%(b)s(?:[^\\/\r\n\t\"':*?<>|,;]+%(b)s)+(?=[^\\/\s])"
    % {b"b": _BACK}
)
_SHARE = re.compile(rb"\\{2,4}[A-Za-z0-9][\w.$-]*\\{1,2}[\w.$ -]*[\w$](?=[\s\"',;)]|\Z)")
_REMOTE = re.compile(
    rb"(?:ssh|sftp|vscode-remote|scp|rsync|smb|nfs|cifs|ftp)://[^\s/\"']*\Z", re.IGNORECASE
)
_OPTION = re.compile(rb"(?:\A|[\s\"'=,(\[])-[A-Za-z]\Z")
_RELATIVE = frozenset(b".~/\\<-})]*$%")
"""Behind these a slash goes on with a path, or is none."""


def path_rules(learnt: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules that find paths.

    Args:
        learnt: first folders of paths that the archive recorded, beside those known here.
    """
    names = sorted({re.escape(name).encode() for name in learnt if name})
    roots = b"|".join((_ROOTS, *names))
    return (
        Rule(_FIRST + rb"(?:[a-z]/Users|" + roots + rb")" + _SEPARATOR, _unix),
        Rule(_DRIVE + rb"(?:\\|/|%5[Cc])[^/\s]", _windows),
        Rule(rb"\\\\[A-Za-z0-9]", _share),
        Rule(rb"(?i)file://[a-z0-9][\w.-]{0,80}/", _file_host),
    )


def _unix(text: Text, start: int, end: int) -> Iterator[Hit]:
    del end
    data = text.data
    while start and data[start - 1] == 0x5C and data[start] == 0x2F:  # JSON may write "\/"
        start -= 1
    if not _is_absolute(text, start) or data[start - 2 : start + 9] == b"#!/usr/bin/":
        return
    window = start + _WINDOW
    home = _HOMES.match(data, start, window)
    yield from _led(start, home, home or _FOLDERS.match(data, start, window))


def _led(start: int, home: re.Match[bytes] | None, path: re.Match[bytes] | None) -> Iterator[Hit]:
    """What is taken of a path: its home folder, else the folders that lead to its file."""
    if home is not None:
        yield Hit(start, home.end(), "home folder", HOME, False)
    elif path is not None:
        yield Hit(start, path.end(), "absolute path", FOLDER, False)


def _is_absolute(text: Text, place: int) -> bool:
    data = text.data
    if place == 0 or data[place - 1] in b" \t\r\n\"'=":
        return True
    near = data[max(0, place - 100) : place]
    if near.endswith((b"file://", b"FILE://", b":///")) or _OPTION.search(near):
        return True
    if data[place - 1] in b"\xa6" and near.endswith("…".encode()):
        return False
    if data[place - 1] in _RELATIVE or not text.begins(place, even_in_binary=True):
        return _REMOTE.search(near) is not None
    return data[place - 1] != 0x3A or data[place + 1 : place + 2] != b"/"


def _windows(text: Text, start: int, end: int) -> Iterator[Hit]:
    del end
    data = text.data
    after = data[start + 2 : start + 4]
    if _is_json(data) and after[:1] == b"\\" and after[1:] != b"\\":
        return  # an escape in JSON, as of "Q:" and a line feed
    if not text.begins(start, even_in_binary=True):
        return
    home = _WINDOWS_HOME.match(data, start, start + _WINDOW)
    yield from _led(start, home, _WINDOWS_FOLDERS.match(data, start, start + _WINDOW))


def _share(text: Text, start: int, end: int) -> Iterator[Hit]:
    del end
    data = text.data
    while start and data[start - 1] == 0x5C:
        start -= 1
    slashes = 4 if _is_json(data) else 2
    is_start = start == 0 or data[start - 1] not in b":.abcdefghijklmnopqrstuvwxyz0123456789"
    if not is_start or data[start : start + slashes] != b"\\" * slashes:
        return
    path = _WINDOWS_FOLDERS.match(data, start, start + _WINDOW)
    yield from _led(start, None, path or _SHARE.match(data, start, start + _WINDOW))


def _file_host(text: Text, start: int, end: int) -> Iterator[Hit]:
    """The machine that a file's URL names."""
    if text.data[start + 7 : end - 1].lower() != b"localhost":
        yield Hit(start + 7, end - 1, "user or host name", PRIVATE, False)


def _is_json(data: bytes) -> bool:
    """Whether backslashes are escapes here."""
    return data[:64].lstrip()[:1] in (b"{", b"[")

"""Reading files that may come from anyone: plain files below one folder, of a bounded size.

A link that leads out of the folder, a pipe and a file of a gigabyte where a page of text is
expected are refused by name, and the import goes on without them.
"""

from __future__ import annotations

import csv
import datetime
import errno
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from operator import attrgetter, or_
from typing import Any

from runreport.archive.lfs import lfs_pointer
from runreport.errors import InvalidValue
from runreport.events import MAX_DEPTH, float_text, json_depth, json_ready
from runreport.importers.told import Told
from runreport.models.yaml_text import read_yaml, scalar

MAX_BYTES = 256 * 2**20
"""Of a file that is read whole."""
_FLAGS = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))
_HOW = reduce(or_, _FLAGS, os.O_RDONLY)
MAX_LEAVES = 100_000
"""Values in a nested config."""
MAX_VALUE = 500_000
"""Characters of a param or a tag."""
_FLAT_LINE = re.compile(
    r"([A-Za-z_][\w.]*):"
    r"(?: +('[^']*'|\[\]|{}|(?:[^\s\[\]{}&*!|>'\"%@`#,?:-]|-(?=[\d.]))"
    r"(?:(?!: | #).)*(?<![:\s])))? *"
)
"""A line of YAML that can mean one thing only."""
_LINK = "it is a link that leads out of the folder"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_EMPTY: Mapping[str, Callable[[], Any]] = {"[]": list, "{}": dict}


class Files:
    """The files below the folder that is imported; what is refused is told."""

    def __init__(self, root: str, told: Told) -> None:
        self.root = os.path.abspath(root)
        self._real = os.path.realpath(root)
        self._safe: dict[str, bool] = {}
        """Whether folders are inside, links followed."""
        self.told = told

    def name_of(self, place: str) -> str:
        """How a place below the folder is called, parts joined by ``/``."""
        return os.path.relpath(place, self.root).replace(os.sep, "/")

    def read(self, place: str, most: int = MAX_BYTES) -> bytes | None:
        """The bytes of a file; None where it cannot be had, which is told."""
        try:
            data = self._read(place, most)
        except OSError as error:
            reason = error.strerror if error.errno else error
            self.told.lose(self.name_of(place), f"it cannot be read: {reason}")
            return None
        if data.startswith(b"version ") and (pointer := lfs_pointer(data)) is not None:
            self.told.lose(self.name_of(place), pointer)
            return None
        return data

    def _read(self, place: str, most: int) -> bytes:
        """The bytes of a plain file, with as few calls as there can be: a store has many files.

        Raises:
            OSError: it is none, too large, or a link that leads out of the folder.
        """
        self._check_folder(place)
        try:
            descriptor = os.open(place, _HOW)
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            if not self.is_inside(place):
                raise OSError(_LINK) from error
            descriptor = os.open(os.path.realpath(place), _HOW)
        try:
            facts = os.fstat(descriptor)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError("it is no plain file")
            if facts.st_size > most:
                raise OSError(f"it has {facts.st_size:,} bytes; at most {most:,} are read")
            data = os.read(descriptor, facts.st_size + 1)
            while len(data) < facts.st_size and (more := os.read(descriptor, facts.st_size)):
                data += more
            return data
        finally:
            os.close(descriptor)

    def text(self, place: str, most: int = MAX_BYTES) -> str | None:
        """The text of a file, bytes that are no UTF-8 marked; None where it cannot be had."""
        data = self.read(place, most)
        return None if data is None else text_of(data)

    def begin_of(self, place: str, most: int = 4096) -> bytes:
        """The first bytes of a plain file, to see what it is; none where it is a link, a pipe, or
        cannot be had. Nothing is told: it may be nobody's run."""
        try:
            self._check_folder(place)
            descriptor = os.open(place, _HOW)
        except PermissionError as error:
            self.told.lose(self.name_of(place), f"it cannot be read: {error.strerror}")
            return b""
        except OSError:
            return b""
        try:
            is_plain = stat.S_ISREG(os.fstat(descriptor).st_mode)
            return os.read(descriptor, most) if is_plain else b""
        finally:
            os.close(descriptor)

    def _check_folder(self, place: str) -> None:
        """Refuse what lies behind a link to a folder outside.

        Raises:
            OSError: it does.
        """
        if not self._is_safe(place[: place.rfind(os.sep)]):
            raise OSError(_LINK)

    def _is_safe(self, folder: str) -> bool:
        """Whether a folder is inside; one look at each, as its parent's is remembered."""
        known = self._safe.get(folder)
        if known is None:
            parent = folder[: folder.rfind(os.sep)]
            is_below = folder.startswith(self.root) and len(folder) > len(self.root)
            if is_below and self._is_safe(parent) and not os.path.islink(folder):
                known = True
            else:
                known = self.is_inside(folder)
            self._safe[folder] = known
        return known

    def is_inside(self, place: str) -> bool:
        """Whether a place, links followed, is in the folder."""
        real = os.path.realpath(place)
        return real == self._real or real.startswith(self._real.rstrip(os.sep) + os.sep)

    def yaml(self, place: str) -> Any:
        """The value of a YAML file, tags ignored; None where it has none, which is told."""
        text = self.text(place, 16 * 2**20)
        if text is None:
            return None
        flat = flat_yaml(text)
        if flat is not None:
            return flat
        try:
            return read_yaml(text, lenient=True)
        except InvalidValue as error:
            self.told.lose(self.name_of(place), f"it is no YAML that is read: {error}")
            return None

    def json(self, place: str) -> Any:
        """The value of a JSON file; None where it has none, which is told."""
        text = self.text(place)
        if text is None:
            return None
        try:
            return parse_json(text)
        except ValueError as error:
            self.told.lose(self.name_of(place), f"it is no JSON: {error}")
            return None

    def texts(self, folder: str) -> dict[str, str]:
        """The values that the files below a folder hold, one each, by their paths in it."""
        begin = len(folder) + 1
        found = {}
        for place in self.below(folder):
            data = self.read(place)
            if data is not None:
                found[place[begin:].replace(os.sep, "/")] = value_of(data)
        return found

    def below(self, folder: str) -> Iterator[str]:
        """The plain files below a folder; links to folders are named and not followed."""
        if not self._is_safe(folder):
            self.told.lose(self.name_of(folder), _LINK)
            return
        waiting = [folder]
        while waiting:
            place = waiting.pop()
            if place.endswith(os.sep):  # a file, so marked
                yield place[:-1]
                continue
            try:
                with os.scandir(place) as listed:
                    entries = sorted(listed, key=_name, reverse=True)
            except FileNotFoundError:
                continue
            except OSError as error:
                self.told.lose(self.name_of(place), f"it cannot be listed: {error.strerror}")
                continue
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    waiting.append(f"{entry.path}{os.sep}")
                elif entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif entry.is_symlink() and not self.is_inside(entry.path):
                    self.told.lose(self.name_of(entry.path), _LINK)
                elif os.path.isfile(entry.path):
                    waiting.append(f"{entry.path}{os.sep}")

    def table(self, place: str, separator: str = ",") -> tuple[list[str], list[list[str]]] | None:
        """Header, stripped, and rows of a table as text; None where there is none."""
        text = self.text(place)
        if text is None:
            return None
        rows = csv.reader(io.StringIO(text.replace("\0", "�"), newline=""), delimiter=separator)
        try:
            found = [row for row in rows if any(cell.strip() for cell in row)]
        except csv.Error as error:
            self.told.lose(self.name_of(place), f"it is no table: {error}")
            return None
        if not found:
            return None
        return [cell.strip() for cell in found[0]], found[1:]


_name = attrgetter("name")


def text_of(data: bytes) -> str:
    """Bytes as text, of UTF-8 with or without a mark, or UTF-16 with one."""
    if data.startswith(_MARKS):
        return data.decode("utf-8-sig" if data.startswith(_MARKS[0]) else "utf-16", "replace")
    return data.decode("utf-8", "replace")


def value_of(data: bytes) -> str:
    """Bytes that are one value and no document: a mark of UTF-8 is a character of it."""
    return f"\ufeff{text_of(data)}" if data.startswith(_MARKS[0]) else text_of(data)


def flat_yaml(text: str) -> dict[str, Any] | None:
    """The value of YAML that is plain lines of ``key: value``; None where it may be more."""
    found = {}
    for line in text.splitlines():
        match = _FLAT_LINE.fullmatch(line)
        if match is None:
            return None
        value = match[2] or ""
        if value in _EMPTY:
            found[match[1]] = _EMPTY[value]()
            continue
        is_plain = not value.startswith("'")
        found[match[1]] = scalar(value if is_plain else value[1:-1], is_plain=is_plain)
    return found or None


def parse_json(text: str) -> Any:
    """The value of JSON text, NaN and infinities allowed.

    Raises:
        ValueError: it is none, or nested too deeply.
    """
    if json_depth(text) > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} deep")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def flattened(value: Any, told: Told, place: str, separator: str = ".") -> dict[str, str]:
    """A nested config as params: ``{"a": {"b": 1}}`` is ``a.b``, a list is its JSON text."""
    found: dict[str, str] = {}
    waiting = [("", value, 0)]
    while waiting:
        name, own, depth = waiting.pop()
        if isinstance(own, Mapping) and own and depth < MAX_DEPTH:
            nested = [
                (f"{name}{separator}{key}" if name else str(key), v) for key, v in own.items()
            ]
            waiting += [(key, v, depth + 1) for key, v in reversed(nested)]
        elif len(found) >= MAX_LEAVES:
            told.lose(place, f"it has more than {MAX_LEAVES:,} values; the rest is left out")
            break
        elif name:
            found[name] = param_text(own)
    return found


def param_text(value: Any) -> str:
    """A value as the text of a param, as Python would print what JSON or YAML says."""
    if isinstance(value, str):
        return value[:MAX_VALUE]
    if isinstance(value, float):
        return float_text(value)
    if value is None or isinstance(value, bool | int):
        return str(value)
    try:
        return json.dumps(json_ready(value), ensure_ascii=False, default=str)[:MAX_VALUE]
    except (ValueError, RecursionError):
        return "…"


def number_of(value: Any) -> float | None:
    """A number, or text that is one; None for anything else, truth values too."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def whole_number(value: Any) -> int | None:
    """A whole number of 64 bits, or text that is one (``3``, ``3.0``); None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d{1,18}\s*", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -(2**63) <= value < 2**63 else None
    number = number_of(value)
    if number is None or not -(2**53) <= number <= 2**53 or number != int(number):
        return None
    return int(number)


def milliseconds(seconds: Any) -> int | None:
    """Milliseconds of a number of seconds, or of text that is one; None where a clock has none."""
    number = number_of(seconds)
    if number is None or not -1e14 < number < 1e14:
        return None
    return int(number * 1000 + 0.5)


def time_of(text: Any) -> int | None:
    """Milliseconds of a time in ISO 8601, UTC where it names no zone; None where it is none."""
    try:
        moment = datetime.datetime.fromisoformat(str(text))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        return None


def derived_id(*parts: str) -> str:
    """A run id made of what tells a run from all others: 32 hex digits."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

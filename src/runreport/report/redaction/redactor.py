"""The redactor: takes what is private out of texts and names, and remembers where it was."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.report.findings import Finding
from runreport.report.redaction.addresses import address_rules
from runreport.report.redaction.assigned import KIND, assignment_rules
from runreport.report.redaction.commands import command_rules
from runreport.report.redaction.credentials import credential_rules
from runreport.report.redaction.paths import path_rules
from runreport.report.redaction.people import name_rules
from runreport.report.redaction.quoted import may_quote, quoted_texts
from runreport.report.redaction.scanner import REDACTED as _MASK
from runreport.report.redaction.scanner import Hit, Scanner, Text, masked, merged, run_before
from runreport.report.redaction.secret_names import Secrecy, secrecy
from runreport.report.redaction.tables import may_be_table, table_hits
from runreport.report.redaction.values import logged_value_is_secret

REDACTED = _MASK.decode()
_SHORT = 200
"""Characters of a text that is remembered; longer ones hardly come twice."""
_NUMBER = r"-?[0-9]{1,17}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,3})?"
_PLAIN_NUMBER = re.compile(_NUMBER.encode())
"""No rule finds anything in it unless somebody is called so; every second value is one."""
_DIGITS_ONLY = re.compile(r"[0-9.e+-]+")
_IN_WORD = re.compile(rb"[^\s\"'<>,;()\[\]{}]+")
_LONGEST_WORD = 1024
_DEEPEST = 3
"""Of texts within texts: JSON in a string of a notebook in a cell."""
_DIGEST = 6
"""Hex digits that tell values apart whose masks are the same."""


class Redactor:
    """Takes secrets, people and places out of texts and remembers what it found where."""

    def __init__(
        self,
        *,
        publish_environment: bool = False,
        allow_secrets: bool = False,
        names: Iterable[str] = (),
        roots: Iterable[str] = (),
        allow: Iterable[str] = (),
        salt: str = "",
    ) -> None:
        """Prepare to redact.

        Args:
            publish_environment: leave people and places where they are.
            allow_secrets: leave secrets where they are.
            names: of users and hosts, as the archive recorded them.
            roots: first folders of paths that the archive recorded.
            allow: patterns with ``*`` and ``?`` of what may stay, or of places where all may.
            salt: of the digests behind masks; without it nobody can try what a mask hides.
        """
        self.publish_environment = publish_environment
        self.allow_secrets = allow_secrets
        self.names, self.roots = frozenset(names), frozenset(roots)
        """What no page may show."""
        self._allow = tuple(allow)
        self._salt = _bytes(salt)
        rules = (
            () if allow_secrets else (*credential_rules(), *command_rules(), *assignment_rules())
        )
        if not publish_environment:
            rules += (*path_rules(self.roots), *address_rules(), *name_rules(self.names))
        self._scanner = Scanner(rules) if rules else None
        self._passes_numbers = not any(map(_DIGITS_ONLY.fullmatch, self.names | self.roots))
        self._found: Counter[tuple[str, str]] = Counter()
        self._published: dict[str, str] = {}
        self._told: set[tuple[str, str]] = set()
        """Names as they may be published, and those that were told of by place."""
        self._harmless: set[str] = set()
        """Texts that may be published as they are; the same versions of packages, hosts and
        values stand in thousands of runs."""

    @property
    def identity(self) -> str:
        """A text that changes with what this redactor knows."""
        return repr((sorted(self.names), sorted(self.roots), self._salt))

    @property
    def knowledge(self) -> dict[str, Any]:
        """The arguments of one that knows what this one knows and has found nothing yet."""
        return {
            "publish_environment": self.publish_environment,
            "allow_secrets": self.allow_secrets,
            "names": self.names,
            "roots": self.roots,
            "allow": self._allow,
            "salt": self._salt.decode("utf-8", "surrogatepass"),
        }

    def joined(self, other: Redactor) -> Redactor:
        """One that knows what both know, and masks as this one does."""
        both = {"names": self.names | other.names, "roots": self.roots | other.roots}
        return Redactor(**{**self.knowledge, **both})

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was redacted until now, by kind and place."""
        return tuple(
            Finding(kind, place, count) for (kind, place), count in sorted(self._found.items())
        )

    def found_since(self, before: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """What was redacted after `findings` was ``before``."""
        earlier = Counter({(one.kind, one.place): one.count for one in before})
        new = self._found - earlier
        return tuple(Finding(kind, place, count) for (kind, place), count in sorted(new.items()))

    def add(self, findings: Iterable[Finding]) -> None:
        """Count what an earlier build redacted in pages that stand as it made them."""
        for one in findings:
            self._found[one.kind, one.place] += one.count

    def text(
        self, text: str, place: str, key: str | None = None, *, has_versions: bool = False
    ) -> str:
        """A text as it may be published.

        Args:
            place: where it stands, for the report of findings.
            key: the name it was logged under; one like ``api_key`` makes any value a secret.
            has_versions: its numbers with dots are versions, as in a list of packages.
        """
        if key is None and text in self._harmless:
            return text
        data = _bytes(text)
        hits = self.hits(Text(data, key or "", has_versions=has_versions), place)
        if not hits:
            if key is None and len(text) <= _SHORT:
                self._harmless.add(text)
            return text
        self.count(hits, place)
        return _masked(data, hits)

    def value(
        self, text: str, place: str, key: str | None = None, *, has_versions: bool = False
    ) -> str:
        """A value as it may be published: where something is masked a short digest follows, so
        that two different values stay different."""
        shown = self.text(text, place, key, has_versions=has_versions)
        return shown if shown == text else f"{shown} #{self._digest(text)}"

    def has(self, name: str) -> bool:
        """Whether a name was asked for before: those of the archive are asked for first."""
        return name in self._published

    def known(self, name: str) -> str:
        """A name as it may be published; two different names stay different."""
        shown = self._published.get(name)
        if shown is None:
            data = _bytes(name)
            hits = self.hits(Text(data), "")
            text = _masked(data, hits)
            shown = f"{text} #{self._digest(name)}" if hits else name
            self._published[name] = shown
        return shown

    def passes(self, values: pa.Table) -> pa.ChunkedArray:
        """Which values surely may be published as they are, seen at once: numbers under names
        that tell of no secret.

        Args:
            values: key and value of each, as text.
        """
        if not self._passes_numbers:
            return pa.chunked_array([pa.repeat(False, values.num_rows)])
        keys = pc.unique(values.column("key"))
        telling = [key for key in keys.to_pylist() if secrecy(key) is not Secrecy.NONE]
        is_number = pc.match_substring_regex(values.column("value"), f"^(?:{_NUMBER})$")
        is_told = pc.is_in(values.column("key"), value_set=pa.array(telling, keys.type))
        return pc.and_not(is_number, is_told)

    def name(self, name: str, place: str) -> str:
        """`known`, for a name that a page shows: what is masked in it is told once."""
        shown = self.known(name)
        if shown != name and (name, place) not in self._told:
            self._told.add((name, place))
            self.text(name, place)
        return shown

    def path(self, path: str, place: str) -> str:
        """A relative path as it may be published, part by part, so that folders stay folders."""
        if not self.hits(Text(_bytes(path)), place):
            return path
        parts = [self._part(part, place) for part in path.split("/")]
        shown = "/".join(parts)
        if self.hits(Text(_bytes(shown)), place) or shown == path:
            whole = self.text(path, place).replace("/", "-")
            return _before_ending(whole, f" #{self._digest(path)}")
        return shown

    def hits(self, text: Text, place: str) -> Sequence[Hit]:
        """What of a text may not be published."""
        if self._scanner is None:
            return ()
        if text.key and not self.allow_secrets and logged_value_is_secret(text.key, text.data):
            hits = [Hit(0, len(text.data), KIND)]
        else:
            hits = self._found_in(self._scanner, text)
        return self.refused(hits, text.data, place)

    def _found_in(self, scanner: Scanner, text: Text, depth: int = 0) -> list[Hit]:
        """What the rules find in a text and in the texts within it."""
        if self._passes_numbers and _PLAIN_NUMBER.fullmatch(text.data):
            return []
        if (
            text.is_binary
            or depth == _DEEPEST
            or not (may_quote(text.data) or may_be_table(text.data))
        ):
            return scanner.scan(text)
        hits: list[Hit] = []
        closed: list[tuple[int, int]] = []
        for inner in quoted_texts(text.data):
            own = Text(inner.data, has_versions=text.has_versions)
            found = self._found_in(scanner, own, depth + 1)
            if not self.allow_secrets:
                found += (
                    hit for begin, end in inner.extents for hit in table_hits(own.data, begin, end)
                )
            hits += (own_hit for hit in found for own_hit in inner.back(hit))
            closed += inner.spans if inner.is_closed else ()
        hits += scanner.scan(replace(text, closed=sorted(closed)))
        if depth == 0 and not self.allow_secrets:
            hits += table_hits(text.data, 0, len(text.data))
        return hits

    def count(self, hits: Sequence[Hit], place: str) -> None:
        """Remember what was found at a place."""
        for hit in merged(hits):
            self._found[hit.kind, place] += 1

    def count_kinds(self, kinds: Iterable[str], place: str) -> None:
        """Remember what was found at a place, by kind."""
        for kind in kinds:
            self._found[kind, place] += 1

    def tell(self, what: str, place: str) -> None:
        """Remember what was done at a place."""
        self._found[what, place] += 1

    def refused(self, hits: Sequence[Hit], data: bytes, place: str) -> Sequence[Hit]:
        """The hits that no pattern of the config lets through."""
        if not hits or not self._allow:
            return hits
        if any(fnmatchcase(place, pattern) for pattern in self._allow):
            return ()
        return [hit for hit in hits if not self._allows(data, hit)]

    def _allows(self, data: bytes, hit: Hit) -> bool:
        """Whether a pattern fits what was found, or the word in which it stands."""
        begin = run_before(data, hit.start, _IN_WORD, _LONGEST_WORD)
        word = _IN_WORD.match(data, hit.end, hit.end + _LONGEST_WORD)
        whole = data[begin : word.end() if word else hit.end]
        texts = {part.decode("utf-8", "replace") for part in (data[hit.start : hit.end], whole)}
        return any(fnmatchcase(text, one) for text in texts for one in self._allow)

    def _part(self, part: str, place: str) -> str:
        shown = self.text(part, place)
        return part if shown == part else _before_ending(shown, f" #{self._digest(part)}")

    def _digest(self, text: str) -> str:
        return self.keyed(text)[:_DIGEST]

    def keyed(self, text: str) -> str:
        """32 hex digits that are the same for the same text, and that tell nobody which."""
        return hmac.new(self._salt, _bytes(text), hashlib.sha256).hexdigest()[:32]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _masked(data: bytes, hits: Sequence[Hit]) -> str:
    return masked(data, hits).decode("utf-8", "surrogatepass")


def _before_ending(name: str, mark: str) -> str:
    """A file's name with a mark that leaves its ending where it is."""
    stem, dot, ending = name.rpartition(".")
    is_ending = dot and stem and ending.isalnum() and len(ending) <= 10
    return f"{stem}{mark}.{ending}" if is_ending else f"{name}{mark}"

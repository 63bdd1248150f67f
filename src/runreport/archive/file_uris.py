"""Paths of this machine as ``file://`` URIs, and back.

Written out instead of imported: logging starts faster without ``urllib``.
"""

from __future__ import annotations

import os
import re

_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
_QUOTED = re.compile(rb"%([0-9A-Fa-f]{2})")


def path_to_uri(path: str) -> str:
    """The URI of an absolute path: ``/my runs`` is ``file:///my%20runs``."""
    return f"file://{quote_path(path)}"


def quote_path(path: str) -> str:
    """A path, or the rest of one, as it stands in a URI."""
    return "".join(chr(b) if b in _PLAIN else f"%{b:02X}" for b in os.fsencode(path))


def unquote_path(text: str) -> str:
    """The path that stands in a URI; ``%`` without two digits is itself."""
    return os.fsdecode(_QUOTED.sub(lambda m: bytes([int(m[1], 16)]), os.fsencode(text)))


def uri_to_path(text: str) -> str:
    """The path that a ``file:`` URI of this machine names; other text as it is."""
    if not text.startswith("file:"):
        return text
    rest = text.removeprefix("file:")
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        rest = slash + path if host in ("", "localhost") else rest
    return unquote_path(rest)

"""Digests: of what something was made from, and of what a file holds."""

from __future__ import annotations

import hashlib


def digest_of(*values: object) -> str:
    """A short text for some values that changes with any of them."""
    return hashlib.sha256("\0".join(map(str, values)).encode(errors="replace")).hexdigest()[:32]


def content_digest(content: bytes) -> str:
    """A short text that changes with any byte."""
    return hashlib.blake2b(content, digest_size=12).hexdigest()

"""Text that XML and HTML can carry: the one place where what they cannot is replaced."""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def fit(text: str) -> str:
    """A text with its control characters as their pictures (``␛`` for escape), and what is no
    character at all as ``�``; a tab and a line feed stay."""
    return _UNFIT.sub(_picture, text)


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"

"""Math of notes: TeX as MathML, which browsers draw without a script."""

from __future__ import annotations

import re
from html import escape
from xml.etree import ElementTree as ET

MOST_MATH = 2_000
"""Characters of a formula; a longer one is shown as it was written."""
_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover "
    "mtable mtr mtd mstyle mpadded mphantom menclose mmultiscripts mprescripts none".split()
)
_ATTRIBUTES = frozenset(
    "mathvariant stretchy fence form accent accentunder linethickness lspace rspace minsize "
    "maxsize symmetric largeop movablelimits displaystyle scriptlevel columnalign rowspacing "
    "columnspacing width height depth voffset notation".split()
)
"""What a formula may say of its look; none of them leads anywhere."""
_LENGTHS = frozenset("width height depth voffset lspace rspace minsize maxsize".split())
_LENGTH = re.compile(r"[0-3]?(?:\.\d+)?em")
"""A formula that could move or grow further would lie over other parts of the page."""


def math_html(tex: str, *, is_block: bool) -> str:
    """A formula as MathML; as the TeX that it is where it cannot be read."""
    try:
        if len(tex) > MOST_MATH:
            raise ValueError("too long")
        from latex2mathml.converter import convert

        for name in ("aligned", "gathered"):  # what the library has under another name
            tex = tex.replace(f"{{{name}}}", "{split}")
        display = "block" if is_block else "inline"
        root = ET.fromstring(convert(tex, display=display))
        if not any((part.text or "").strip() for part in root.iter()):
            raise ValueError("empty")
        return _written(root, f' display="{display}"')
    except Exception:  # whatever stands there: the note's other words stay
        return f"<code>{escape(tex)}</code>"


def _written(part: ET.Element, own: str = "") -> str:
    """An element and what is in it, known names only."""
    name = part.tag.removeprefix(f"{{{_NAMESPACE}}}")
    inner = escape(part.text or "", quote=False) + "".join(
        _written(child) + escape(child.tail or "", quote=False) for child in part
    )
    if name not in _ELEMENTS:
        return inner
    said = "".join(
        f' {key}="{escape(value)}"'
        for key, value in part.attrib.items()
        if key in _ATTRIBUTES and (key not in _LENGTHS or _LENGTH.fullmatch(value))
    )
    return f"<{name}{own}{said}>{inner}</{name}>"

"""Code of notes in colours."""

from __future__ import annotations

MOST_CODE = 20_000
"""Characters of a block; a longer one has no colours."""
LANGUAGES = frozenset(
    "bash c console cpp css diff dockerfile go html ini java javascript js json julia latex "
    "makefile matlab py python r rust scala sh shell sql tex toml ts typescript xml yaml "
    "yml".split()
)
"""Those of which blocks are coloured."""
_CLASS = "hl-"


def highlighted(code: str, language: str) -> str:
    """The code as HTML with a class a word; empty where its language is not known."""
    if language.lower() not in LANGUAGES or len(code) > MOST_CODE:
        return ""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name

    formatter = HtmlFormatter(nowrap=True, classprefix=_CLASS)
    return str(highlight(code, get_lexer_by_name(language.lower(), stripnl=False), formatter))

"""Notes: Markdown to HTML that is safe to publish, whoever wrote it.

Raw HTML is off; links go to http, https, mailto and relative places only and carry ``rel``;
remote images become links, so that no page calls out; heading ids carry a prefix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_NOTE = 100_000
"""Characters of a note that are shown."""
_SCHEMES = ("", "http", "https", "mailto")
_REL = "noopener noreferrer nofollow ugc"


def render_note(text: str) -> str:
    """Markdown as safe HTML."""
    shown = text[:MAX_NOTE]
    return str(_markdown().render(shown))


def _is_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in _SCHEMES and not url.lstrip().startswith(("//", "\\"))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False})
    parser.enable(["table", "strikethrough"])
    parser.validateLink = _is_allowed  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _open_link)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("heading_open", _open_heading)
    return parser


def _open_link(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    tokens[index].attrSet("rel", _REL)
    return str(self.renderToken(tokens, index, options, env))


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A link to the image: loading it would tell its host who reads the report."""
    from markupsafe import escape

    token = tokens[index]
    url = str(token.attrGet("src") or "")
    label = self.renderInlineAsText(token.children or [], options, env) or url
    return f'<a href="{escape(url)}" rel="{_REL}">{escape(label)}</a>'


def _open_heading(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # The page has the first two levels for itself.
    token = tokens[index]
    level = min(6, int(token.tag[1]) + 2)
    token.tag = f"h{level}"
    tokens[index + 2].tag = f"h{level}"
    name = re.sub(r"[^a-z0-9]+", "-", tokens[index + 1].content.lower()).strip("-")
    token.attrSet("id", f"user-content-{name}")
    return str(self.renderToken(tokens, index, options, env))

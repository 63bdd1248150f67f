"""Notes: Markdown to HTML that is safe to publish, whoever wrote it.

Raw HTML is off; links go to http, https, mailto and relative places only and carry ``rel``;
remote images become links, so that no page calls out; heading ids carry a prefix. Images that lie
beside the note in the site are shown, and links to such files lead to them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from runreport.report.note_files import PICTURES

MAX_NOTE = 100_000
"""Characters of a note that are shown."""
_SCHEMES = ("", "http", "https", "mailto")
_REL = "noopener noreferrer nofollow ugc"


def render_note(
    text: str,
    files: Mapping[str, str] | None = None,
    failed: Callable[[str], None] | None = None,
) -> str:
    """Markdown as safe HTML; what cannot be read as such is shown as the text it is.

    Args:
        files: the address of each file that the note may name, by its path as a note writes it.
        failed: told why a note is shown as text.
    """
    shown = text[:MAX_NOTE]
    try:
        return str(_markdown().render(shown, {"files": files or {}}))
    except Exception as error:
        if failed is not None:
            failed(f"{type(error).__name__}: {error}")
        return f"<p>This note could not be read as Markdown.</p><pre>{escape(shown)}</pre>"


def linked_pictures(text: str) -> list[str]:
    """The paths of the images that a note shows, as plain paths."""
    found = []
    for block in _markdown().parse(text[:MAX_NOTE]):
        found += [
            str(one.attrGet("src") or "") for one in block.children or () if one.type == "image"
        ]
    return [_plain_path(url) for url in found]


def _plain_path(url: str) -> str:
    """The path that a relative address names."""
    path = posixpath.normpath(unquote(url.partition("#")[0].partition("?")[0]))
    return path.removeprefix("./")


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
    parser.add_render_rule("th_open", _open_cell)
    parser.add_render_rule("td_open", _open_cell)
    return parser


def _open_link(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    own = env["files"].get(_plain_path(str(token.attrGet("href") or "")))
    if own is not None:
        token.attrSet("href", own)
    token.attrSet("rel", _REL)
    return str(self.renderToken(tokens, index, options, env))


def _open_cell(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """A cell with its alignment as a class: a page's policy allows no style of its own."""
    style = str(tokens[index].attrs.pop("style", ""))
    if style:
        tokens[index].attrSet("class", f"align-{style.rpartition(':')[2].strip()}")
    return str(self.renderToken(tokens, index, options, env))


def _image(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """An image of this site; a link to any other: loading it would tell its host who reads the
    report."""
    from markupsafe import escape

    token = tokens[index]
    url = str(token.attrGet("src") or "")
    label = self.renderInlineAsText(token.children or [], options, env) or url
    own = env["files"].get(_plain_path(url))
    if own is not None and own.lower().endswith(PICTURES):
        alt = escape(self.renderInlineAsText(token.children or [], options, env))
        return f'<img src="{escape(own)}" alt="{alt}" loading="lazy">'
    return f'<a href="{escape(own or url)}" rel="{_REL}">{escape(label)}</a>'


def _open_heading(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # The page has the first two levels for itself.
    token = tokens[index]
    level = min(6, int(token.tag[1]) + 2)
    token.tag = f"h{level}"
    tokens[index + 2].tag = f"h{level}"
    name = re.sub(r"[^a-z0-9]+", "-", tokens[index + 1].content.lower()).strip("-")
    token.attrSet("id", f"user-content-{name}")
    return str(self.renderToken(tokens, index, options, env))

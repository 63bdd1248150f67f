"""Notes: Markdown to HTML that is safe to publish, whoever wrote it.

Raw HTML is off; links go to http, https, mailto and relative places only and carry ``rel``;
remote images become links, so that no page calls out; heading ids carry a prefix. Images that lie
beside the note in the site are shown, and links to such files lead to them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.ruler import RuleOptionsType
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from runreport.report.note_code import highlighted
from runreport.report.note_files import PICTURES
from runreport.report.note_math import math_html

MAX_NOTE = 100_000
"""Characters of a note that are shown."""
_SCHEMES = ("", "http", "https", "mailto")
_PAGE_LEVEL = 2
"""Of the largest heading of a note that is a page: the page's title is the only larger one."""
_ENDS_MATH = re.compile(r"\n[ \t]*\n|^[ \t]*(?:```|~~~)", re.MULTILINE)
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


OWN_SCHEMES = ("run", "experiment", "model", "view")
"""Of links that lead to pages of the report: ``[best](run:mlp-128)``."""
BLOCKS = ("runs", "chart", "value", "comparison", "claim")
"""Kinds of fenced blocks that ask for something of the report."""
_MAY_ASK = re.compile(r"```|~~~|\]\(|\]:|<\w+:")
"""What a text without blocks and links does not have."""


def asks_for_others(note: str) -> bool:
    """Whether a run's note shows what other runs logged, or may lead to their pages: read as it is
    read to be shown."""
    if not _MAY_ASK.search(note):
        return False
    asked: list[str] = []

    def find(scheme: str, name: str) -> None:
        asked.append(f"{scheme}:{name}")

    read = read_note(note, BLOCKS, {}, find)
    return bool(asked) or any(isinstance(part, Fence) for part in read.parts)


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block of a note that asks for something of the report."""

    kind: str
    text: str
    line: int
    """Of the note, from 1."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a note."""

    level: int
    """From 2: the page's title is the only larger one."""
    text: str
    identity: str


@dataclass(frozen=True, slots=True)
class NoteText:
    """A note as HTML and what stands between."""

    parts: tuple[str | Fence, ...]
    headings: tuple[Heading, ...]
    missed: tuple[str, ...]
    """Links that lead to nothing of the report."""
    problem: str = ""
    """Why it is shown as the text it is, or not as a whole."""


def read_note(
    text: str,
    kinds: Sequence[str],
    files: Mapping[str, str],
    find: Callable[[str, str], str | None],
    *,
    top: int = _PAGE_LEVEL,
) -> NoteText:
    """A note in parts: HTML, and fenced blocks of some kinds.

    Args:
        files: see `render_note`.
        find: the address of a page of the report, by the scheme of a link and what it names.
        top: the level of its largest heading on the page.
    """
    shown = text[:MAX_NOTE]
    headings: list[Heading] = []
    missed: list[str] = []
    env: dict[str, Any] = {"files": files, "headings": headings, "find": find, "missed": missed}
    parser = _markdown()
    try:
        tokens = parser.parse(shown, env)
        levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
        env["shift"] = top - min(levels, default=top)
        parts: list[str | Fence] = []
        begin = 0
        for place, token in enumerate(tokens):
            kind = token.info.strip()
            if token.type == "fence" and token.level == 0 and kind in kinds:
                parts.append(str(parser.renderer.render(tokens[begin:place], parser.options, env)))
                parts.append(Fence(kind, token.content, (token.map or [0])[0] + 1))
                begin = place + 1
        parts.append(str(parser.renderer.render(tokens[begin:], parser.options, env)))
    except Exception as error:
        problem = f"it could not be read as Markdown: {type(error).__name__}: {error}"
        return NoteText((render_note(shown, files),), (), (), problem)
    problem = ""
    if len(text) > MAX_NOTE:
        problem = f"it has {len(text):,} characters; the first {MAX_NOTE:,} are shown"
        parts.append(f'<p class="note">This note is longer: {escape(problem)}.</p>')
    return NoteText(tuple(part for part in parts if part), tuple(headings), tuple(missed), problem)


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


def _scheme(url: str) -> str | None:
    """The scheme of an address; empty of a relative one, None of what is no address."""
    try:
        return urlsplit(url.strip()).scheme
    except ValueError:
        return None


def _is_allowed(url: str) -> bool:
    return _scheme(url) in (*_SCHEMES, *OWN_SCHEMES) and not url.lstrip().startswith(("//", "\\"))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    options = {
        "html": False,
        "linkify": False,
        "highlight": lambda code, of, _: highlighted(code, of),
    }
    parser = MarkdownIt("commonmark", options)
    parser.enable(["table", "strikethrough"])
    footnote_plugin(parser)
    tasklists_plugin(parser, label=True)
    dollarmath_plugin(
        parser, allow_labels=False, allow_space=False, allow_digits=False, double_inline=True
    )
    _guard_dollars(parser)
    parser.validateLink = _is_allowed  # type: ignore[method-assign]
    parser.add_render_rule("link_open", _open_link)
    parser.add_render_rule("link_close", _close_link)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("heading_open", _open_heading)
    parser.add_render_rule("heading_close", _close_heading)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("math_inline", _inline_math)
    parser.add_render_rule("math_inline_double", _inline_math)
    parser.add_render_rule("math_block", _block_math)
    parser.add_render_rule("th_open", _open_cell)
    parser.add_render_rule("td_open", _open_cell)
    return parser


def _guard_dollars(parser: MarkdownIt) -> None:
    """Dollars beside words are no math: ``$HOME/$BAR``, ``US$5/m and A$B``; nor is what goes on
    behind a blank line or a fence, where somebody forgot the second pair."""
    (rule,) = (rule for rule in parser.inline.ruler.__rules__ if rule.name == "math_inline")

    def guarded(state: Any, silent: bool, make: Any = rule.fn) -> bool:
        begin, made = state.pos, len(state.tokens)
        if (begin and state.src[begin - 1].isalnum()) or not make(state, silent):
            return False
        if state.pos < len(state.src) and state.src[state.pos].isalnum():
            state.pos = begin
            del state.tokens[made:]
            return False
        return True

    parser.inline.ruler.at("math_inline", guarded)
    (block,) = (rule for rule in parser.block.ruler.__rules__ if rule.name == "math_block")

    def one_paragraph(
        state: Any, start: int, end: int, silent: bool, make: Any = block.fn
    ) -> bool:
        made, line = len(state.tokens), state.line
        if not make(state, start, end, silent):
            return False
        text = state.tokens[-1].content.strip() if len(state.tokens) > made else ""
        if _ENDS_MATH.search(text):  # the one at the end was never written
            del state.tokens[made:]
            state.line = line
            return False
        return True

    alt: RuleOptionsType = {
        "alt": ["paragraph", "reference", "blockquote", "list", "footnote_def"]
    }
    parser.block.ruler.at("math_block", one_paragraph, alt)


def _open_link(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    href = str(token.attrGet("href") or "")
    scheme, _, named = href.partition(":")
    is_own, is_page = scheme.lower() in OWN_SCHEMES, "find" in env
    if is_own:
        found = env["find"](scheme.lower(), unquote(named)) if is_page else None
    else:
        found = env["files"].get(_plain_path(href))
    is_note = is_page and not _scheme(href) and href.partition("#")[0].endswith(".md")
    if found is None and (is_own or is_note):
        _miss(env, href)
        env["is_missed"] = True
        return '<a class="missed">'
    if found is not None:
        token.attrSet("href", found)
    if not is_own:
        token.attrSet("rel", _REL)
    return str(self.renderToken(tokens, index, options, env))


def _miss(env: Any, href: str) -> None:
    """Remember what leads to nothing of the report."""
    env.setdefault("missed", []).append(unquote(href))


def _close_link(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    closed = str(self.renderToken(tokens, index, options, env))
    is_missed = env.pop("is_missed", False)
    return (
        f'{closed} <span class="note">(nothing here is called so)</span>' if is_missed else closed
    )


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
    if own is None and "find" in env and not _scheme(url):
        _miss(env, url)
        return f'<span class="note">{escape(label)} (there is no such image)</span>'
    if own is not None and own.lower().endswith(PICTURES):
        alt = escape(self.renderInlineAsText(token.children or [], options, env))
        return f'<img src="{escape(own)}" alt="{alt}" loading="lazy">'
    return f'<a href="{escape(own or url)}" rel="{_REL}">{escape(label)}</a>'


def _fence(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """Code, which is wide on a small screen: it scrolls, also by keys."""
    text = RendererHTML.fence(self, tokens, index, options, env)
    return text.replace("<pre>", '<pre tabindex="0">', 1)


def _inline_math(_1: Any, tokens: Sequence[Token], index: int, _2: Any, _3: Any) -> str:
    return math_html(tokens[index].content, is_block=False)


def _block_math(_1: Any, tokens: Sequence[Token], index: int, _2: Any, _3: Any) -> str:
    formula = math_html(tokens[index].content.strip(), is_block=True)
    return f'<div class="formula" tabindex="0" role="group" aria-label="Formula">{formula}</div>'


def _open_heading(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    # A page that a note stands on has the first two levels for itself.
    token = tokens[index]
    level = min(6, int(token.tag[1]) + env.get("shift", 2))
    token.tag = f"h{level}"
    tokens[index + 2].tag = f"h{level}"
    title = "".join(_words(child) for child in tokens[index + 1].children or [])
    name = re.sub(r"[^a-z0-9]+", "-", tokens[index + 1].content.lower()).strip("-")
    taken = env.setdefault("ids", set())
    identity, number = f"user-content-{name}", 1
    while identity in taken:
        number += 1
        identity = f"user-content-{name}-{number}"
    taken.add(identity)
    token.attrSet("id", identity)
    env.setdefault("headings", []).append(Heading(level, title, identity))
    return str(self.renderToken(tokens, index, options, env))


def _words(token: Token) -> str:
    """What a piece of a heading says."""
    if token.type in ("softbreak", "hardbreak"):
        return " "
    return token.content if token.type != "html_inline" else ""


def _close_heading(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    """The end of a heading; on a page of its own a note can be quoted by it."""
    closed = str(self.renderToken(tokens, index, options, env))
    if "find" not in env:
        return closed
    identity = tokens[index - 2].attrGet("id")
    return f' <a class="anchor" href="#{identity}" aria-label="Link to this heading">#</a>{closed}'

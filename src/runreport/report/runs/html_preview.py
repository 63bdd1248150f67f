"""HTML artifacts as a frame may show them: structure and text, nothing that runs or loads.

A frame's document inherits the page's policy, which allows no inline style and no script; what it
would forbid is left out beforehand, so that no reader's console fills with refusals. The file as
it was logged is a download.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

MAX_HTML = 200_000
"""Characters of a file that a frame shows."""
_KEPT = frozenset(
    ("a abbr article aside b blockquote body br caption center code col colgroup dd del details "
     "div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 head header hr html i img ins kbd "
     "li main mark ol p pre q s samp section small span strong sub summary sup table tbody td "
     "tfoot th thead time title tr tt u ul var").split()
)  # fmt: skip
_SILENT = frozenset("script style template noscript iframe object svg math".split())
"""Elements whose content is no text to read."""
_ATTRIBUTES = frozenset("align alt colspan height lang rowspan title valign width".split())
_VOID = frozenset("br col hr img".split())


class _Cleaner(HTMLParser):
    """Writes again what may stay."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that only says how text is laid out."""
        if tag in _SILENT:
            self._silent.append(tag)
        if self._silent or tag not in _KEPT:
            return
        kept = [(name, value or "") for name, value in attrs if name in _ATTRIBUTES]
        if tag == "img":
            source = dict(attrs).get("src") or ""
            if not source.startswith(("data:image/png", "data:image/jpeg", "data:image/gif")):
                return
            kept.append(("src", source))
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept)
        self.parts.append(f"<{tag}{written}>")

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if self._silent:
            if tag in self._silent:
                while self._silent.pop() != tag:
                    pass
            return
        if tag in _KEPT and tag not in _VOID:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text stays text."""
        if not self._silent:
            self.parts.append(escape(data, quote=False))


def clean_html(text: str) -> str:
    """A document with its text and layout only."""
    cleaner = _Cleaner()
    cleaner.feed(text[:MAX_HTML])
    cleaner.close()
    return "".join(cleaner.parts)

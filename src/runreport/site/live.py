"""Pages of the preview server that reload when their site was made anew.

A page's policy allows scripts of its own site and no requests; so a page asks by loading a small
script, and what a reader chose is in the address, which a reload keeps.
"""

from __future__ import annotations

import threading
import time

FOLDER = "/_runreport/"
_HEAD = b"</head>"
_TAG = f'<script src="{FOLDER}live.js" defer></script>'.encode()
_SCRIPT = """\
"use strict";
// Ask every two seconds whether the site was made anew, and reload the page if nobody is typing.
(() => {
  let known = null;
  window.runreportNow = (build) => {
    known ??= build;
    const fields = 'textarea, select, input[type="search"], input[type="text"]';
    const isTyping = document.activeElement?.matches(fields);
    if (build === known) return;
    if (!isTyping) location.reload();
    else tell();
  };
  const tell = () => {
    if (document.getElementById("newer")) return;
    const button = document.createElement("button");
    button.id = "newer";
    button.type = "button";
    button.textContent = "There are new results: reload";
    Object.assign(button.style, { position: "fixed", bottom: "16px", right: "16px", zIndex: "9" });
    button.addEventListener("click", () => location.reload());
    document.body.append(button);
  };
  const ask = () => {
    if (document.hidden) return;
    const script = document.createElement("script");
    script.src = `FOLDERnow.js?${Date.now()}`;
    script.onload = script.onerror = () => script.remove();
    document.head.append(script);
  };
  setInterval(ask, 2000);
  ask();
})();
"""


class Live:
    """Which build the pages are of."""

    def __init__(self) -> None:
        self.number = int(time.time())
        """Another one after each build, also of a server that was started again."""
        self.is_over = threading.Event()

    def script(self, path: str) -> bytes | None:
        """A script of ours by its path; None where it is none."""
        if path == f"{FOLDER}live.js":
            return _SCRIPT.replace("FOLDER", FOLDER).encode()
        if path == f"{FOLDER}now.js":
            return f"runreportNow({self.number});\n".encode()
        return None

    def page(self, content: bytes) -> bytes:
        """A page that asks."""
        head, mark, rest = content.partition(_HEAD)
        return head + _TAG + mark + rest if mark else content

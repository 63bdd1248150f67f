"""Pages of the preview server that follow their runs: curves grow, and a site made anew is loaded.

A page's policy allows scripts of its own site and no requests; so a page asks by loading a small
script, and what a reader chose is in the address, which a reload keeps. Until the site is made
anew, which takes its time, the points that runs log meanwhile come with the answers.
"""

from __future__ import annotations

import threading
import time
from urllib.parse import parse_qsl
from zlib import crc32

from runreport.archive.growth import Growth
from runreport.events import Point
from runreport.report.tables.column_scripts import json_number, script_json

FOLDER = "/_runreport/"
_HEAD = b"</head>"
MOST_POINTS = 20_000
"""Of those that came since the site was made, which pages are told; the latest ones."""
_SCRIPT = """\
"use strict";
// Ask every two seconds what was logged, and whether the site was made anew; then reload the page
// if nobody is typing.
(() => {
  const known = Number(document.currentScript.dataset.build);
  let since = 0;
  window.runreportNow = (build, next, points, isCut) => {
    since = next;
    if (points.length) window.runreport?.grow?.(points, isCut);
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
    script.src = `FOLDERnow.js?since=${since}&now=${Date.now()}`;
    script.onload = script.onerror = () => script.remove();
    document.head.append(script);
  };
  setInterval(ask, 2000);
  ask();
})();
"""


def name_sum(name: str) -> int:
    """The checksum of a metric's name, as ``static/js/core/growing.js`` has it."""
    whole = name.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return crc32(whole.encode())


class Live:
    """Which build the pages are of, and what runs logged since."""

    def __init__(self, growth: Growth | None = None) -> None:
        """Begin with a site that is being made.

        Args:
            growth: of the archive; None where nobody can follow it.
        """
        self.number = int(time.time())
        """Another one after each build, also of a server that was started again."""
        self.is_over = threading.Event()
        self._growth = growth
        self._points: list[Point] = []
        self._first = 0
        """How many points came before these."""
        self._shown = 0
        """How many of all the site shows."""
        self._lock = threading.Lock()

    def begin(self) -> int:
        """A build begins to read: how many points came until now, all of which it will show."""
        with self._lock:
            self._follow()
            return self._first + len(self._points)

    def made(self, shown: int) -> None:
        """The site was made anew, with so many points."""
        with self._lock:
            self.number += 1
            self._shown = shown
            self._forget(shown)

    def script(self, path: str, query: str = "") -> bytes | None:
        """A script of ours by its path; None where it is none."""
        if path == f"{FOLDER}live.js":
            return _SCRIPT.replace("FOLDER", FOLDER).encode()
        if path == f"{FOLDER}now.js":
            since = dict(parse_qsl(query)).get("since", "")
            return self._now(int(since) if since.isdecimal() and len(since) < 16 else 0)
        return None

    def _now(self, since: int) -> bytes:
        with self._lock:
            self._follow()
            new = self._points[max(0, since - self._first) :]
            told = [
                (p.run_id, name_sum(p.key), p.step, p.time,
                 json_number(p.value))
                for p in new
            ]  # fmt: skip
            after = self._first + len(self._points)
            is_cut = self._first > max(since, self._shown)  # some before these are not known
            answer = (self.number, after, told, is_cut)
            return f"runreportNow({script_json(answer)[1:-1]});\n".encode()

    def _follow(self) -> None:
        if self._growth is not None:
            self._points += self._growth.more()
            self._forget(self._first + len(self._points) - MOST_POINTS)

    def _forget(self, shown: int) -> None:
        """Of the points that were counted, those before a number."""
        gone = max(0, shown - self._first)
        del self._points[:gone]
        self._first += gone

    def page(self, content: bytes) -> bytes:
        """A page that asks."""
        head, mark, rest = content.partition(_HEAD)
        tag = f'<script src="{FOLDER}live.js" data-build="{self.number}" defer></script>'.encode()
        return head + tag + mark + rest if mark else content

"""Measure one page in Chromium: ours, or a peer's by its address.

    python tests/benchmarks/page.py URL [--ready SELECTOR] [--phone] [--runs 5]

Prints the medians as JSON: ms to the largest paint and until the page is ready and quiet,
blocked time, layout shift, requests, bytes on the wire, heap.
"""

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import shutil
import statistics
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
OBSERVE = """(() => {
  const seen = window.__seen = { paint: 0, first: 0, shift: 0, long: [], ready: 0 };
  const on = (type, note) => new PerformanceObserver(
    (list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  on("largest-contentful-paint", (entry) => { seen.paint = entry.startTime; });
  on("layout-shift", (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  on("paint", (entry) => {
    if (entry.name === "first-contentful-paint") seen.first = entry.startTime;
  });
  on("longtask", (entry) => seen.long.push([entry.startTime, entry.duration]));
  const look = () => {
    if (document.querySelector(READY)) seen.ready = performance.now();
    else requestAnimationFrame(look);
  };
  addEventListener("DOMContentLoaded", look);
})()"""
SLOW_4G = {
    "offline": False,
    "latency": 562.5,
    "downloadThroughput": 180_000,
    "uploadThroughput": 84_375,
}
"""Lighthouse's slow 4G, bytes a second."""
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
READY = "#run-table[data-ready]"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def measure(
    browser: Browser,
    url: str,
    *,
    ready: str = READY,
    is_phone: bool = False,
    runs: int = 5,
    act: Callable[[Page], Any] | None = None,
) -> dict[str, float]:
    """Medians over cold loads of a page.

    Args:
        ready: what is in the page once its first rows can be used.
        is_phone: 390 pixels wide, a processor of a quarter, slow 4G.
    """
    rounds = [_load(browser, url, ready, is_phone=is_phone, act=act) for _ in range(runs)]
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def _load(
    browser: Browser, url: str, ready: str, *, is_phone: bool, act: Callable[[Page], Any] | None
) -> dict[str, float]:
    context = browser.new_context(
        **(PHONE if is_phone else {"viewport": {"width": 1280, "height": 900}})
    )  # type: ignore[arg-type]
    page = context.new_page()
    session = context.new_cdp_session(page)
    wire: list[float] = []
    requests: list[str] = []
    for domain in ("Network", "Performance", "HeapProfiler"):
        session.send(f"{domain}.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if is_phone:
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    session.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
    session.on("Network.loadingFinished", lambda event: wire.append(event["encodedDataLength"]))
    page.add_init_script(OBSERVE.replace("READY", json.dumps(ready)))
    page.goto(url, wait_until="commit", timeout=120_000)
    while not page.evaluate("window.__seen && window.__seen.ready"):  # the policy allows no eval
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)
    seen = page.evaluate("window.__seen")
    after = max([start + length for start, length in seen["long"]], default=0)
    found = {
        "paint_ms": seen["paint"],
        "ready_ms": seen["ready"],
        "interactive_ms": max(seen["ready"], after),
        "blocked_ms": sum(
            length - 50 for start, length in seen["long"] if start + length > seen["first"]
        ),
        "shift": seen["shift"],
        "requests": sum(not address.startswith("data:") for address in requests),
        "wire_kb": sum(wire) / 1000,
    }
    if act is not None:
        found.update(act(page))
    session.send("HeapProfiler.collectGarbage")
    metrics = {
        one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]
    }
    found["heap_mb"] = metrics["JSHeapUsedSize"] / 1e6
    context.close()
    return found


class _Compressed(SimpleHTTPRequestHandler):
    """Serves a folder as hosts of static pages do: compressed, one connection for many files."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """One file."""
        path = self.translate_path(self.path.split("?")[0])
        try:
            with open(path, "rb") as file:
                body = file.read()
        except OSError:
            self.send_error(404)
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if kind.startswith(("text/", "application/javascript", "image/svg")):
            body = gzip.compress(body, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""


@contextmanager
def served(folder: str) -> Iterator[str]:
    """The address of a folder on a server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Compressed, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def main() -> None:
    """Measure the address on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--ready", default="body")
    parser.add_argument("--phone", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    with chromium() as browser:
        found = measure(
            browser, chosen.url, ready=chosen.ready, is_phone=chosen.phone, runs=chosen.runs
        )
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))


if __name__ == "__main__":
    main()

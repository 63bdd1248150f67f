"""The preview server: a built site on localhost, for looking at it before it is published.

It answers to its own names only, so that a page from elsewhere cannot reach it through a name that
its owner points here (DNS rebinding), lists no folders, and hangs up on clients that dawdle.
"""

from __future__ import annotations

import contextlib
import functools
import io
import ipaddress
import os
import socket
import threading
from collections.abc import Collection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from runreport.errors import BuildError
from runreport.site.live import Live

DEFAULT_PORT = 5000
PATIENCE_SECONDS = 15.0
"""How long a client may take for its request, and for each piece of the answer."""
_OWN_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))
_EVERYWHERE = frozenset(("0.0.0.0", "::", ""))


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, quietly."""

    timeout = PATIENCE_SECONDS

    def __init__(
        self,
        *args: Any,
        names: Collection[str],
        is_open: bool,
        live: Live | None,
        **options: Any,
    ) -> None:
        """Serve one connection.

        Args:
            names: hosts that it answers as.
            is_open: any address is its own, too, since it listens on all of this machine's.
            live: lets pages reload when their site was made anew; None: they do not.
        """
        self.names, self.is_open, self.live = names, is_open, live
        super().__init__(*args, **options)

    def handle_one_request(self) -> None:
        """Hang up when a request has not come whole in time, however steadily it trickles in."""
        self._watch = threading.Timer(PATIENCE_SECONDS, self._hang_up)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().handle_one_request()
        finally:
            self._watch.cancel()

    def _hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def parse_request(self) -> bool:
        """Refuse what was sent to another host."""
        is_request = super().parse_request()
        self._watch.cancel()
        if is_request and not self._is_meant(self.headers.get("Host", "")):
            self.send_error(421, "This server answers to its own names only")
            return False
        return is_request

    def _is_meant(self, host: str) -> bool:
        name = host.rpartition("]")[0].lstrip("[") or host.partition(":")[0]
        if name.lower() in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.is_open

    def send_head(self) -> Any:
        """A file; pages and scripts that are made here are sent from memory."""
        address = urlsplit(self.path)
        path = address.path
        if "\0" in unquote(path):
            self.send_error(404, "There is no page here")
            return None
        if self.live is None:
            return super().send_head()
        script = self.live.script(path, address.query)
        if script is not None:
            return self._send(script, "text/javascript")
        place = self.translate_path(path)
        if path.endswith("/"):
            place = os.path.join(place, "index.html")
        if not place.endswith(".html") or not os.path.isfile(place):
            return super().send_head()
        with open(place, "rb") as file:
            return self._send(self.live.page(file.read()), "text/html; charset=utf-8")

    def _send(self, content: bytes, kind: str) -> io.BytesIO:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def list_directory(self, path: object) -> None:
        """A folder without an index is nothing to see."""
        del path
        self.send_error(404, "There is no page here")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""

    def end_headers(self) -> None:
        """A rebuilt page must be seen at the next reload."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        # A page from elsewhere may not include what lies here as its own script or picture.
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        super().end_headers()


def make_server(
    folder: str,
    port: int = DEFAULT_PORT,
    host: str = "127.0.0.1",
    names: Collection[str] = (),
    live: Live | None = None,
) -> ThreadingHTTPServer:
    """A server for a site, not started yet.

    Args:
        names: hosts that it answers as besides localhost and ``host``.
        live: lets open pages reload when their site was made anew.

    Raises:
        BuildError: the port is taken.
    """
    own = {*_OWN_NAMES, *(name.lower() for name in names), host.lower()}
    if host in _EVERYWHERE:
        own.add(socket.gethostname().lower())
    handler = functools.partial(
        _Handler, directory=folder, names=own, is_open=host in _EVERYWHERE, live=live
    )
    try:
        return ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        raise BuildError(
            f"Port {port} of {host} cannot be used: {error.strerror or error}. "
            "Choose another with --port."
        ) from error

"""The preview server: a built site on localhost, for looking at it before it is published."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

from runreport.errors import BuildError

DEFAULT_PORT = 5000


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, quietly."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing for each request."""

    def end_headers(self) -> None:
        """A rebuilt page must be seen at the next reload."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def make_server(
    folder: str, port: int = DEFAULT_PORT, host: str = "127.0.0.1"
) -> ThreadingHTTPServer:
    """A server for a site, not started yet.

    Raises:
        BuildError: the port is taken.
    """
    handler = functools.partial(_Handler, directory=folder)
    try:
        return ThreadingHTTPServer((host, port), handler)
    except OSError as error:
        raise BuildError(
            f"Port {port} of {host} cannot be used: {error.strerror or error}. "
            "Choose another with --port."
        ) from error

"""A server of GitHub's comments on loopback: as much of its API as posting needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "t0ken"


class Host(ThreadingHTTPServer):
    """As much of GitHub as comments need."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.comments: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.refuses = 0
        self.moves = False

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def add(self, login: str, body: str) -> None:
        number = len(self.comments) + 1
        self.comments.append({"id": number, "user": {"login": login}, "body": body})


class _Handler(BaseHTTPRequestHandler):
    server: Host

    def _answer(self, status: int, content: object) -> None:
        self.send_response(status)
        if status == 302:
            self.send_header("Location", f"{self.server.api}/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def _body(self) -> dict[str, Any]:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _begins(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path}")
        if self.server.moves:
            self._answer(302, {})
        elif self.server.refuses or self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(self.server.refuses or 401, {"message": "Resource not accessible"})
        else:
            return True
        return False

    def do_GET(self) -> None:
        if not self._begins():
            return
        if self.path == "/user":
            self._answer(403, {"message": "not for integrations"})
            return
        page = int(self.path.rpartition("page=")[2])
        self._answer(200, self.server.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        if self._begins():
            assert self.path == "/repos/org/name/issues/7/comments"
            self.server.add("github-actions[bot]", self._body()["body"])
            self._answer(201, {"html_url": "https://host/comment"})

    def do_PATCH(self) -> None:
        if self._begins():
            number = int(self.path.rpartition("/")[2])
            self.server.comments[number - 1]["body"] = self._body()["body"]
            self._answer(200, {"html_url": "https://host/comment"})

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@contextmanager
def comments_host() -> Iterator[Host]:
    """A host that answers until this ends."""
    with Host() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()

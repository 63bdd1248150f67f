"""A language model's endpoint on this machine, as OpenAI's chat completions are."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class JudgeServer:
    """What it was asked, and what it says."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.failures: list[int] = []
        """Statuses to answer with before it answers well."""
        self.delay_seconds = 0.0
        self.usage: dict[str, int] | None = {"total_tokens": 100}
        self.answer: Callable[[str], str] = lambda _: json.dumps(
            {"score": 4, "justification": "close"}
        )
        self.url = ""


@contextmanager
def judge_server() -> Iterator[JudgeServer]:
    """A running one."""
    judge = JudgeServer()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            judge.requests.append(body)
            judge.headers.append(dict(self.headers))
            time.sleep(judge.delay_seconds)
            status = judge.failures.pop(0) if judge.failures else 200
            prompt = body["messages"][0]["content"]
            content = {"choices": [{"message": {"content": judge.answer(prompt)}}]}
            if judge.usage is not None:
                content["usage"] = judge.usage  # type: ignore[assignment]
            data = json.dumps(content if status == 200 else {"error": "no"}).encode()
            self.send_response(status if self.path == "/v1/chat/completions" else 404)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        judge.url = f"http://127.0.0.1:{server.server_port}/v1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield judge
        server.shutdown()
        thread.join()

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import urlopen

import pytest

import runreport
from runreport.errors import BuildError
from runreport.site.live import Live
from runreport.site.server import make_server


def test_the_server_shows_a_folder_on_localhost(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello")
    with make_server(str(tmp_path), port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
                assert answer.read() == b"hello"
        finally:
            server.shutdown()
            thread.join()


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with (
        make_server(str(tmp_path), port=0) as server,
        pytest.raises(BuildError, match="--port"),
    ):
        make_server(str(tmp_path), port=server.server_port)


@contextmanager
def served(folder: Path, **options: object) -> Iterator[int]:
    with make_server(str(folder), port=0, **options) as server:  # type: ignore[arg-type]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def answer_to(port: int, host: str | None, path: str = "/") -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_it_answers_to_its_own_names_only(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello")
    with served(tmp_path, names=["Report.Example"]) as port:
        for host in (f"localhost:{port}", "127.0.0.1", f"[::1]:{port}", "report.example"):
            assert answer_to(port, host) == 200, host
        for stranger in ("evil.example", f"evil.example:{port}", "192.168.0.7", "", None):
            assert answer_to(port, stranger) == 421, stranger


def test_on_all_addresses_each_is_its_own_but_no_name_is(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hello")
    with served(tmp_path, host="0.0.0.0") as port:
        assert answer_to(port, "192.168.0.7:80") == answer_to(port, socket.gethostname()) == 200
        assert answer_to(port, "192.168.0.7.evil.example") == 421


def test_it_lists_no_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "secret.txt").write_text("x")
    with served(tmp_path) as port:
        assert answer_to(port, "localhost", "/folder/") == 404


def test_a_client_that_dawdles_is_hung_up_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runreport.site.server.PATIENCE_SECONDS", 0.5)
    with served(tmp_path) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            began = time.monotonic()
            with suppress(OSError):
                for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 400:
                    client.send(bytes([letter]))  # each byte comes soon enough, the request never
                    time.sleep(0.02)
                    if time.monotonic() - began > 5:
                        break
            assert time.monotonic() - began < 5
        assert answer_to(port, "localhost", "/none") == 404


def test_a_terminated_server_leaves_no_temporary_folder(tmp_path: Path, archive: Path) -> None:
    with runreport.start_run():
        runreport.log_metric("m", 1.0)
    place = tmp_path / "temporary"
    place.mkdir()
    program = Path(sys.executable).parent / "runreport"
    command = [str(program), "serve", str(archive), "--port", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "TMPDIR": str(place)}
    ) as server:
        assert server.stdout is not None and b"Report of 1 run" in server.stdout.readline()
        assert len(list(place.iterdir())) == 1
        server.terminate()
        assert server.wait(20) == 128 + signal.SIGTERM
    assert list(place.iterdir()) == []


def test_open_pages_ask_whether_their_site_was_made_anew(tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    for name in ("index.html", "e/index.html"):
        (tmp_path / name).write_text("<html><head><title>x</title></head><body></body></html>")
    (tmp_path / "data.js").write_text("1;")
    live = Live()
    live.number = 1
    with served(tmp_path, live=live) as port:
        for path in ("/", "/index.html", "/e/", "/e/index.html?x"):
            tag = '<script src="/_runreport/live.js" data-build="1" defer></script></head>'
            assert tag in text_at(port, path)
        assert text_at(port, "/data.js") == "1;"
        assert "location.reload" in text_at(port, "/_runreport/live.js")
        assert text_at(port, "/_runreport/now.js?now=1") == "runreportNow(1,0,[],false);\n"
        live.made(live.begin())
        assert text_at(port, "/_runreport/now.js?since=x") == "runreportNow(2,0,[],false);\n"
    with served(tmp_path) as port:
        assert "_runreport" not in text_at(port, "/")


def text_at(port: int, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())

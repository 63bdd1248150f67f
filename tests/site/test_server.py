from __future__ import annotations

import threading
from pathlib import Path
from urllib.request import urlopen

import pytest

from runreport.errors import BuildError
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

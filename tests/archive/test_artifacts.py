from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from builders import RUN
from hypothesis import given
from hypothesis import strategies as st

from runreport.archive.artifact_logging import log_bytes, log_file
from runreport.archive.artifacts import (
    artifact_path,
    clean_path,
    read_artifact,
    read_recorded,
)
from runreport.archive.storage import LocalStorage, StrangeEntry
from runreport.archive.writer import Writer
from runreport.errors import Damaged, InvalidValue, NotFound


@pytest.mark.parametrize(
    "path",
    ["", "/", ".", "..", "../x", "a/../../x", "/etc/passwd", "a\\b", "C:/x", "a\0b", "x" * 300,
     "\ud800.txt"],
)  # fmt: skip
def test_paths_that_could_leave_the_folder_are_refused(path: str) -> None:
    with pytest.raises(InvalidValue):
        clean_path(path)


@given(st.text(max_size=60))
def test_a_clean_path_stays_inside(path: str) -> None:
    try:
        clean = clean_path(path)
    except InvalidValue:
        return
    assert clean == clean_path(clean)
    assert os.path.normpath(os.path.join("/run", clean)).startswith("/run/")


def test_what_is_recorded_is_the_digest_of_the_bytes_copied(
    storage: LocalStorage, tmp_path: Path
) -> None:
    source = tmp_path / "data.csv"
    source.write_bytes(b"a,b\n1,2\n")
    writer = Writer(storage, "0", RUN)
    artifact = log_file(storage, writer, RUN, str(source), "in/data.csv")
    assert artifact.size_bytes == 8 and artifact.media_type == "text/csv"
    again = log_bytes(storage, writer, RUN, "in/data.csv", b"a,b\n1,2\n")
    assert again._replace(staged="") == artifact
    assert list(storage.list_unfinished("artifacts")) == []
    with pytest.raises(NotFound):
        log_file(storage, writer, RUN, str(tmp_path / "none"), "x")


def test_a_link_is_followed_only_where_its_content_has_the_recorded_digest(
    storage: LocalStorage, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("x")
    folder = Path(storage.locate(f"artifacts/{RUN}"))
    folder.mkdir(parents=True)
    (folder / "file").symlink_to(secret / "key")
    (folder / "folder").symlink_to(secret)
    for path in ("file", "folder/key"):
        with pytest.raises(OSError, match="link"):
            read_artifact(storage, RUN, path)
        with pytest.raises(Damaged):
            read_recorded(storage, RUN, path, "0" * 64, {"size_bytes": 1})
    digest = hashlib.sha256(b"x").hexdigest()
    assert read_recorded(storage, RUN, "file", digest, {"size_bytes": 1}) == b"x"
    with pytest.raises(Damaged, match="link"):
        read_recorded(storage, RUN, "folder/key", digest, {"size_bytes": 1})
    strange: list[StrangeEntry] = []
    assert [file.is_link for file in storage.list(f"artifacts/{RUN}", strange)] == [True]
    assert strange == [StrangeEntry(f"artifacts/{RUN}/folder", "a link to a folder")]


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "a\\b", "."])
def test_a_hostile_run_id_names_no_folder(run_id: str) -> None:
    with pytest.raises(InvalidValue):
        artifact_path(run_id, "x")

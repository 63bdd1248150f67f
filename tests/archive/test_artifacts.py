from __future__ import annotations

import os
from pathlib import Path

import pytest
from builders import RUN
from hypothesis import given
from hypothesis import strategies as st

from runreport.archive.artifacts import (
    artifact_path,
    clean_path,
    read_artifact,
    store_bytes,
    store_file,
)
from runreport.archive.storage import LocalStorage
from runreport.errors import InvalidValue, NotFound


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
    artifact = store_file(storage, RUN, str(source), "in/data.csv")
    assert artifact.size_bytes == 8 and artifact.media_type == "text/csv"
    assert artifact == store_bytes(storage, RUN, "in/data.csv", b"a,b\n1,2\n")
    with pytest.raises(NotFound):
        store_file(storage, RUN, str(tmp_path / "none"), "x")


def test_links_are_never_followed(storage: LocalStorage, tmp_path: Path) -> None:
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
    assert list(storage.list(f"artifacts/{RUN}")) == []


@pytest.mark.parametrize("run_id", ["", "..", "a/b", "a\\b", "."])
def test_a_hostile_run_id_names_no_folder(run_id: str) -> None:
    with pytest.raises(InvalidValue):
        artifact_path(run_id, "x")

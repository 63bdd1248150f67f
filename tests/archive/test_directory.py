from __future__ import annotations

from pathlib import Path

import pytest

from runreport.archive.directory import locate_archive, open_archive
from runreport.errors import ArchiveError, InvalidValue, NotFound, WriteFailed


def test_where_an_archive_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert locate_archive() == str(tmp_path / "runs")
    for uri in ("runreport:///x/y", "file:///x/y", "/x/y"):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        assert locate_archive() == "/x/y"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "s3://bucket/runs")
    assert locate_archive() == "s3://bucket/runs"
    monkeypatch.setenv("RUNREPORT_ARCHIVE", "here")
    assert locate_archive() == str(tmp_path / "here")
    assert locate_archive("file:///z") == "/z"
    assert locate_archive("runreport:/z") == "/z"


@pytest.mark.parametrize(
    "uri",
    [
        "http://somewhere", "https://somewhere:5000/x", "localhost:5000", "127.0.0.1:8080/",
        "sqlite:///mlflow.db", "mysql+pymysql://me@host/db", "postgresql+psycopg2://host/db",
        "databricks", "databricks://profile", "databricks-uc", "runreport:sqlite:///x.db",
    ],
)  # fmt: skip
def test_a_server_or_database_is_refused_wherever_it_is_named(
    uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidValue, match=r"^Archive '[^']+' names a server or a database"):
        locate_archive(uri)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    with pytest.raises(InvalidValue, match="of the variable MLFLOW_TRACKING_URI names a server"):
        locate_archive()
    monkeypatch.setenv("RUNREPORT_ARCHIVE", "/x/y")
    assert locate_archive() == "/x/y"


@pytest.mark.parametrize("path", ["a:5000", "./localhost:5000", "runs:v2", "a/b:80"])
def test_a_folder_with_a_colon_in_its_name_is_a_folder(path: str, tmp_path: Path) -> None:
    assert locate_archive(path) == str(tmp_path / path)


@pytest.mark.parametrize("uri", ["s3x://bucket", "nothing://x"])
def test_a_uri_of_an_unknown_scheme_is_refused(uri: str) -> None:
    with pytest.raises(ArchiveError, match=r"needs a library|cannot be reached"):
        open_archive(uri)


def test_a_uri_that_is_spelled_wrong_is_told_how_it_is_spelled() -> None:
    with pytest.raises(ArchiveError, match=r"Name it as s3://bucket/my%20r%C3%BCns$"):
        open_archive("s3://bucket/my rüns")


@pytest.mark.parametrize("uri", ["runreport://otherhost/x", "file://otherhost/x"])
def test_a_folder_of_another_host_is_refused(uri: str) -> None:
    with pytest.raises(InvalidValue, match=r"folder of this machine"):
        locate_archive(uri)


def test_a_missing_archive_is_named_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no archive at .*nowhere"):
        open_archive(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_other_peoples_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(ArchiveError, match=r"thesis\.txt"):
        open_archive(tmp_path / "mine", create=True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["thesis.txt"]
    (tmp_path / "file").write_text("x")
    with pytest.raises(ArchiveError, match="is a file"):
        open_archive(tmp_path / "file", create=True)


def test_two_archives_start_with_the_same_bytes(tmp_path: Path) -> None:
    texts = {
        open_archive(tmp_path / name, create=True).read("archive.json") for name in ("a", "b")
    }
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"format": 2}', r"format version 2; this runreport reads up to 1\. Upgrade"),
        ("{", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"format": "one"}', "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "archive.json").write_text(text)
    with pytest.raises(ArchiveError, match=message):
        open_archive(tmp_path / "a")


def test_an_unwritable_place_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(WriteFailed, match="Could not write"):
        open_archive(tmp_path / "file" / "inside", create=True)


@pytest.mark.parametrize("uri", ["http://localhost:5000", "sqlite:///mlflow.db", "databricks"])
def test_a_server_or_database_is_told_from_an_archive(uri: str) -> None:
    with pytest.raises(InvalidValue, match="server or a database"):
        open_archive(uri)


def test_a_store_without_its_slashes_or_bucket_is_told_from_a_folder() -> None:
    with pytest.raises(InvalidValue, match="s3://bucket/folder"):
        open_archive("s3:/bucket/runs")
    with pytest.raises(ArchiveError, match="names no bucket"):
        open_archive("s3://")


def test_a_checkout_of_a_branch_of_its_own_may_become_an_archive(tmp_path: Path) -> None:
    (tmp_path / "runs" / ".git").mkdir(parents=True)
    (tmp_path / "runs" / ".git" / "HEAD").write_text("ref: refs/heads/runs\n")
    (tmp_path / "runs" / ".gitignore").write_text("live/\n")
    open_archive(tmp_path / "runs", create=True)
    (tmp_path / "other" / ".github").mkdir(parents=True)
    (tmp_path / "other" / ".github" / "x.yml").write_text("")
    with pytest.raises(ArchiveError, match=r"holds other files .*\.github"):
        open_archive(tmp_path / "other", create=True)

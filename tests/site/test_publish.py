from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from runreport.errors import BuildError
from runreport.site.files import SiteFile
from runreport.site.publish import check_target, staged, write_file
from runreport.site.state_folder import MARKER


def publish(files: Iterable[SiteFile], folder: Path) -> None:
    with staged(str(folder)) as stage:
        for file in files:
            stage.put(file)
        stage.replace()


FILES = [SiteFile("index.html", b"1"), SiteFile("a/b.txt", b"22")]


def test_a_site_is_written_whole_and_replaced_whole(tmp_path: Path) -> None:
    publish(FILES, tmp_path / "site")
    names = sorted(str(p.relative_to(tmp_path / "site")) for p in (tmp_path / "site").rglob("*.*"))
    assert names == [MARKER, "a/b.txt", "index.html"]
    publish(FILES[:1], tmp_path / "site")
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == [MARKER, "index.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_other_peoples_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.tex").write_text("x")
    with pytest.raises(BuildError, match=r"thesis\.tex"):
        publish(FILES, tmp_path / "site")
    assert (tmp_path / "site" / "thesis.tex").read_text() == "x"
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "site")
    for name in ("file", "link"):
        with pytest.raises(BuildError, match=r"is (no folder|a link); choose a folder"):
            check_target(str(tmp_path / name))


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    publish(FILES, tmp_path / "site")
    assert (tmp_path / "site" / "index.html").exists()


def test_a_build_that_fails_leaves_the_earlier_site_and_no_rest(tmp_path: Path) -> None:
    publish(FILES, tmp_path / "site")

    def failing() -> Iterator[SiteFile]:
        yield SiteFile("index.html", b"new")
        raise BuildError("boom")

    with pytest.raises(BuildError, match="boom"):
        publish(failing(), tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_build_that_was_killed_between_its_two_renames_is_recovered(tmp_path: Path) -> None:
    publish(FILES, tmp_path / "site")
    (tmp_path / "site").rename(tmp_path / "site.old-999999999")
    with pytest.raises(BuildError, match="leads out"):
        publish([SiteFile("../x", b"")], tmp_path / "site")
    assert (tmp_path / "site" / "index.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/../b", "a\\b", ""])
def test_no_path_leads_out_of_the_site(tmp_path: Path, path: str) -> None:
    with pytest.raises(BuildError, match="leads out"):
        publish([SiteFile(path, b"")], tmp_path / "site")


def test_changed_files_are_brought_one_by_one_and_empty_folders_go(tmp_path: Path) -> None:
    site = tmp_path / "site"
    publish([*FILES, SiteFile("b/c/d.txt", b"3")], site)
    with staged(str(site)) as stage:
        stage.put(SiteFile("a/new.txt", b"new"))
        stage.put(SiteFile("index.html", b"index"))
        assert (site / "index.html").read_bytes() == b"1", "nothing is there before it is brought"
        stage.bring(["a/new.txt", "index.html"], ["b/c/d.txt", "never/was.txt"])
    assert (site / "index.html").read_bytes() == b"index" and (site / "a" / "b.txt").exists()
    assert (site / "a" / "new.txt").exists() and not (site / "b").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_shared_file_may_come_from_many_pages(tmp_path: Path) -> None:
    for _ in range(2):
        write_file(str(tmp_path), SiteFile("shared/list-1.txt", b"same"))
    assert [p.name for p in (tmp_path / "shared").iterdir()] == ["list-1.txt"]


def test_an_unwritable_place_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BuildError, match="Could not write the site"):
        publish(FILES, tmp_path / "file" / "site")


def test_a_site_within_a_site_would_go_with_it(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_bytes(b"")
    for name in ("sub", "deep/er"):
        with pytest.raises(BuildError, match=f"lies in {tmp_path}, all of which"):
            check_target(str(tmp_path / name))
    check_target(str(tmp_path))

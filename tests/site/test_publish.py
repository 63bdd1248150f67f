from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from runreport.errors import BuildError
from runreport.site.files import SiteFile
from runreport.site.publish import MARKER, check_target, publish_site

FILES = [SiteFile("index.html", b"1"), SiteFile("a/b.txt", b"22")]


def test_a_site_is_written_whole_and_replaced_whole(tmp_path: Path) -> None:
    made = publish_site(FILES, str(tmp_path / "site"))
    assert (made.pages, made.files) == (1, 3)
    publish_site(FILES[:1], str(tmp_path / "site"))
    assert sorted(p.name for p in (tmp_path / "site").iterdir()) == [MARKER, "index.html"]
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_other_peoples_folders_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.tex").write_text("x")
    with pytest.raises(BuildError, match=r"thesis\.tex"):
        publish_site(FILES, str(tmp_path / "site"))
    assert (tmp_path / "site" / "thesis.tex").read_text() == "x"
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "site")
    for name in ("file", "link"):
        with pytest.raises(BuildError, match="is not a folder"):
            check_target(str(tmp_path / name))


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    publish_site(FILES, str(tmp_path / "site"))
    assert (tmp_path / "site" / "index.html").exists()


def test_a_build_that_fails_leaves_the_earlier_site_and_no_rest(tmp_path: Path) -> None:
    publish_site(FILES, str(tmp_path / "site"))

    def failing() -> Iterator[SiteFile]:
        yield SiteFile("index.html", b"new")
        raise BuildError("boom")

    with pytest.raises(BuildError, match="boom"):
        publish_site(failing(), str(tmp_path / "site"))
    assert (tmp_path / "site" / "index.html").read_bytes() == b"1"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_build_that_was_killed_between_its_two_renames_is_recovered(tmp_path: Path) -> None:
    publish_site(FILES, str(tmp_path / "site"))
    (tmp_path / "site").rename(tmp_path / "site.old-999999999")
    with pytest.raises(BuildError, match="leads out"):
        publish_site([SiteFile("../x", b"")], str(tmp_path / "site"))
    assert (tmp_path / "site" / "index.html").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/../b", "a\\b", ""])
def test_no_path_leads_out_of_the_site(tmp_path: Path, path: str) -> None:
    with pytest.raises(BuildError, match="leads out"):
        publish_site([SiteFile(path, b"")], str(tmp_path / "site"))


def test_two_files_of_one_path_are_an_error_also_when_only_case_differs(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="Two files"):
        publish_site([SiteFile("A", b""), SiteFile("a", b"")], str(tmp_path / "site"))


def test_an_unwritable_place_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BuildError, match="Could not write the site"):
        publish_site(FILES, str(tmp_path / "file" / "site"))

from __future__ import annotations

import pytest

from runreport.build.ledger import Ledger
from runreport.build.part import Part
from runreport.errors import BuildError
from runreport.site.files import SiteFile


def test_a_site_comes_to_its_files_and_its_marker_each_counted_once() -> None:
    ledger = Ledger()
    ledger.note(SiteFile("index.html", b"12345"))
    ledger.add("r/1", Part("k", {"r/1/index.html": 10, "shared/list.txt": 3}))
    ledger.add("r/2", Part("k", {"r/2/index.html": 20, "shared/list.txt": 3}))
    made = ledger.published("site", 2)
    assert (made.files, made.pages, made.size_bytes, made.written) == (5, 3, 38, 2)


@pytest.mark.parametrize("other", ["R/1/index.html", "r/1/index.html"])
def test_two_files_of_one_path_are_an_error_also_when_only_case_differs(other: str) -> None:
    ledger = Ledger()
    ledger.add("r/1", Part("k", {"r/1/index.html": 10}))
    with pytest.raises(BuildError, match="Two files want the path"):
        ledger.note(SiteFile(other, b""))


def test_a_shared_file_whose_name_differs_by_case_only_is_another() -> None:
    ledger = Ledger()
    ledger.add("r/1", Part("k", {"shared/a.txt": 1}))
    with pytest.raises(BuildError, match="Two files want the path"):
        ledger.add("r/2", Part("k", {"shared/A.txt": 1}))

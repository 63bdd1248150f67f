from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from runreport.report.urls import file_path, run_folder, run_url, slug, up

HOSTILE = [
    "../../etc/passwd", "con", "nul.txt", "COM1", ".nojekyll", "index.html", "CNAME", "a" * 300,
    "Loss", "loss", "e\u0301", "\u00e9", "", " ", "-", "a/../b", "\\\\server\\x", "x\u202ey.png",
    "</script>", "%2e%2e", "a?b#c", "_site", "a.", "a .png", "ﬀ", "İ", "ß",
]  # fmt: skip


def is_safe(part: str) -> bool:
    reserved = {"con", "prn", "aux", "nul"} | {
        f"{p}{n}" for p in ("com", "lpt") for n in range(10)
    }
    return (
        part.isascii()
        and part == part.lower()
        and 0 < len(part) <= 130
        and part[0] not in ".-"
        and not part.endswith((".", " "))
        and part.split(".", maxsplit=1)[0] not in reserved
        and not set(part) - set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    )


@given(st.one_of(st.text(max_size=80), st.sampled_from(HOSTILE)))
def test_every_name_gets_a_part_that_is_safe_on_every_host_and_disk(name: str) -> None:
    assert is_safe(slug(name))


@given(st.lists(st.one_of(st.text(max_size=20), st.sampled_from(HOSTILE)), unique=True))
def test_no_two_names_meet_on_a_disk_that_folds_case_and_unicode(names: list[str]) -> None:
    slugs = [unicodedata.normalize("NFC", slug(name)).casefold() for name in names]
    assert len(set(slugs)) == len(names)


@given(st.one_of(st.text(max_size=80), st.sampled_from(HOSTILE)).filter(lambda p: p.strip("/")))
def test_artifact_paths_stay_inside_and_are_safe(path: str) -> None:
    parts = [part for part in path.split("/") if part not in ("", ".", "..")]
    if parts:
        assert all(is_safe(part) for part in file_path("/".join(parts)).split("/"))


def test_a_plain_name_is_its_own_url_and_any_other_carries_a_hash() -> None:
    assert slug("digits-2") == "digits-2"
    assert (
        slug("Digits 2").startswith("digits-2-") and len(slug("Digits 2")) == len("digits-2-") + 6
    )
    assert slug("Digits 2") != slug("digits 2")
    assert run_folder("ab12") == "r/ab/ab12" and run_url("ab12") == "r/ab/ab12.html"


def test_files_that_a_browser_would_run_are_published_as_text() -> None:
    for name in ("page.html", "x.svg", "X.XHTML", "a.xml"):
        assert file_path(name).endswith(".txt")
    assert file_path("plots/roc.png") == "plots/roc.png"
    assert file_path("a.html") != file_path("a.html.txt")


def test_the_way_up() -> None:
    assert up("index.html") == "" and up("e/x/index.html") == "../../"

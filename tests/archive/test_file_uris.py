from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runreport.archive.directory import locate_archive
from runreport.archive.file_uris import path_to_uri, unquote_path, uri_to_path

PATHS = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1
).map(lambda text: f"/{text.lstrip('/')}")


@given(PATHS)
def test_a_path_comes_back_from_its_uri(path: str) -> None:
    uri = path_to_uri(path)
    assert uri_to_path(uri) == path
    assert uri.isascii() and not set(uri.removeprefix("file://")) & set(" #?\\\n")
    assert unquote(urlsplit(uri).path) == url2pathname(urlsplit(uri).path) == path


@given(PATHS)
def test_it_reads_what_pathlib_writes(path: str) -> None:
    assert uri_to_path(Path(path).as_uri()) == str(Path(path))


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:///a%20b", "/a b"),
        ("file:/a%23b", "/a#b"),
        ("file://localhost/a%3Fb", "/a?b"),
        ("file:///a%2fb", "/a/b"),
        ("file:///100%", "/100%"),
        ("file:///%zz", "/%zz"),
        ("/a%20b", "/a%20b"),
        ("runreport:///a%20b", "/a b"),
        ("runreport:/a%20b", "/a%20b"),
    ],
)
def test_an_archive_is_where_its_uri_says(text: str, path: str) -> None:
    assert locate_archive(text) == path


def test_a_percent_sign_without_two_digits_is_itself() -> None:
    assert unquote_path("50%25 of 100%") == "50% of 100%"

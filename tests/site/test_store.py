"""A site on an object store: a real S3 server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import sample_archive, site_digests
from s3 import s3_server

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.merging import merge_archive
from runreport.build.upkeep import unchanged
from runreport.errors import BuildError
from runreport.pipeline import build_site
from runreport.report.config import Config, parse_config
from runreport.site import store
from runreport.site.places import place_of
from runreport.site.state_folder import MARKER
from runreport.site.store import headers_of, rank_of

CONFIG = parse_config({"primary_metric": "loss", "direction": "min"})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as found:
        yield found


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The URI of a folder of its own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    host = endpoint.removeprefix("http://")
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    return f"s3://bucket/{tmp_path.name}/site?scheme=http&endpoint_override={host}"


def downloaded(uri: str, folder: Path) -> Path:
    """What a store has of a site, in a folder."""
    own = store.Store(uri)
    for path in own.sizes():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(own.read(path) or b"")
    return folder


def test_a_site_on_a_store_is_that_of_a_folder_and_only_changes_are_put(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = str(sample_archive(tmp_path / "a", runs=5))
    made = build_site(archive, bucket, CONFIG)
    build_site(archive, str(tmp_path / "clean"), CONFIG)
    found = downloaded(bucket, tmp_path / "found")
    assert site_digests(found) == site_digests(tmp_path / "clean")
    assert (
        made.published.folder == bucket.partition("?")[0]
        and unchanged(archive, bucket, CONFIG) is not None
    )

    put: list[str] = []
    whole = store.Store.put
    monkeypatch.setattr(
        store.Store, "put", lambda own, path, data: (put.append(path), whole(own, path, data))[1]
    )
    with runreport.start_run(run_name="new"):
        runreport.log_metric("loss", 0.01)
    again = build_site(archive, bucket, CONFIG)
    build_site(archive, str(tmp_path / "clean"), CONFIG)
    found = downloaded(bucket, tmp_path / "again")
    assert again.is_update and site_digests(found) == site_digests(tmp_path / "clean")
    pages = [path for path in put if path.startswith("r/") and path.endswith(".html")]
    assert len(pages) == 1 and len(put) < again.published.files
    assert not list(tmp_path.glob("runreport-site-*"))


def test_data_come_before_pages_and_the_first_page_last(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = str(sample_archive(tmp_path / "a", runs=3))
    put: list[str] = []
    whole = store.Store.put
    monkeypatch.setattr(
        store.Store, "put", lambda own, path, data: (put.append(path), whole(own, path, data))[1]
    )
    build_site(archive, bucket, CONFIG)
    ranks = [rank_of(path) for path in put if path not in ("files.json", "summary.json")]
    assert ranks == sorted(ranks) and put[-3:] == ["index.html", "files.json", "summary.json"]


def test_a_file_has_its_type_and_may_be_kept_where_its_name_tells_its_content() -> None:
    kept = "public, max-age=31536000, immutable"
    assert headers_of("static/runreport-0123456789ab.js") == {
        "Content-Type": "text/javascript; charset=utf-8", "Cache-Control": kept,
    }  # fmt: skip
    assert headers_of("index.html") == {
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache",
    }  # fmt: skip
    assert headers_of("feed.xml")["Content-Type"].startswith("application/atom+xml")
    assert headers_of("e/x/data/runs.parquet")["Content-Type"] == "application/vnd.apache.parquet"
    assert headers_of(".nojekyll")["Content-Type"] == "application/octet-stream"
    asked = headers_of("r/12/12345678-1234-1234-1234-0123456789ab.html")
    assert asked["Cache-Control"] == "no-cache", "somebody chose this name"
    assert headers_of("r/ab/x/files/roc.png")["Content-Type"] == "image/png"


def test_the_store_says_of_each_file_what_it_is(
    endpoint: str, bucket: str, tmp_path: Path
) -> None:
    import boto3

    build_site(str(sample_archive(tmp_path / "a", runs=2)), bucket, CONFIG)
    key = bucket.partition("?")[0].removeprefix("s3://bucket/")
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    told = client.head_object(Bucket="bucket", Key=f"{key}/index.html")
    assert (told["ContentType"], told["CacheControl"]) == ("text/html; charset=utf-8", "no-cache")


def test_other_peoples_objects_are_not_replaced(bucket: str, tmp_path: Path) -> None:
    store.Store(bucket).put("thesis.tex", b"x")
    archive = str(sample_archive(tmp_path / "a", runs=2))
    with pytest.raises(BuildError, match=r"thesis\.tex"):
        build_site(archive, bucket, CONFIG)
    assert store.Store(bucket).read("thesis.tex") == b"x"


def test_a_build_that_dies_while_it_uploads_is_made_whole_by_the_next(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = str(sample_archive(tmp_path / "a", runs=4))
    build_site(archive, bucket, CONFIG)
    with runreport.start_run(run_name="new"):
        runreport.log_metric("loss", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr(store.Store, "delete", lambda own, path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            build_site(archive, bucket, CONFIG)
    build_site(archive, bucket, CONFIG)
    build_site(archive, str(tmp_path / "clean"), CONFIG)
    found = downloaded(bucket, tmp_path / "found")
    assert site_digests(found) == site_digests(tmp_path / "clean")


def test_a_place_that_cannot_be_reached_is_one_clear_error(tmp_path: Path) -> None:
    archive = str(sample_archive(tmp_path / "a", runs=1))
    for uri, told in (
        ("s3://bucket", "is a whole bucket; name a folder of it, such as s3://bucket/report"),
        ("nowhere://x/y", "cannot be reached: Protocol not known"),
    ):
        with pytest.raises(BuildError, match=told):
            build_site(archive, uri, Config())
    assert place_of(str(tmp_path)).root == str(tmp_path)
    assert place_of(f"file://{tmp_path}/s").root == f"{tmp_path}/s"


def test_credentials_are_neither_shown_nor_kept(
    bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    uri = bucket.replace("s3://", "s3://test:hunter2hunter2@")
    made = build_site(str(sample_archive(tmp_path / "a", runs=1)), uri, CONFIG)
    assert made.published.folder == bucket.partition("?")[0]
    kept = store.Store(store._beside(uri, ".state"))
    texts = [kept.read(path) or b"" for path in kept.sizes()]
    assert texts and not any(b"hunter2" in text or b"endpoint" in text for text in texts)


def test_no_build_replaces_the_archive_it_reads(bucket: str, tmp_path: Path) -> None:
    bare, _, options = bucket.partition("?")
    runs = f"{bare}/runs?{options}"
    merge_archive(
        open_archive(sample_archive(tmp_path / "a", runs=1)), open_archive(runs, create=True)
    )
    store.Store(bucket).put(MARKER, b"made by a build")
    inner = f"{bare}/runs/s?{options}"
    for site, told in ((bucket, r"The archive .* lies in"), (inner, "A site is no part")):
        with pytest.raises(BuildError, match=told):
            build_site(runs, site, CONFIG)
    inside = sample_archive(tmp_path / "site" / "runs", runs=1)
    (tmp_path / "site" / MARKER).write_text("")
    with pytest.raises(BuildError, match=r"The archive .* lies in"):
        build_site(str(inside), str(tmp_path / "site"), CONFIG)
    assert (inside / "archive.json").exists()

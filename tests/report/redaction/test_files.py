"""What of a file a site may carry."""

from __future__ import annotations

import gzip
import io
import zipfile

import pytest
from places import PLACES

from runreport.report.findings import LEFT_OUT
from runreport.report.redaction import Redactor, published_file

SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


def test_a_text_is_published_without_what_is_private() -> None:
    redactor = Redactor()
    found = published_file(f"key {SECRET}".encode(), "a.sh", redactor)
    assert found.content == b"key [redacted]" and found.note == ""
    assert [finding.place for finding in redactor.findings] == ["file a.sh"]


@pytest.mark.parametrize("kind", ["zip", "gz", "tgz", "bz2", "xz", "parquet", "pkl", "bin"])
def test_a_file_that_is_no_text_is_left_out_with_what_it_holds(kind: str) -> None:
    redactor = Redactor()
    found = published_file(PLACES[kind].write(SECRET), f"a.{kind}", redactor)
    assert found.content is None and "it holds" in found.note
    assert all(one.kind.startswith(LEFT_OUT) for one in redactor.findings)
    assert [one.place for one in redactor.findings] == [f"file a.{kind}"]
    harmless = PLACES[kind].write("nothing to see")
    assert published_file(harmless, f"a.{kind}", Redactor()).content == harmless


def test_numbers_that_read_as_a_short_name_by_chance_are_no_secret() -> None:
    weights = bytes(range(128, 256)) + b"\xbcPW=L9?=\xfb\x92pin:7&\x01" + bytes(range(32)) * 9
    assert published_file(weights, "weights.bin", Redactor()).content == weights
    shrunk = b"\x1f\x8b\xd9\xbc" + weights  # no gzip, though its first two bytes are
    assert published_file(shrunk, "weights.bin", Redactor()).content == shrunk
    held = weights + b"\x00pw=tr0ub4dor&3\x00"
    assert published_file(held, "weights.bin", Redactor()).content is None


def test_a_picture_loses_what_stands_beside_it_and_stays() -> None:
    data = PLACES["png"].write(SECRET)
    found = published_file(data, "a.png", Redactor())
    assert found.content is not None and SECRET.encode() not in found.content
    assert found.content.startswith(b"\x89PNG") and b"IDAT" in found.content


def encrypted_zip() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.txt", "x")
    data = bytearray(target.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    "data", [encrypted_zip(), gzip.compress(b"x" * 1000, mtime=0)[:20], b"PAR1" * 9]
)
def test_what_cannot_be_searched_is_left_out_unless_asked_for(data: bytes) -> None:
    redactor = Redactor()
    found = published_file(data, "a.bin", redactor)
    assert found.content is None and "cannot be searched" in found.note
    assert redactor.findings[0].kind.startswith(LEFT_OUT)
    assert published_file(data, "a.bin", Redactor(), unsearched=True).content == data

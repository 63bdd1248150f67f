"""Publishing to an object store: only what has changed, pages after their data, deletions last.

Each object is put whole. Names that tell the content may be kept by browsers for good; all others
are asked for again. While a build uploads, readers see pages of the build before it until those of
this one are there, whose data came before them.
"""

from __future__ import annotations

import contextlib
import json
import mimetypes
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pyarrow as pa
from pyarrow import fs

from runreport.archive.remote import FLAT, connect
from runreport.errors import ArchiveError, BuildError
from runreport.site.files import SiteFile, is_shared
from runreport.site.places import Place, bare_uri
from runreport.site.publish import MARKER_TEXT, Stage, not_ours, place_in
from runreport.site.state_folder import ENDING, MARKER

THREADS = 16
"""Files that are put at once."""
_HASHED = re.compile(r"-[0-9a-f]{12}\.[a-z]+$")
_KEEPS = re.compile(r"static/|shared/(?!../)|(?:e/[^/]+|activity)/data/")
"""Folders in which such a name is a digest of the content; elsewhere people choose names."""
_KEPT = "public, max-age=31536000, immutable"
_ASKED = "no-cache"
"""Kept, but asked for whether it has changed."""
_TEXTS = ("text/", "application/json", "application/atom+xml", "application/xml", "image/svg")
_TYPES = {
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
}


def headers_of(path: str) -> dict[str, str]:
    """What a store is to say of a file: its type, and how long a browser may keep it."""
    ending = path[path.rfind(".") :] if "." in path.rpartition("/")[2] else ""
    guessed, encoding = mimetypes.guess_type(path)
    packed = "application/gzip" if encoding == "gzip" else "application/octet-stream"
    kind = packed if encoding else _TYPES.get(ending) or guessed or "application/octet-stream"
    if path == "feed.xml":
        kind = "application/atom+xml"
    if kind.startswith(_TEXTS):
        kind += "; charset=utf-8"
    is_kept = _KEEPS.match(path) and _HASHED.search(path)
    return {"Content-Type": kind, "Cache-Control": _KEPT if is_kept else _ASKED}


def rank_of(path: str) -> int:
    """When a file comes: what others lead to before them."""
    if not path.endswith(".html"):
        # Names that stay lead to data whose names tell their content.
        is_index = path in ("site.js", "feed.xml") or path.endswith(("/latest.js", "/latest.json"))
        return 1 if is_index else 0
    if path == "index.html":
        return 4
    return 2 if path.startswith("r/") else 3


@dataclass(frozen=True)
class Store:
    """A folder of an object store."""

    uri: str

    @cached_property
    def _reached(self) -> tuple[fs.FileSystem, str]:
        try:
            reached, path = connect(self.uri)
        except ArchiveError as error:
            told = str(error).replace(self.uri, bare_uri(self.uri)).replace("Archive", "Site", 1)
            raise BuildError(told) from error
        if not path.strip("/"):
            raise BuildError(
                f"Site {bare_uri(self.uri)!r} names no bucket; write s3://bucket/folder."
            )
        return reached, path.strip("/") if reached.type_name in FLAT else path.rstrip("/")

    def _at(self, path: str) -> str:
        root = self._reached[1]
        return place_in(root, path) if path else root

    def check_bucket(self) -> None:
        """Refuse a bucket that is not there, before anything is made.

        Raises:
            BuildError: there is none of that name, or the path leads out of it.
        """
        reached, path = self._reached
        bucket, _, inside = path.partition("/")
        if {".", ".."} & {*inside.split("/")}:
            raise BuildError(f"{bare_uri(self.uri)} leads out of its bucket.")
        if reached.type_name not in FLAT:
            return
        with contextlib.suppress(OSError, pa.ArrowException):  # who may not ask may still write
            if reached.get_file_info(bucket).type == fs.FileType.NotFound:
                raise BuildError(f"There is no bucket {bucket!r} for {bare_uri(self.uri)}.")

    def put(self, path: str, content: bytes) -> None:
        """Put a file whole.

        Raises:
            BuildError: it could not be written.
        """
        reached, _ = self._reached
        place = self._at(path)
        try:
            if reached.type_name not in FLAT:
                reached.create_dir(place.rpartition("/")[0], recursive=True)
            with reached.open_output_stream(place, metadata=headers_of(path)) as stream:
                stream.write(content)
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, error) from error

    def read(self, path: str) -> bytes | None:
        """A file; None where there is none."""
        try:
            with self._reached[0].open_input_file(self._at(path)) as file:
                return bytes(file.read())
        except FileNotFoundError:
            return None
        except (OSError, pa.ArrowException) as error:
            raise BuildError(f"Could not read {bare_uri(self.uri)}/{path}: {error}.") from error

    def take(self, other: Store, path: str) -> None:
        """Put a file that another folder of the store has, without moving it through here."""
        try:
            self._reached[0].copy_file(other._at(path), self._at(path))
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, error) from error

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone is fine."""
        try:
            self._reached[0].delete_file(self._at(path))
        except FileNotFoundError:
            pass
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, error) from error

    def delete_all(self) -> None:
        """Remove all of it, as far as the store lets us."""
        reached, root = self._reached
        with contextlib.suppress(OSError, pa.ArrowException):
            reached.delete_dir(root)

    def sizes(self) -> dict[str, int]:
        """The files there are, with their sizes."""
        reached, root = self._reached
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        try:
            found = reached.get_file_info(selector)
        except (OSError, pa.ArrowException) as error:
            raise BuildError(f"{bare_uri(self.uri)} cannot be reached: {error}") from error
        start = len(root) + 1
        return {one.path[start:]: one.size or 0 for one in found if one.type == fs.FileType.File}

    def _failed(self, path: str, error: Exception) -> BuildError:
        return BuildError(
            f"Could not write {bare_uri(self.uri)}/{path}: {error}. Check the network and that "
            "your credentials may write there, then build again."
        )


class StorePlace(Place):
    """A site on an object store, e.g. ``s3://bucket/site``; its state is in ``site.state``."""

    def __init__(self, uri: str) -> None:
        """Name the place; nothing is reached yet.

        Raises:
            BuildError: it is a whole bucket, which leaves no room beside the site.
        """
        self.uri, self.root = uri, bare_uri(uri)
        if self.root.partition("://")[2].count("/") == 0:
            raise BuildError(
                f"{self.root} is a whole bucket; name a folder of it, such as {self.root}/report: "
                "what the next build needs lies beside the site."
            )
        self._site, self._state = Store(uri), Store(_beside(uri, ENDING))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return self._site.sizes()

    def check(self) -> None:
        """See `Place`."""
        self._site.check_bucket()
        if self._sizes and MARKER not in self._sizes:
            raise not_ours(self.root, min(self._sizes))

    def has_site(self) -> bool:
        """See `Place`."""
        return MARKER in self._sizes

    def has_files(self, sizes: Mapping[str, int]) -> bool:
        """See `Place`."""
        return all(self._sizes.get(path) == size for path, size in sizes.items())

    def totals(self) -> tuple[int, int]:
        """See `Place`."""
        return len(self._sizes), sum(self._sizes.values())

    def note(self, name: str) -> Any:
        """See `Place`."""
        content = self._state.read(name)
        try:
            return None if content is None else json.loads(content)
        except ValueError:
            return None

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """See `Place`."""
        self._state.put(name, json.dumps(content, separators=(",", ":")).encode())

    def forget(self, *names: str) -> None:
        """See `Place`."""
        for name in names:
            self._state.delete(name)

    @contextlib.contextmanager
    def staged(self, *, is_shared: bool = False) -> Iterator[Stage]:
        """See `Place`."""
        self.check()
        if is_shared:
            folder = _beside(self.uri, f".building-{uuid.uuid4().hex[:12]}")
            stage: _Upload = _Copied(self.root, folder, self._site, self._sizes)
        else:
            folder = tempfile.mkdtemp(prefix="runreport-site-")
            stage = _Upload(self.root, folder, self._site, self._sizes)
        try:
            yield stage
        finally:
            stage.clear()


@dataclass(frozen=True, slots=True)
class _Upload(Stage):
    """Files in a folder of this machine, which are uploaded when all are there."""

    site: Store
    there: Mapping[str, int]
    """What the site has, by size."""

    def replace(self) -> None:
        """Put all that is staged, and delete what the site has beside it."""
        staged = self._staged()
        self.bring(staged, sorted(set(self.there) - set(staged) - {MARKER}))

    def bring(self, paths: Iterable[str], gone: Iterable[str]) -> None:
        """Upload files in the order in which readers may meet them, then delete others."""
        self.site.put(MARKER, MARKER_TEXT)
        ranks: dict[int, list[str]] = {}
        for path in paths:
            ranks.setdefault(rank_of(path), []).append(path)
        for rank in sorted(ranks):
            _each(self._bring_one, ranks[rank])
        _each(self.site.delete, gone)

    def _staged(self) -> list[str]:
        return [path for path in _files_below(self.folder) if path != MARKER]

    def _bring_one(self, path: str) -> None:
        with open(place_in(self.folder, path), "rb") as file:
            self.site.put(path, file.read())

    def clear(self) -> None:
        """Remove what is staged."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Copied(_Upload):
    """Files beside the site on its store, where workers of other machines put them."""

    def put(self, file: SiteFile) -> None:
        """Add a file."""
        put_staged(self.folder, file)

    def lacks(self, sizes: Mapping[str, int]) -> str:
        """See `Stage`."""
        there = Store(self.folder).sizes()
        return next((path for path, size in sizes.items() if there.get(path) != size), "")

    def _staged(self) -> list[str]:
        return [path for path in Store(self.folder).sizes() if path != MARKER]

    def _bring_one(self, path: str) -> None:
        self.site.take(_store(self.folder), path)

    def clear(self) -> None:
        """Remove what is staged."""
        Store(self.folder).delete_all()


def put_staged(folder: str, file: SiteFile) -> None:
    """Write a file to a stage on a store; one that many pages lead to once a process."""
    place = (folder, file.path)
    if place in _put:
        return
    _store(folder).put(file.path, file.content)
    if is_shared(file.path):
        if len(_put) >= _MOST_REMEMBERED:
            _put.clear()
        _put.add(place)


_put: set[tuple[str, str]] = set()
"""Shared files that this process put, by stage and path."""
_MOST_REMEMBERED = 100_000


@lru_cache(maxsize=4)
def _store(uri: str) -> Store:
    return Store(uri)


def _beside(uri: str, ending: str) -> str:
    """A folder beside another, options of the URI kept."""
    bare, mark, options = uri.partition("?")
    return f"{bare.rstrip('/')}{ending}{mark}{options}"


def _each(work: Callable[[str], None], paths: Iterable[str]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(work, paths):
            pass


def _files_below(folder: str) -> list[str]:
    found = []
    for place, _, names in os.walk(folder):
        inside = os.path.relpath(place, folder).replace(os.sep, "/")
        found += [name if inside == "." else f"{inside}/{name}" for name in names]
    return sorted(found)

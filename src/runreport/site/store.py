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

from runreport.archive.remote import connect
from runreport.errors import ArchiveError, BuildError
from runreport.site.files import SiteFile
from runreport.site.places import Place
from runreport.site.publish import MARKER_TEXT, Stage, place_in
from runreport.site.state_folder import ENDING, MARKER

THREADS = 16
"""Files that are put at once."""
_HASHED = re.compile(r"-[0-9a-f]{12}\.[a-z]+$")
_KEPT = "public, max-age=31536000, immutable"
_ASKED = "no-cache"
"""Kept, but asked for whether it has changed."""
_TEXTS = (
    "text/",
    "application/javascript",
    "application/json",
    "image/svg+xml",
    "application/xml",
)
_TYPES = {
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".xml": "application/atom+xml",
}


def headers_of(path: str) -> dict[str, str]:
    """What a store is to say of a file: its type, and how long a browser may keep it."""
    ending = path[path.rfind(".") :] if "." in path.rpartition("/")[2] else ""
    kind = _TYPES.get(ending) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind.startswith(_TEXTS):
        kind += "; charset=utf-8"
    return {"Content-Type": kind, "Cache-Control": _KEPT if _HASHED.search(path) else _ASKED}


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
            raise BuildError(str(error).replace("Archive", "Site", 1)) from error
        if not path.strip("/"):
            raise BuildError(f"Site {self.uri!r} names no bucket; write s3://bucket/folder.")
        return reached, path.rstrip("/")

    def _at(self, path: str) -> str:
        root = self._reached[1]
        return place_in(root, path) if path else root

    def put(self, path: str, content: bytes) -> None:
        """Put a file whole.

        Raises:
            BuildError: it could not be written.
        """
        reached, _ = self._reached
        try:
            with reached.open_output_stream(self._at(path), metadata=headers_of(path)) as stream:
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
            raise BuildError(f"Could not read {self.uri}/{path}: {error}.") from error

    def take(self, other: Store, path: str) -> None:
        """Put a file that another folder of the store has, without moving it through here."""
        try:
            self._reached[0].copy_file(other._at(path), self._at(path))
        except (OSError, pa.ArrowException) as error:
            raise self._failed(path, error) from error

    def delete(self, path: str) -> None:
        """Remove a file; one that is gone is fine."""
        with contextlib.suppress(FileNotFoundError):
            self._reached[0].delete_file(self._at(path))

    def sizes(self) -> dict[str, int]:
        """The files there are, with their sizes."""
        reached, root = self._reached
        selector = fs.FileSelector(root, recursive=True, allow_not_found=True)
        try:
            found = reached.get_file_info(selector)
        except (OSError, pa.ArrowException) as error:
            raise BuildError(f"{self.uri} cannot be reached: {error}") from error
        start = len(root) + 1
        return {one.path[start:]: one.size or 0 for one in found if one.type == fs.FileType.File}

    def _failed(self, path: str, error: Exception) -> BuildError:
        return BuildError(
            f"Could not write {self.uri}/{path}: {error}. Check the network and that your "
            "credentials may write there, then build again: only what is missing is uploaded."
        )


class StorePlace(Place):
    """A site on an object store, e.g. ``s3://bucket/site``; its state is in ``site.state``."""

    def __init__(self, uri: str) -> None:
        self.root = uri.rstrip("/")
        self._site, self._state = Store(self.root), Store(_beside(self.root, ENDING))

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return self._site.sizes()

    def check(self) -> None:
        """See `Place`."""
        if self._sizes and MARKER not in self._sizes:
            raise BuildError(
                f"{self.root} holds files that no build of runreport made ({min(self._sizes)!r} "
                "for one), so it is not replaced. Choose another folder with -o, or empty it."
            )

    def has_site(self) -> bool:
        """See `Place`."""
        return MARKER in self._sizes

    def has_files(self, sizes: Mapping[str, int]) -> bool:
        """See `Place`."""
        return all(self._sizes.get(path) == size for path, size in sizes.items())

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
            folder = _beside(self.root, f".building-{uuid.uuid4().hex[:12]}")
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

    def _staged(self) -> list[str]:
        return [path for path in Store(self.folder).sizes() if path != MARKER]

    def _bring_one(self, path: str) -> None:
        self.site.take(_store(self.folder), path)

    def clear(self) -> None:
        """Remove what is staged."""
        store = Store(self.folder)
        _each(store.delete, store.sizes())


def put_staged(folder: str, file: SiteFile) -> None:
    """Write a file to a stage on a store."""
    _store(folder).put(file.path, file.content)


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

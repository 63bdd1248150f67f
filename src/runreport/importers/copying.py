"""Copying the files of runs into the archive: what is new, before the facts that tell of it."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping

from runreport.archive.artifacts import Artifact, artifact_path, clean_path, media_type
from runreport.archive.lfs import lfs_pointer
from runreport.archive.storage import Storage
from runreport.errors import InvalidValue
from runreport.importers.found import FoundFile, FoundRun
from runreport.importers.reading import Files

_CHUNK = 1 << 20
_POINTER = 1024
_MOST_PATH = 3900
"""Bytes of a path; file systems take 4,096."""


class Copying:
    """Looks at files first, and copies those that turn out to be wanted."""

    def __init__(self, storage: Storage, files: Files) -> None:
        self.storage, self.files, self.told = storage, files, files.told
        self._offered: dict[tuple[str, str, str], FoundFile] = {}
        """By run id, path and SHA-256."""
        self._has_copied = False

    def look_at(self, run: FoundRun) -> list[Artifact]:
        """What the files of a run are; of two with one path the later counts."""
        found: dict[str, Artifact] = {}
        for file in run.files:
            try:
                path = clean_path(file.path)
            except InvalidValue as error:
                self.told.lose(self._name(file), str(error))
                continue
            if self._clashes(run.run_id, path, found):
                self.told.lose(self._name(file), f"{path[:200]} is a folder or too long a path")
                continue
            artifact = self._digested(path, file)
            if artifact is not None:
                if path in found:
                    self.told.remark(f"several files become {path} of one run; the last is kept")
                found[path] = artifact
                self._offered[run.run_id, path, artifact.sha256] = file
        return list(found.values())

    def _clashes(self, run_id: str, path: str, found: Mapping[str, Artifact]) -> bool:
        """Whether a path is another's folder, has a file as a folder, or is too long."""
        parts = path.split("/")
        above = {"/".join(parts[:count]) for count in range(1, len(parts))}
        is_folder = any(other.startswith(f"{path}/") for other in found)
        place = self.storage.locate(artifact_path(run_id, path))
        return is_folder or bool(above & found.keys()) or len(os.fsencode(place)) > _MOST_PATH

    def copy(self, run_id: str, path: str, sha256: str) -> Artifact | None:
        """Bring a file that was looked at into the archive, if it is not there.

        Returns:
            What was copied, where the file has changed since it was looked at.

        Raises:
            WriteFailed: the disk refused.
        """
        file = self._offered.pop((run_id, path, sha256), None)
        if file is None:
            return None
        place = artifact_path(run_id, path)
        if self._holds(place, sha256):
            return None
        digest, size = hashlib.sha256(), 0

        def read() -> Iterator[bytes]:
            nonlocal size
            for chunk in _chunks(file):
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        try:
            self.storage.put_chunks(place, read(), durable=False)
        except (FileNotFoundError, PermissionError) as error:
            self.told.lose(self._name(file), f"it cannot be read: {error.strerror}")
            return None
        self._has_copied = True
        if digest.hexdigest() == sha256:
            return None
        return Artifact(path, size, digest.hexdigest(), media_type(path))

    def sync(self) -> None:
        """Wait until what was copied is on disk."""
        if self._has_copied and self.storage.is_local and hasattr(os, "sync"):
            os.sync()
        self._has_copied = False

    def _digested(self, path: str, file: FoundFile) -> Artifact | None:
        digest, size = hashlib.sha256(), 0
        try:
            for chunk in _chunks(file):
                if size == 0 and len(chunk) < _POINTER and lfs_pointer(chunk) is not None:
                    self.told.lacking["artifacts that are pointers of Git LFS"] += 1
                    return None
                digest.update(chunk)
                size += len(chunk)
        except OSError as error:
            self.told.lose(self._name(file), f"it cannot be read: {error.strerror or error}")
            return None
        return Artifact(path, size, digest.hexdigest(), media_type(path))

    def _holds(self, place: str, sha256: str) -> bool:
        """Whether the archive has a file already, byte for byte."""
        digest = hashlib.sha256()
        try:
            with self.storage.open(place) as file:
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
        except OSError:
            return False
        return digest.hexdigest() == sha256

    def _name(self, file: FoundFile) -> str:
        return self.files.name_of(file.place) if file.place else file.path


def _chunks(file: FoundFile) -> Iterator[bytes]:
    if not file.place:
        yield file.data
        return
    with open(file.place, "rb") as opened:
        begin, end = file.span or (0, sys.maxsize)
        opened.seek(begin)
        while chunk := opened.read(min(_CHUNK, end - begin)):
            begin += len(chunk)
            yield chunk

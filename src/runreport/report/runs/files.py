"""The files of a run: what is copied into the site, and what a page shows of each."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from runreport.archive.artifacts import recorded_size
from runreport.archive.storage import Storage
from runreport.entities import Run
from runreport.errors import Damaged
from runreport.events import data_object
from runreport.report.config import Config
from runreport.report.evaluations import page as evaluations
from runreport.report.findings import NOT_SHOWN
from runreport.report.formatting import format_size
from runreport.report.redaction import Redactor, published_file
from runreport.report.redaction.stored import read_stored
from runreport.report.runs.previews import Preview, cut, make_preview
from runreport.report.runs.steps import kind_of, spread, steps_of
from runreport.report.urls import SHARED, file_path, run_folder, run_url, up

MOST_PREVIEWS = 60
"""Files of a run whose content its page shows; the others are links."""
MOST_TEXTS = 12
"""Series of texts that a page shows; the texts of others are files as any."""
MOST_STEPS = 60
"""Texts of a series that a page shows; the others are links."""
SERIES_CHARACTERS = 300_000
"""Of all that a page shows of a series."""
MOST_LISTED = 500
"""Files of a folder that the page lists."""


@dataclass(frozen=True, slots=True)
class OutputFile:
    """An artifact of a run."""

    path: str
    size: str
    media_type: str
    url: str
    """From the run's page; empty when the file is not published."""
    preview: Preview
    note: str = ""
    size_bytes: int = 0
    digest: str = ""
    """The same for the same content as it was logged; what it was nobody can try."""
    series: tuple[str, int] | None = None
    """Key and step, of a file that a player shows."""
    step_preview: Preview | None = None
    """What a player shows of a text."""

    @property
    def name(self) -> str:
        """What it is called where it is saved."""
        return posixpath.basename(self.path)


@dataclass(frozen=True, slots=True)
class FileFolder:
    """The artifacts of a run that lie in one folder."""

    path: str
    """Empty for those in none."""
    files: tuple[OutputFile, ...]
    total: int
    """More than ``len(files)`` where a page lists not all."""
    size: str


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file copied into the site."""

    path: str
    """From the site's root."""
    content: bytes = field(repr=False)


class _Facts(Protocol):
    """What is asked of a run here."""

    @property
    def run(self) -> Run: ...

    @property
    def artifacts(self) -> Sequence[dict[str, Any]]: ...


def list_files(
    facts: _Facts, storage: Storage, redactor: Redactor, config: Config
) -> tuple[tuple[OutputFile, ...], tuple[PublishedFile, ...]]:
    """Artifacts with previews, and the bytes that go into the site."""
    files, published = [], []
    previewed = 0
    steps = _series_of(facts.artifacts, config)
    texts = _texts_shown(facts.artifacts, steps)
    run_id = facts.run.info.run_id
    places = {
        row["path"]: _own_place(run_id, row["path"])
        if config.html == "scripted"  # a document may ask for the files beside it
        else shared_place(row, redactor)
        for row in facts.artifacts
    }
    root = up(run_url(run_id))
    addresses = {path: f"{root}{place}" for path, place in places.items()}
    for row in facts.artifacts:
        data = data_object(row["data"])
        shown, size = row["path"], recorded_size(data)
        media_type = _media_type(data)
        if size > config.max_file_mb * 1e6:
            note = f"Over {config.max_file_mb:g} MB, so it stays in the archive."
            files.append(_unpublished(shown, size, media_type, note))
            continue
        try:
            content = read_stored(storage, run_id, row)
        except Damaged as error:
            note = f"The file is left out: {error}."
            files.append(_unpublished(shown, size, media_type, note))
            continue
        searched = published_file(content, shown, redactor, unsearched=config.unsearched)
        if searched.content is None:
            files.append(_unpublished(shown, size, media_type, searched.note))
            continue
        content = searched.content
        place, url = places[shown], addresses[shown]
        if config.html == "scripted" and media_type == "text/html":
            place, url = place.removesuffix(".txt"), url.removesuffix(".txt")
        series = steps.get(shown)
        previewed += series is None
        preview = Preview("none")
        if previewed <= MOST_PREVIEWS and series is None:
            preview = _preview(content, media_type, url, redactor, shown, addresses)
        step_preview = None
        if shown in texts:  # as it was written: a player shows no documents
            plain = "text/plain" if media_type == "text/markdown" else media_type
            step_preview = _preview(content, plain, url, redactor, shown, addresses)
            step_preview = cut(step_preview, texts[shown])
        if shown == evaluations.TABLE_FILE and preview.kind == "table":  # it has a page of its own
            preview = Preview("none", note=preview.note)
        published.append(PublishedFile(place, content))
        files.append(
            OutputFile(
                shown,
                format_size(size),
                media_type,
                url,
                preview,
                searched.note,
                size,
                redactor.keyed(str(row["sha256"]))[:16],
                series,
                step_preview,
            )
        )
    return tuple(files), tuple(published)


def _own_place(run_id: str, path: str) -> str:
    """Where a file of one run alone is published, from the site's root."""
    return f"{run_folder(run_id)}/files/{file_path(path)}"


def shared_place(row: Mapping[str, Any], redactor: Redactor) -> str:
    """Where a file is published, from the site's root: one for all runs that logged this content
    under this path."""
    digest = redactor.keyed(f"{row['sha256']} {row['path']}")
    name = posixpath.basename(file_path(row["path"]))
    return f"{SHARED}/{digest[:2]}/{digest[2:18]}-{name}"


def _series_of(artifacts: Sequence[dict[str, Any]], config: Config) -> dict[str, tuple[str, int]]:
    """Key and step of the files that players show; of texts those of the first keys."""
    kinds = {
        row["path"]: kind
        for row in artifacts
        if (kind := kind_of(_media_type(data := data_object(row["data"]))))
        and recorded_size(data) <= config.max_file_mb * 1e6
    }
    seen = steps_of(path for path, kind in kinds.items() if kind != "text")
    # The number of a text is that of the file: what lies in numbered folders is a file of these.
    texts = steps_of((path for path, kind in kinds.items() if kind == "text"), in_folders=False)
    kept = {*sorted({key for key, _ in texts.values()})[:MOST_TEXTS]}
    return seen | {path: own for path, own in texts.items() if own[0] in kept}


def _texts_shown(
    artifacts: Sequence[dict[str, Any]], steps: Mapping[str, tuple[str, int]]
) -> dict[str, int]:
    """The texts whose players show them, with how many characters: of each key the first, the
    last, and others between."""
    keys: dict[str, list[int]] = {}
    paths: dict[str, tuple[str, int]] = {}
    for row in artifacts:
        if row["path"] in steps and kind_of(_media_type(data_object(row["data"]))) == "text":
            key, step = steps[row["path"]]
            keys.setdefault(key, []).append(step)
            paths[row["path"]] = (key, step)
    kept = {key: {*spread(sorted(own), MOST_STEPS)} for key, own in keys.items()}
    return {
        path: SERIES_CHARACTERS // len(kept[key])
        for path, (key, step) in paths.items()
        if step in kept[key]
    }


def _media_type(data: Mapping[str, Any]) -> str:
    return str(data.get("media_type", "application/octet-stream"))


def _unpublished(path: str, size: int, media_type: str, note: str) -> OutputFile:
    return OutputFile(path, format_size(size), media_type, "", Preview("none"), note)


def _preview(
    content: bytes,
    media_type: str,
    url: str,
    redactor: Redactor,
    path: str,
    addresses: Mapping[str, str],
) -> Preview:
    """What the page shows of a file; where that fails on what was logged, why it does not."""
    try:
        beside = _beside(path, addresses) if media_type == "text/markdown" else {}
        return make_preview(content, media_type, url, beside)
    except Exception as error:
        redactor.tell(f"{NOT_SHOWN}: {type(error).__name__}: {error}", f"file {path}")
        return Preview("none", note=f"It could not be shown here: {error}.")


def _beside(path: str, addresses: Mapping[str, str]) -> dict[str, str]:
    """The addresses of a run's files, by their paths from a file's folder."""
    folder = posixpath.dirname(path) or "."
    return {posixpath.relpath(other, folder): url for other, url in addresses.items()}


def by_folder(files: Sequence[OutputFile]) -> tuple[FileFolder, ...]:
    """Files by their first folder, those in none first; a model's many files are one entry."""
    folders: dict[str, list[OutputFile]] = {}
    for file in files:
        folder, slash, _ = file.path.partition("/")
        folders.setdefault(folder if slash else "", []).append(file)
    return tuple(
        FileFolder(
            folder,
            tuple(own[:MOST_LISTED]),
            len(own),
            format_size(sum(file.size_bytes for file in own)),
        )
        for folder, own in sorted(folders.items())
    )

"""Notes: Markdown files of the project as pages, and where runs and experiments have notes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runreport.errors import ConfigError
from runreport.report.links import RunLink
from runreport.report.note_files import note_files, note_pictures
from runreport.report.notes import linked_pictures
from runreport.report.pages.note_blocks import NoteGround
from runreport.report.pages.note_bodies import NoteBody, make_body
from runreport.report.redaction import Redactor, published_file
from runreport.report.runs.files import PublishedFile
from runreport.report.urls import file_path, note_folder

_EXCERPT = 160
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class NotePage:
    """A text that somebody wrote about the report."""

    title: str
    folder: str
    """From the site's root."""
    body: NoteBody
    excerpt: str
    files: tuple[PublishedFile, ...] = ()
    """The images it shows, from its folder."""


@dataclass(frozen=True, slots=True)
class NotedRun:
    """A run with a note."""

    run: RunLink
    excerpt: str


@dataclass(frozen=True, slots=True)
class Notes:
    """All that was written."""

    pages: tuple[NotePage, ...]
    experiments: tuple[tuple[str, str, str], ...]
    """Name, URL from the root, and the beginning of the note."""
    runs: tuple[NotedRun, ...]
    """The newest with a note."""
    noted_total: int


def read_notes(
    folder: str | None,
    project: str,
    redactor: Redactor,
    ground: NoteGround,
) -> tuple[NotePage, ...]:
    """The Markdown files of a folder as pages, in the order of their names.

    Args:
        folder: from the config; None: there are none.
        project: where a relative folder starts.
        ground: what the blocks and links of notes are made of.

    Raises:
        ConfigError: there is no such folder, or a file is no UTF-8 text.
    """
    if folder is None:
        return ()
    place = os.path.join(project, folder)
    try:
        names = note_files(place)
        texts = [_read(os.path.join(place, name)) for name in names]
    except OSError as error:
        raise ConfigError(f"notes is {folder!r}: {error.strerror} ({place}).") from error
    shown = [redactor.text(name.removesuffix(".md"), "notes") for name in names]
    folders = {name: note_folder(stem) for name, stem in zip(names, shown, strict=True)}
    pictures = set(note_pictures(place))
    pages = []
    for stem, text in zip(shown, texts, strict=True):
        body = redactor.text(text, "notes")
        wanted = sorted(pictures & set(linked_pictures(text)))
        shown_pictures = _pictures(place, note_folder(stem), wanted, redactor)
        pages.append(_page(stem, body, folders, shown_pictures, ground))
    return tuple(pages)


def _pictures(
    place: str, folder: str, paths: Iterable[str], redactor: Redactor
) -> dict[str, PublishedFile]:
    """The images that a note shows, as its page in a folder carries them."""
    found = {}
    for path in paths:
        with open(os.path.join(place, *path.split("/")), "rb") as file:
            content = published_file(file.read(), path, redactor).content
        if content is not None:
            found[path] = PublishedFile(f"{folder}/files/{file_path(path)}", content)
    return found


def _read(path: str) -> str:
    with open(path, "rb") as file:
        content = file.read()
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ConfigError(f"The note {path} is not UTF-8 text.") from error


def _page(
    stem: str,
    text: str,
    folders: Mapping[str, str],
    pictures: Mapping[str, PublishedFile],
    ground: NoteGround,
) -> NotePage:
    """A note; links to other notes lead to their pages, as they do between the files."""
    first, _, rest = text.lstrip().partition("\n")
    title = first.removeprefix("# ").strip() if first.startswith("# ") else stem
    body = rest if first.startswith("# ") else text
    before = text[: len(text) - len(body)].count("\n")
    files = {name: f"../../{folder}/index.html" for name, folder in folders.items()}
    folder = note_folder(stem)
    files |= {path: file.path.removeprefix(f"{folder}/") for path, file in pictures.items()}
    return NotePage(
        title,
        folder,
        make_body(body, f"notes: {stem}.md", ground, files, folder=folder, before=before),
        excerpt(_FENCED.sub("", body)),
        tuple(pictures.values()),
    )


def excerpt(text: str) -> str:
    """The beginning of a note as plain words."""
    words = " ".join(text.replace("#", " ").replace("*", "").replace("`", "").split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1].rstrip() + "…"


def gather_notes(
    pages: tuple[NotePage, ...],
    experiments: Iterable[tuple[str, str, str]],
    runs: Iterable[NotedRun],
    limit: int = 100,
) -> Notes:
    """Notes of all kinds; of the runs', the first ``limit``."""
    noted = tuple(runs)
    found = tuple(
        (name, url, excerpt(_FENCED.sub("", text))) for name, url, text in experiments if text
    )
    return Notes(pages, found, noted[:limit], len(noted))

"""What was written on runs, models and their versions, with what its blocks ask for."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from runreport.report.findings import NOT_SHOWN
from runreport.report.models.assembling import ModelReport
from runreport.report.pages.note_blocks import NoteGround
from runreport.report.pages.note_bodies import NoteBody, make_body
from runreport.report.redaction import Redactor
from runreport.report.runs.page import RunPage


def run_note(page: RunPage, ground: NoteGround, redactor: Redactor) -> NoteBody | None:
    """The note of a run, whose blocks are about its experiment; what it names in vain is told."""
    if not page.note:
        return None
    own = replace(ground, experiment=page.experiment)
    where = f"note of {page.name}"
    body = make_body(
        page.note, where, own, page.note_files, folder=posixpath.dirname(page.url), top=3
    )
    for problem in body.problems:
        redactor.tell(f"{NOT_SHOWN}: {problem.removeprefix(f'{where}: ')}", where)
    return body


def described_models(models: ModelReport, ground: NoteGround) -> dict[str, NoteBody]:
    """The descriptions of models and versions, by the folders of their pages."""
    return {
        folder: make_body(text, f"description of {name}", ground, folder=folder, top=3)
        for name, folder, text in _descriptions(models)
        if text
    }


def _descriptions(models: ModelReport) -> Iterator[tuple[str, str, str]]:
    for page, versions in models.pages:
        yield page.name, page.folder, page.description
        for own in versions:
            yield f"{page.name}, version {own.link.version}", own.folder, own.description

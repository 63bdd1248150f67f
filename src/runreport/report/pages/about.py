"""What the report says of itself, and what its header finds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from runreport.archive.reading import Snapshot
from runreport.report.formatting import plural
from runreport.report.links import Field, ViewLink
from runreport.report.models.assembling import ModelReport
from runreport.report.pages.experiment import ExperimentPage
from runreport.report.pages.listings import ListingGroup
from runreport.report.pages.notes import Notes
from runreport.report.tables.column_scripts import script_json


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Where the report comes from, and what is left out."""

    facts: tuple[Field, ...]
    tables: tuple[Field, ...]
    """Experiments and the URLs of their Parquet tables, from the site's root."""
    publishes_environment: bool
    allows_secrets: bool


def make_about(
    snapshot: Snapshot,
    experiments: Sequence[ExperimentPage],
    *,
    as_of: str,
    version: str,
    publishes_environment: bool,
    allows_secrets: bool,
) -> AboutPage:
    """The page about the report.

    Args:
        as_of: the report's "now", as text.
        version: of runreport.
    """
    runs = sum(page.runs for page in experiments)
    facts = (
        Field("As of", f"{as_of} UTC", "the newest fact, unless SOURCE_DATE_EPOCH said otherwise"),
        Field("Experiments", plural(len(experiments), "experiment")),
        Field("Runs", plural(runs, "run")),
        Field("Events read", f"{snapshot.events.num_rows:,}"),
        Field("Archive digest", archive_digest(snapshot), "changes with every fact"),
        Field("Built by", f"runreport {version}"),
    )
    tables = tuple(Field(page.name, f"{page.folder}/data/{PARQUET}") for page in experiments)
    return AboutPage(facts, tables, publishes_environment, allows_secrets)


PARQUET = "runs.parquet"
"""An experiment's runs as one wide table, beside its scripts."""


def archive_digest(snapshot: Snapshot) -> str:
    """One text for all facts of an archive, however they lie in files."""
    events = snapshot.events
    facts = pa.table(
        {
            "writer_id": events.column("writer_id").cast(pa.string()),
            "seq": events.column("seq"),
            "counter": events.column("counter"),
        }
    )
    counted = facts.group_by("writer_id", use_threads=False).aggregate(
        [("seq", "sum"), ("seq", "count"), ("counter", "max")]
    )
    rows = sorted(zip(*(column.to_pylist() for column in counted.columns), strict=True))
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:32]


def site_script(
    experiments: Sequence[ExperimentPage],
    models: ModelReport,
    tags: Iterable[ListingGroup],
    jobs: Iterable[ListingGroup],
    notes: Notes,
    views: Iterable[ViewLink],
) -> str:
    """Experiments for the menu, and all that the header's search finds: kind, name, URL, more."""
    entries = [("experiment", page.name, f"{page.folder}/index.html", "") for page in experiments]
    entries += [("model", card.name, card.url, card.description or "") for card in models.cards]
    entries += [("view", view.name, view.url, "") for view in views]
    entries += [
        ("note", page.title, f"{page.folder}/index.html", page.excerpt) for page in notes.pages
    ]
    for kind, groups in (("tag", tags), ("job", jobs)):
        entries += [
            (kind, f"{one.kind} {one.title}", f"{one.folder}/index.html", "")
            for group in groups
            for one in group.listings
        ]
    content = {
        "experiments": [
            (page.name, f"{page.folder}/index.html", page.runs) for page in experiments
        ],
        "entries": entries,
    }
    return f"runreport.site({script_json(content)});\n"

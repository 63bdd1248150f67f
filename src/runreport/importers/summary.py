"""What an import did, in words and numbers."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from runreport.importers.importing import Import, Search, Source
from runreport.importers.scanning import Format
from runreport.report.formatting import plural

ENTITIES = ("experiment", "run", "param", "tag", "point", "artifact", "model", "version")
"""What sources have, as it is counted."""


def lines(done: Import, archive: str) -> list[str]:
    """What an import did, a line a fact."""
    told: list[str] = []
    for own in by_format(done.sources):
        told.append(f"{own.title} {own.places}: {_counted(own)}")
    told += [f"Note: {remark}" for remark in done.told.remarks]
    told += [f"Not there: {what}: {count:,}" for what, count in ordered(done.told.lacking)]
    told += [f"No place for: {what}: {count:,}" for what, count in ordered(done.told.left_out)]
    told += [
        f"Not imported: {path} is an archive (runreport archive merge)" for path in done.archives
    ]
    if done.sources:
        told.append(f"{_outcome(done)} → {os.path.relpath(archive)}")
    return told


class OfFormat(NamedTuple):
    """What the sources of one format hold together."""

    format: str
    title: str
    places: str
    """Where, or in how many places."""
    counts: Counter[str]
    outcome: Counter[str]
    """How many of the runs were new, more, merged, same or purged; see `outcomes_of`."""


def by_format(sources: Sequence[Source]) -> list[OfFormat]:
    """What the sources of each format hold, and what became of their runs."""
    found: dict[str, OfFormat] = {}
    counts = Counter(source.title for source in sources)
    for source, outcome in zip(sources, outcomes_of(sources), strict=True):
        count = counts[source.title]
        places = source.place if count == 1 else f"in {count:,} places"
        own = found.setdefault(
            source.title, OfFormat(source.format, source.title, places, Counter(), Counter())
        )
        own.counts.update(source.counts)
        own.outcome.update(outcome)
    return list(found.values())


def outcomes_of(sources: Iterable[Source]) -> Iterator[Counter[str]]:
    """What became of the runs of each source: new, more (than the archive had), merged (with one
    of a source before it), same, purged."""
    met: set[str] = set()
    for source in sources:
        own = source.taken
        seen = {owner for owner in own.new | own.more | own.same if not owner.startswith(" ")}
        first = seen - met
        yield Counter(
            new=len(own.new & first),
            more=len(own.more & first),
            merged=len(seen & met),
            same=len(first - own.new - own.more),
            purged=len(own.purged),
        )
        met |= seen


def _counted(own: OfFormat) -> str:
    told = [
        plural(own.counts[f"{name}s"], name) + (_became(own.outcome) if name == "run" else "")
        for name in ENTITIES
        if own.counts[f"{name}s"]
    ]
    return ", ".join(told) or "no runs"


def _became(outcome: Counter[str]) -> str:
    """``(2 new, 1 merged)``; nothing where all are new."""
    told = [f"{count:,} {kind}" for kind, count in outcome.items() if count]
    is_plain = outcome.total() == outcome["new"]
    return "" if is_plain else f" ({', '.join(told)})"


def _outcome(done: Import) -> str:
    """How many runs are new, and what became of the others."""
    totals = totals_of(done.sources)
    told = [f"{totals['new']:,} new"]
    if totals["more"]:
        told.append(f"{totals['more']:,} with more than before")
    if totals["merged"]:
        told.append(f"{totals['merged']:,} met twice and merged")
    if totals["same"]:
        told.append(f"{totals['same']:,} already there")
    if totals["purged"]:
        told.append(f"{totals['purged']:,} purged earlier and left out")
    return f"Runs: {', '.join(told)}"


def totals_of(sources: Sequence[Source]) -> dict[str, int]:
    """How many runs are new, changed, met twice, as before, or purged."""
    new: set[str] = set()
    met: set[str] = set()
    merged: set[str] = set()
    more: set[str] = set()
    for source in sources:
        own = source.taken
        seen = {owner for owner in (*own.new, *own.more, *own.same) if not owner.startswith(" ")}
        merged |= seen & met
        met |= seen
        new |= own.new & seen
        more |= own.more & seen
    purged = {owner for source in sources for owner in source.taken.purged}
    return {
        "new": len(new),
        "more": len(more - new),
        "merged": len(merged),
        "same": len(met - new - more),
        "purged": len(purged),
    }


def recognised(done: Import) -> str:
    """What a source was found to be, in one line."""
    told = [
        f"{own.title} {own.places} ({plural(own.counts['runs'], 'run')})"
        for own in by_format(done.sources)
    ]
    told += [f"archive {os.path.basename(path)}" for path in done.archives]
    return ", ".join(told)


def nothing_found(found: Search, formats: Iterable[Format]) -> str:
    """What to say where no run was found."""
    if found.archives:
        listed = ", ".join(os.path.relpath(path) for path in found.archives[:3])
        return f"There is nothing to import in {found.root}, but an archive: {listed}"
    kinds = "\n".join(f"  {one.title}: {one.looks_for}" for one in formats)
    searched = f" ({plural(found.folders, 'folder')} searched)" if found.folders else ""
    return f"There is nothing to import in {found.root}{searched}. Looked for:\n{kinds}"


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """What was counted, the most frequent first."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))

"""What takes the space of a site, and whether a host will take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from runreport.build.state import recall
from runreport.report.formatting import format_size
from runreport.report.urls import SHARED
from runreport.site.places import Place
from runreport.site.published import Published

PAGES_SITE_BYTES = 1_000_000_000
"""GitHub Pages publishes no larger site; GitLab Pages by default neither."""
PAGES_FILE_BYTES = 100_000_000
"""GitHub takes no larger file."""
_ADVICE = "[publish] max_run_pages and max_file_mb make it smaller"


@dataclass(frozen=True, slots=True)
class Kind:
    """Files of one kind."""

    name: str
    files: int
    size_bytes: int
    largest: str
    """The path of the largest."""
    largest_bytes: int


def too_large(published: Published) -> Iterator[str]:
    """What of a site GitHub Pages would not take, as sentences."""
    if published.size_bytes > PAGES_SITE_BYTES:
        yield (
            f"The site has {format_size(published.size_bytes)}; GitHub Pages publishes up to "
            f"{format_size(PAGES_SITE_BYTES)}. {_ADVICE}; --site-report says what takes the space."
        )
    if published.largest_bytes > PAGES_FILE_BYTES:
        yield (
            f"{published.largest} has {format_size(published.largest_bytes)}; GitHub takes files "
            f"up to {format_size(PAGES_FILE_BYTES)}."
        )


def site_report(place: Place) -> str:
    """A table of the kinds of files that a site has, the largest kind first."""
    kinds = kinds_of(_sizes(place))
    if not kinds:
        return "What the last build left cannot be read; build with --clean."
    rows = [("what", "files", "size", "share", "largest")]
    total = sum(kind.size_bytes for kind in kinds) or 1
    for kind in kinds:
        share = f"{100 * kind.size_bytes / total:.1f} %"
        largest = f"{format_size(kind.largest_bytes)}  {kind.largest}"
        rows.append((kind.name, f"{kind.files:,}", format_size(kind.size_bytes), share, largest))
    count = sum(kind.files for kind in kinds)
    rows.append(("all", f"{count:,}", format_size(total), "", ""))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return "\n".join(
        "  ".join(
            [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in (1, 2, 3)), row[4]]
        ).rstrip()
        for row in rows
    )


def report_rows(place: Place) -> list[dict[str, object]]:
    """The same for other programs."""
    return [asdict(kind) for kind in kinds_of(_sizes(place))]


def _sizes(place: Place) -> Mapping[str, int]:
    state = recall(place)
    return {} if state is None else state.sizes


def kinds_of(sizes: Mapping[str, int]) -> list[Kind]:
    """Files by what they are for, the kind with most bytes first."""
    grouped: dict[str, list[tuple[int, str]]] = {}
    for path, size in sizes.items():
        grouped.setdefault(_kind(path), []).append((size, path))
    kinds = [
        Kind(name, len(own), sum(size for size, _ in own), max(own)[1], max(own)[0])
        for name, own in grouped.items()
    ]
    return sorted(kinds, key=lambda kind: (-kind.size_bytes, kind.name))


def _kind(path: str) -> str:
    top, _, rest = path.partition("/")
    if top == "r":
        parts = rest.split("/")
        if len(parts) <= 2:
            return "pages of runs" if path.endswith(".html") else "data of runs"
        return "evaluations" if parts[2] == "evaluation" else "files of runs"
    if top == "e" and "/data/" in rest:
        return "tables of runs"
    if top == SHARED:
        return "files of runs" if "/" in rest else "packages"
    if top == "static":
        return "theme"
    return "tables of runs" if "/data/" in path else "other pages"

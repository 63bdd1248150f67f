"""Where links of a note lead that name something of the report: ``[best](run:mlp-128)``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import itemgetter

from runreport.report.pages.listings import Places


def link_finder(
    places: Places,
    experiments: Mapping[str, str],
    models: Mapping[str, str],
    views: Mapping[str, str],
) -> Callable[[str, str], str | None]:
    """Find addresses from the site's root by scheme and name.

    Args:
        experiments, models, views: addresses from the site's root, by name.
    """
    named = {"experiment": experiments, "model": models, "view": views}

    @cache
    def runs() -> tuple[dict[str, str], dict[str, str]]:
        """By name and by id, once somebody asks."""
        by_name: dict[str, str] = {}
        by_id: dict[str, str] = {}
        for _, (_, table, place) in sorted(places.items(), key=itemgetter(0)):  # newest first
            url = table.url_of(place)
            by_name.setdefault(str(table.values("run_name")[place]), url)
            by_id[str(table.values("run_id")[place])] = url
        return by_name, by_id

    def find(scheme: str, name: str) -> str | None:
        if scheme != "run":
            return named.get(scheme, {}).get(name)
        by_name, by_id = runs()
        return by_name.get(name) or _only(by_id, name)

    return find


def _only(by_id: Mapping[str, str], beginning: str) -> str | None:
    """The address of the only run whose id begins so."""
    found: Iterable[str] = (url for own, url in by_id.items() if own.startswith(beginning))
    urls = list(found) if len(beginning) >= 4 else []
    return urls[0] if len(urls) == 1 else None

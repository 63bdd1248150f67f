"""The scripts of a theme as a site carries them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from runreport.site.joining import Module, join_first, join_later, ordered_modules
from runreport.site.theme import Asset, Theme, hashed_asset, is_built_in_folder


@dataclass(frozen=True, slots=True)
class Scripts:
    """The modules of a theme, joined."""

    first: Asset
    """Every page loads it first."""
    added: tuple[Asset, ...]
    """Those of other themes than ours, which every page loads after it."""
    later: tuple[Asset, ...]
    """Those that pages load when asked for."""


def theme_scripts(theme: Theme) -> Scripts:
    """Join the modules of a theme.

    Raises:
        ConfigError: modules are missing, or cannot be joined.
    """
    first = _ordered(theme, theme.start_scripts)

    def later(stem: str, name: str, entry: str) -> Asset:
        text = join_later(name, entry, _ordered(theme, [entry], first))
        return hashed_asset(stem, "js", text.encode())

    return Scripts(
        hashed_asset("runreport", "js", join_first(first).encode()),
        tuple(later(f"own-{_stem(entry)}", entry, entry) for entry in theme.own_scripts),
        tuple(later(name, name, entry) for name, entry in theme.later_scripts.items()),
    )


def _ordered(theme: Theme, entries: Sequence[str], before: Sequence[Module] = ()) -> list[Module]:
    return ordered_modules(
        entries,
        lambda path: theme.read(f"static/js/{path}").decode(),
        before,
        is_checked=lambda path: is_built_in_folder(theme.folder_with(f"static/js/{path}")),
    )


def _stem(entry: str) -> str:
    return os.path.basename(entry).removesuffix(".js")

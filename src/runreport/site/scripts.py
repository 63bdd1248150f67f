"""The scripts of a theme as a site carries them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from runreport.report.tables.column_scripts import script_json
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


_FILES = "core/files.js"
"""The module that names what pages load later."""


def theme_scripts(theme: Theme, specs: Asset, vendor: Sequence[Asset]) -> Scripts:
    """Join the modules of a theme.

    Args:
        specs: the script of the charts' specs, which pages load later, too.
        vendor: the chart libraries, in the order they are loaded.

    Raises:
        ConfigError: modules are missing, or cannot be joined.
    """
    first = _ordered(theme, theme.start_scripts)

    def later(stem: str, name: str, entry: str) -> Asset:
        text = join_later(name, entry, _ordered(theme, [entry], first))
        return hashed_asset(stem, "js", text.encode())

    asked = (*(later(name, name, entry) for name, entry in theme.later_scripts.items()), specs)
    told = f"const LATER = {_paths(asked)};\nconst VENDOR = {_paths(vendor)};"
    filled = [replace(one, body=told) if one.path == _FILES else one for one in first]
    return Scripts(
        hashed_asset("runreport", "js", join_first(filled).encode()),
        tuple(later(f"own-{_stem(entry)}", entry, entry) for entry in theme.own_scripts),
        asked,
    )


def _paths(assets: Sequence[Asset]) -> str:
    return script_json([asset.path for asset in assets])


def _ordered(theme: Theme, entries: Sequence[str], before: Sequence[Module] = ()) -> list[Module]:
    return ordered_modules(
        entries,
        lambda path: theme.read(f"static/js/{path}").decode(),
        before,
        is_checked=lambda path: is_built_in_folder(theme.folder_with(f"static/js/{path}")),
    )


def _stem(entry: str) -> str:
    return os.path.basename(entry).removesuffix(".js")

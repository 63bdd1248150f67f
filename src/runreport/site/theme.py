"""A theme is a folder: ``theme.toml``, ``templates/``, ``static/``, ``vendor/``.

It may name a parent, whose files it inherits one by one. A project's own theme folder overrides
a template by a file of the same name.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from runreport.errors import ConfigError

BUILT_IN = ("default", "plain")
SCRIPTS = (
    # Concatenated in this order into one classic script with one global, `runreport`.
    "head.js",
    "format.js",
    "columns.js",
    "hash.js",
    "nearest.js",
    "tokens.js",
    "grammar.js",
    "predicate.js",
    "filter.js",
    "table.js",
    "facets.js",
    "menu.js",
    "chart.js",
    "versions.js",
    "evaluation.js",
    "page.js",
    "tail.js",
)
STYLES = (
    "tokens.css",
    "page.css",
    "table.css",
    "chart.css",
    "run.css",
    "model.css",
    "evaluation.css",
)
CHART_SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-interpreter.min.js")
_KEYS = ("name", "parent", "options")
_OPTIONS: Mapping[str, type] = {"scripts": bool}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the theme as a site carries it."""

    path: str
    """From the site's root, with the hash of its content."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme with its parents, nearest first."""

    name: str
    folders: tuple[str, ...]
    has_scripts: bool

    @property
    def template_folders(self) -> tuple[str, ...]:
        """Where to look for a template, first match wins."""
        return tuple(os.path.join(folder, "templates") for folder in self.folders)

    def find(self, path: str) -> str | None:
        """The nearest file of this path in the theme or a parent."""
        for folder in self.folders:
            candidate = os.path.join(folder, *path.split("/"))
            if os.path.isfile(candidate):
                return candidate
        return None

    def read(self, path: str) -> bytes:
        """The content of the nearest file of this path.

        Raises:
            ConfigError: neither the theme nor a parent has it.
        """
        found = self.find(path)
        if found is None:
            raise ConfigError(f"Theme {self.name!r} and its parents have no file {path!r}.")
        with open(found, "rb") as file:
            return file.read()

    def stylesheet(self) -> Asset:
        """All style sheets in one file."""
        content = b"\n".join(self.read(f"static/css/{name}") for name in STYLES)
        return _hashed("style", "css", content)

    def script(self) -> Asset:
        """All scripts in one file."""
        content = b"\n".join(self.read(f"static/js/{name}") for name in SCRIPTS)
        return _hashed("runreport", "js", content)

    def chart_scripts(self) -> tuple[Asset, ...]:
        """The vendored chart scripts, in the order they are loaded."""
        return tuple(
            _hashed(name.removesuffix(".js"), "js", self.read(f"vendor/{name}"))
            for name in CHART_SCRIPTS
        )


def load_theme(name: str, project_folder: str = ".") -> Theme:
    """A theme by its name (``default``, ``plain``) or the path of its folder.

    Args:
        project_folder: where a relative path starts, and where ``theme/`` may override files.

    Raises:
        ConfigError: there is no such theme, its ``theme.toml`` is wrong, or parents form a circle.
    """
    chain = list(_chain(name, project_folder))
    folders = [folder for folder, _ in chain]
    override = os.path.join(project_folder, "theme")
    if os.path.isdir(os.path.join(override, "templates")) and override not in folders:
        folders.insert(0, override)
    options: dict[str, Any] = {}
    for _, description in reversed(chain):
        options.update(description.get("options", {}))
    return Theme(str(chain[0][1]["name"]), tuple(folders), bool(options.get("scripts", True)))


def _chain(name: str, project_folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    seen: list[str] = []
    wanted: str | None = name
    while wanted is not None:
        folder = _folder_of(wanted, project_folder)
        if folder in seen:
            raise ConfigError(f"Theme {name!r}: its parents form a circle at {wanted!r}.")
        seen.append(folder)
        description = _read_description(folder)
        yield folder, description
        wanted = description.get("parent")


def _folder_of(name: str, project_folder: str) -> str:
    if name in BUILT_IN:
        return str(files("runreport.themes") / name)
    folder = os.path.abspath(os.path.join(project_folder, name))
    if os.path.isfile(os.path.join(folder, "theme.toml")):
        return folder
    close = difflib.get_close_matches(name, BUILT_IN, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ConfigError(
        f"There is no theme {name!r}.{hint} Use one of {', '.join(BUILT_IN)}, or the path of a "
        "folder with a theme.toml."
    )


def _read_description(folder: str) -> dict[str, Any]:
    path = os.path.join(folder, "theme.toml")
    try:
        with open(path, "rb") as file:
            description = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Could not read {path}: {error}.") from error
    for key in description:
        if key not in _KEYS:
            raise ConfigError(f"{path}: unknown key {key!r}. Known: {', '.join(_KEYS)}.")
    if not isinstance(description.get("name"), str):
        raise ConfigError(f"{path}: name is missing; it must be text.")
    options = description.get("options", {})
    for key, value in options.items():
        kind = _OPTIONS.get(key)
        if kind is None:
            raise ConfigError(f"{path}: unknown option {key!r}. Known: {', '.join(_OPTIONS)}.")
        if not isinstance(value, kind):
            raise ConfigError(f"{path}: options.{key} is {value!r}; it must be {kind.__name__}.")
    return description


def _hashed(stem: str, ending: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"static/{stem}-{digest}.{ending}", content)

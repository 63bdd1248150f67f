"""A theme is a folder: ``theme.toml``, ``templates/``, ``static/``, ``vendor/``.

It may name a parent, whose files it inherits one by one. A project's own theme folder overrides
a template by a file of the same name.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean

BUILT_IN = ("default", "plain")
SCRIPTS: Mapping[str, tuple[str, ...]] = {
    # Each is joined in this order into one classic script; the first has the one global,
    # `runreport`, and the others are loaded when a reader asks for what they do.
    "runreport": (
        "head.js",
        "format.js",
        "columns.js",
        "looks.js",
        "hash.js",
        "nearest.js",
        "tokens.js",
        "grammar.js",
        "predicate.js",
        "filter.js",
        "view.js",
        "table.js",
        "selection.js",
        "facets.js",
        "page.js",
        "tail.js",
    ),
    "tools": (
        "later.js",
        "panes.js",
        "group.js",
        "export.js",
        "window.js",
        "search.js",
        "later_tail.js",
    ),
    "charts": (
        "later.js",
        "chart_axes.js",
        "chart_labels.js",
        "chart_kinds.js",
        "chart_looks.js",
        "chart_lines.js",
        "chart_rows.js",
        "chart_told.js",
        "chart.js",
        "later_tail.js",
    ),
    "pages": (
        "later.js",
        "run.js",
        "details.js",
        "compare.js",
        "differences.js",
        "activity.js",
        "versions.js",
        "evaluation.js",
        "later_tail.js",
    ),
}
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
_COLOUR_OPTIONS = {"accent": "light", "accent_dark": "dark"}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


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
    options: Mapping[str, object]
    """What a site's config or a child theme may set; templates see them as ``options``."""

    @property
    def is_built_in(self) -> bool:
        """Whether nothing of it comes from a project."""
        own = os.path.dirname(_folder_of(BUILT_IN[0], "."))
        return all(os.path.dirname(folder) == own for folder in self.folders)

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
        content += _colours(self.options)
        return hashed_asset("style", "css", content)

    def scripts(self) -> tuple[Asset, ...]:
        """The scripts by purpose, the one that every page loads first, without comments."""
        return tuple(
            hashed_asset(
                purpose,
                "js",
                without_comments(
                    "".join(self.read(f"static/js/{name}").decode() for name in names)
                ),
            )
            for purpose, names in SCRIPTS.items()
        )

    def chart_scripts(self) -> tuple[Asset, ...]:
        """The vendored chart scripts, in the order they are loaded."""
        return tuple(
            hashed_asset(name.removesuffix(".js"), "js", self.read(f"vendor/{name}"))
            for name in CHART_SCRIPTS
        )


def without_comments(script: str) -> bytes:
    """A script as a site carries it: lines that only comment, and indentation, are left out.

    The theme's scripts keep to what makes this safe: no text in backquotes spans lines.
    """
    kept = []
    is_comment = False
    for line in map(str.strip, script.splitlines()):
        is_comment = is_comment or line.startswith("/*")
        if line and not is_comment and not line.startswith("//"):
            kept.append(line)
        is_comment = is_comment and "*/" not in line
    return "\n".join([*kept, ""]).encode()


def load_theme(
    name: str, project_folder: str = ".", options: Mapping[str, object] | None = None
) -> Theme:
    """A theme by its name (``default``, ``plain``) or the path of its folder.

    Args:
        project_folder: where a relative path starts, and where ``theme/`` may override files.
        options: of the site's config, over those of the theme.

    Raises:
        ConfigError: there is no such theme, its ``theme.toml`` is wrong, parents form a circle, or
            an option is none of the theme's.
    """
    chain = list(_chain(name, project_folder))
    folders = [folder for folder, _ in chain]
    override = os.path.join(project_folder, "theme")
    if os.path.isdir(os.path.join(override, "templates")) and override not in folders:
        folders.insert(0, override)
    settled: dict[str, object] = {}
    for folder, description in reversed(chain):
        own = description.get("options", {})
        _check_options(own, settled, os.path.join(folder, "theme.toml"), may_add=True)
        settled.update(own)
    _check_options(options or {}, settled, "runreport.toml", may_add=False)
    settled.update(options or {})
    return Theme(str(chain[0][1]["name"]), tuple(folders), bool(settled["scripts"]), settled)


def _check_options(
    options: Mapping[str, object], known: Mapping[str, object], path: str, *, may_add: bool
) -> None:
    """Refuse options that a theme does not have, and values that no option takes.

    Args:
        may_add: a theme may declare options of its own; those of its parents keep their types.
    """
    for key, value in options.items():
        if key not in known and not may_add:
            hint = did_you_mean(key, known)
            names = ", ".join(known)
            raise ConfigError(f"{path}: the theme has no option {key!r}.{hint} Known: {names}.")
        kind = type(known.get(key, value))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigError(f"{path}: options.{key} is {value!r}; it must be {_WORDS[kind]}.")
        if key in _COLOUR_OPTIONS and value and not _COLOUR.fullmatch(str(value)):
            raise ConfigError(
                f"{path}: options.{key} is {value!r}; it must be a colour such as '#0a58ca', "
                "or ''."
            )
    for key, value in options.items():
        if type(value) not in _WORDS:
            raise ConfigError(
                f"{path}: options.{key} is {value!r}; an option is true or false, a number, "
                "or text."
            )


_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}


def _colours(options: Mapping[str, object]) -> bytes:
    """Style sheet lines for the colours that options set."""
    light, dark = (str(options.get(key) or "") for key in _COLOUR_OPTIONS)
    rules = []
    if light:
        rules.append(f":root {{ --accent: {light}; --focus: {light}; }}")
    if dark:
        own = f"--accent: {dark}; --focus: {dark};"
        rules.append(
            "@media screen and (prefers-color-scheme: dark) "
            f'{{ :root:not([data-theme="light"]) {{ {own} }} }}\n'
            f'@media screen {{ :root[data-theme="dark"] {{ {own} }} }}'
        )
    return "".join(f"\n{rule}" for rule in rules).encode()


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
    hint = did_you_mean(name, BUILT_IN)
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
            hint = did_you_mean(key, _KEYS)
            raise ConfigError(f"{path}: unknown key {key!r}.{hint} Known: {', '.join(_KEYS)}.")
    if not isinstance(description.get("name"), str):
        raise ConfigError(f"{path}: name is missing; it must be text.")
    if not isinstance(description.get("options", {}), dict):
        raise ConfigError(f"{path}: options must be a table of settings.")
    return description


def hashed_asset(stem: str, ending: str, content: bytes) -> Asset:
    """A file whose name carries the hash of its content."""
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"static/{stem}-{digest}.{ending}", content)

"""A theme's ``theme.toml``: its parent, the files it adds, and the options it has."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean

COLOUR_OPTIONS = {"accent": "light", "accent_dark": "dark"}
_KEYS = ("name", "parent", "styles", "scripts", "vendor", "later", "options")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_FILE = re.compile(r"(?:\w[\w.-]*/)*\w[\w.-]*\.(?:css|js)")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*")
_OWN = ("runreport", "specs")
"""Scripts that the build itself makes."""
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text in quotes"}


@dataclass(frozen=True, slots=True)
class Description:
    """What a ``theme.toml`` says; lists name files that the theme adds to those of its parents."""

    name: str
    parent: str | None
    styles: tuple[str, ...]
    """Of ``static/css``, in order."""
    scripts: tuple[str, ...]
    """Of ``static/js``: modules that every page starts."""
    vendor: tuple[str, ...]
    """Of ``vendor``: scripts that charts need, in order."""
    later: Mapping[str, str]
    """Modules of ``static/js`` that are loaded when asked for, by the names of their scripts."""
    options: Mapping[str, object]


def read_description(folder: str) -> Description:
    """The ``theme.toml`` of a folder.

    Raises:
        ConfigError: it cannot be read, or one of its keys is wrong.
    """
    path = os.path.join(folder, "theme.toml")
    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Could not read {path}: {error}.") from error
    for key in found:
        if key not in _KEYS:
            hint = did_you_mean(key, _KEYS)
            raise ConfigError(f"{path}: unknown key {key!r}.{hint} Known: {', '.join(_KEYS)}.")
    if not isinstance(found.get("name"), str):
        told = f"is {found['name']!r}" if "name" in found else "is missing"
        raise ConfigError(f"{path}: name {told}; it must be text.")
    if not isinstance(found.get("parent", ""), str):
        raise ConfigError(f"{path}: parent is {found['parent']!r}; it must be text.")
    if not isinstance(found.get("options", {}), dict):
        raise ConfigError(f"{path}: options must be a table of settings.")
    return Description(
        name=found["name"],
        parent=found.get("parent"),
        styles=_files(found, "styles", ".css", path),
        scripts=_files(found, "scripts", ".js", path),
        vendor=_files(found, "vendor", ".js", path),
        later=_later(found.get("later", {}), path),
        options=found.get("options", {}),
    )


def _files(found: Mapping[str, Any], key: str, ending: str, path: str) -> tuple[str, ...]:
    names = found.get(key, [])
    if not isinstance(names, list):
        raise ConfigError(f"{path}: {key} is {names!r}; it must be a list of files.")
    for name in names:
        _check_file(name, key, ending, path)
    return tuple(names)


def _later(found: object, path: str) -> Mapping[str, str]:
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: later is {found!r}; it must be a table of scripts.")
    for name, entry in found.items():
        if not _PURPOSE.fullmatch(name) or name in _OWN:
            raise ConfigError(
                f"{path}: later.{name}: a script's name has small letters, digits and _ only, and "
                f"is not {' or '.join(_OWN)}."
            )
        _check_file(entry, f"later.{name}", ".js", path)
    return found


def _check_file(name: object, key: str, ending: str, path: str) -> None:
    if not isinstance(name, str) or not _FILE.fullmatch(name) or not name.endswith(ending):
        raise ConfigError(
            f"{path}: {key} names {name!r}; it must name a file such as 'extra{ending}' or "
            f"'brand/extra{ending}', without the folder of the theme that such files lie in."
        )


def check_options(
    options: Mapping[str, object], known: Mapping[str, object], path: str, *, may_add: bool
) -> None:
    """Refuse options that a theme does not have, and values that no option takes.

    Args:
        may_add: a theme may declare options of its own; those of its parents keep their types.

    Raises:
        ConfigError: an option is unknown, or its value is none it takes.
    """
    for key, value in options.items():
        if key not in known and not may_add:
            hint = did_you_mean(key, known)
            raise ConfigError(
                f"{path}: the theme has no option {key!r}.{hint} Known: {', '.join(known)}."
            )
        kind = type(known.get(key, value))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise ConfigError(f"{path}: options.{key} is {value!r}; it must be {_WORDS[kind]}.")
        if key in COLOUR_OPTIONS and value and not _COLOUR.fullmatch(str(value)):
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

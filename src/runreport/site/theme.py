"""A theme is a folder: ``theme.toml``, ``templates/``, ``static/``, ``vendor/``.

It may name a parent, whose files it inherits one by one. A project's own theme folder overrides
templates and static files by files of the same name, and adds ``static/extra.css``.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean
from runreport.site.description import (
    COLOUR_OPTIONS,
    Description,
    check_options,
    read_description,
)

BUILT_IN = ("default", "plain")
_EXTRA = "static/extra.css"
_OVERRIDABLE = ("templates", "static")


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
    styles: tuple[str, ...]
    """Style sheets of ``static/css``, those of parents first."""
    start_scripts: tuple[str, ...]
    """Modules of ``static/js`` that every page starts: those of the built-in themes."""
    own_scripts: tuple[str, ...]
    """Those of other themes, parents first, each in a script of its own: one that fails stops no
    other."""
    later_scripts: Mapping[str, str]
    """Modules that are loaded when asked for, by the names of their scripts."""
    vendor: tuple[str, ...]
    """Scripts of ``vendor`` that charts need, in order."""
    named: Mapping[str, str]
    """Folders by the names of their themes, for templates that keep what they replace."""
    has_scripts: bool
    options: Mapping[str, object]
    """What a site's config or a child theme may set; templates see them as ``options``."""

    @property
    def is_built_in(self) -> bool:
        """Whether nothing of it comes from a project."""
        return all(map(is_built_in_folder, self.folders))

    @property
    def template_folders(self) -> tuple[str, ...]:
        """Where to look for a template, first match wins."""
        return tuple(os.path.join(folder, "templates") for folder in self.folders)

    @property
    def unused(self) -> tuple[str, ...]:
        """Files of a project's ``theme/`` that take the place of none, as sentences."""
        themes = set(self.named.values())
        mine = {p for folder in self.folders if folder not in themes for p in _files_below(folder)}
        if not mine:
            return ()
        known = {path for folder in themes for path in _files_below(folder)}
        return tuple(
            f"theme/{path} takes the place of no file of the theme, and is not used."
            f"{did_you_mean(path, known)}"
            for path in sorted(mine - known - {_EXTRA})
            if not os.path.basename(path).startswith(".")
        )

    def find(self, path: str) -> str | None:
        """The nearest file of this path in the theme or a parent."""
        folder = self.folder_with(path)
        return None if folder is None else os.path.join(folder, *path.split("/"))

    def folder_with(self, path: str) -> str | None:
        """The folder of the nearest file of this path."""
        places = (os.path.join(folder, *path.split("/")) for folder in self.folders)
        found = zip(self.folders, places, strict=True)
        return next((folder for folder, place in found if os.path.isfile(place)), None)

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
        """All style sheets in one file, a project's own last."""
        sheets = [self.read(f"static/css/{name}") for name in self.styles]
        sheets.append(_colours(self.options))
        if self.find(_EXTRA) is not None:
            sheets.append(self.read(_EXTRA))
        return hashed_asset("style", "css", b"\n".join(filter(None, sheets)))

    def chart_scripts(self) -> tuple[Asset, ...]:
        """The vendored chart scripts, in the order they are loaded."""
        return tuple(
            hashed_asset(name.removesuffix(".js"), "js", self.read(f"vendor/{name}"))
            for name in self.vendor
        )


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
    has_own = any(os.path.isdir(os.path.join(override, part)) for part in _OVERRIDABLE)
    if has_own and override not in folders:
        folders.insert(0, override)
    settled: dict[str, object] = {}
    for folder, own in reversed(chain):
        check_options(own.options, settled, os.path.join(folder, "theme.toml"), may_add=True)
        settled.update(own.options)
    check_options(options or {}, settled, "runreport.toml", may_add=False)
    settled.update(options or {})
    parents_first = [description for _, description in reversed(chain)]
    ours = [own for folder, own in reversed(chain) if is_built_in_folder(folder)]
    others = [own for folder, own in reversed(chain) if not is_built_in_folder(folder)]
    return Theme(
        name=parents_first[-1].name,
        folders=tuple(folders),
        styles=_each_once(own.styles for own in parents_first),
        start_scripts=_each_once(own.scripts for own in ours),
        own_scripts=_each_once(own.scripts for own in others),
        later_scripts=_later_scripts(parents_first),
        vendor=_each_once(own.vendor for own in parents_first),
        named={own.name: folder for folder, own in chain},
        has_scripts=bool(settled.get("scripts", True)),
        options=settled,
    )


def _later_scripts(parents_first: Iterable[Description]) -> dict[str, str]:
    found: dict[str, str] = {}
    for own in parents_first:
        for name, entry in own.later.items():
            if name in found:
                raise ConfigError(
                    f"Theme {own.name!r}: later.{name} is a script of its parent; choose another "
                    f"name, or replace static/js/{found[name]} by a file of that name."
                )
            found[name] = entry
    return found


def _files_below(folder: str) -> Iterator[str]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield os.path.relpath(os.path.join(parent, name), folder).replace(os.sep, "/")


def _each_once(lists: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in lists for name in names))


def _colours(options: Mapping[str, object]) -> bytes:
    """Style sheet lines for the colours that options set."""
    light, dark = (str(options.get(key) or "") for key in COLOUR_OPTIONS)
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


def _chain(name: str, project_folder: str) -> Iterator[tuple[str, Description]]:
    seen: list[str] = []
    wanted: str | None = name
    while wanted is not None:
        folder = _folder_of(wanted, project_folder)
        if folder in seen:
            raise ConfigError(f"Theme {name!r}: its parents form a circle at {wanted!r}.")
        seen.append(folder)
        description = read_description(folder)
        yield folder, description
        wanted = description.parent


def is_built_in_folder(folder: str | None) -> bool:
    """Whether it is the folder of one of our themes."""
    if folder is None:
        return False
    return os.path.dirname(folder) == os.path.dirname(_built_in_folder(BUILT_IN[0]))


@cache
def _built_in_folder(name: str) -> str:
    return str(files("runreport.themes") / name)


def _folder_of(name: str, project_folder: str) -> str:
    if name in BUILT_IN:
        return _built_in_folder(name)
    folder = os.path.abspath(os.path.join(project_folder, name))
    if os.path.isfile(os.path.join(folder, "theme.toml")):
        return folder
    hint = did_you_mean(name, BUILT_IN)
    raise ConfigError(
        f"There is no theme {name!r}.{hint} Use one of {', '.join(BUILT_IN)}, or the path of a "
        "folder with a theme.toml."
    )


def hashed_asset(stem: str, ending: str, content: bytes) -> Asset:
    """A file whose name carries the hash of its content."""
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"static/{stem}-{digest}.{ending}", content)

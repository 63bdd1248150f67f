"""Modules joined into the classic scripts that a page opened from disk can load.

A theme's scripts are JavaScript modules. Of their syntax the join knows what they need: named
imports of other modules by relative path, re-exports of the same form, and ``export`` before a
function, class or constant. Each module becomes a function that keeps its names to itself and
returns its exports; what it imports comes before it, so modules may not import each other in a
circle.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from runreport.errors import ConfigError

_FROM = re.compile(
    r'^(?P<word>import|export)\s*(?:\{(?P<names>[^}]*)\}\s*from\s*)?"(?P<path>[^"]+)";$',
    re.MULTILINE,
)
_DECLARED = re.compile(
    r"^export ((?:async )?function\*?|class|const) ([A-Za-z_$][\w$]*)", re.MULTILINE
)
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)", re.MULTILINE | re.DOTALL)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_NAME = re.compile(r"([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?")


@dataclass(frozen=True, slots=True)
class Import:
    """What a module takes from another, or hands on."""

    path: str
    """Of the other module, from the folder of scripts."""
    names: tuple[tuple[str, str], ...]
    """Pairs: the name there and the name here."""
    is_handed_on: bool


@dataclass(frozen=True, slots=True)
class Module:
    """A module as the join sees it."""

    path: str
    imports: tuple[Import, ...]
    exports: tuple[str, ...]
    """Names that it declares itself."""
    body: str
    """Without comments, indentation, imports and the word ``export``."""


def read_module(path: str, text: str) -> Module:
    """Take a module apart.

    Args:
        path: from the folder of scripts; imports are relative to it.

    Raises:
        ConfigError: an import or export has a form that the join does not know.
    """
    bare = without_comments(text)
    imports = tuple(
        Import(
            posixpath.normpath(posixpath.join(posixpath.dirname(path), match["path"])),
            tuple((own[1], own[2] or own[1]) for own in _NAME.finditer(match["names"] or "")),
            match["word"] == "export",
        )
        for match in _FROM.finditer(bare)
    )
    body = _FROM.sub("", bare)
    exports = tuple(match[2] for match in _DECLARED.finditer(body))
    body = _DECLARED.sub(r"\1 \2", body)
    wrong = _OTHER.search(body)
    if wrong:
        raise ConfigError(
            f"{path}: {wrong[0]!r} is no import or export that scripts are joined by. Write "
            '`import { name } from "./other.js";` at the top, and `export` before a function, '
            "class or const."
        )
    return Module(path, imports, exports, "\n".join(filter(None, body.split("\n"))))


def without_comments(script: str) -> str:
    """A script without its indentation, and without the comments that lines begin with.

    The theme's scripts keep to what makes this safe: no text in backquotes spans lines.
    """
    lines = map(str.strip, _COMMENT.sub("", script).split("\n"))
    return "\n".join([*filter(None, lines), ""])


def ordered_modules(
    entries: Sequence[str], read: Callable[[str], str], before: Iterable[str] = ()
) -> list[Module]:
    """Modules and all that they import, each after what it imports.

    Args:
        entries: paths from the folder of scripts.
        read: the text of a module by its path.
        before: paths of modules that are loaded already, and left out.

    Raises:
        ConfigError: there is no such module, it lacks a name that another imports, or modules
            import each other in a circle.
    """
    known: dict[str, Module] = {}
    order: list[Module] = []
    skipped = set(before)

    def visit(path: str, way: tuple[str, ...]) -> Module:
        if path in way:
            circle = " → ".join((*way[way.index(path) :], path))
            raise ConfigError(f"The theme's scripts import each other in a circle: {circle}.")
        if path in known:
            return known[path]
        module = read_module(path, read(path))
        for own in module.imports:
            other = visit(own.path, (*way, path))
            _check_names(module, own, other)
        known[path] = module
        if path not in skipped:
            order.append(module)
        return module

    for entry in entries:
        visit(entry, ())
    return order


def _check_names(module: Module, own: Import, other: Module) -> None:
    handed_on = {here for one in other.imports if one.is_handed_on for _, here in one.names}
    for name, _ in own.names:
        if name not in other.exports and name not in handed_on:
            raise ConfigError(f"{module.path} imports {name!r}, which {own.path} does not export.")


def join_first(modules: Sequence[Module]) -> str:
    """The script that every page loads: its modules, and the registry that later ones add to."""
    return f'(function () {{\n"use strict";\nconst modules = {{}};\n{_joined(modules)}}})();\n'


def join_later(name: str, entry: str, modules: Sequence[Module]) -> str:
    """A script that is loaded later: its modules, and what its entry exports for those who ask."""
    head = f'runreport.later("{name}", function (modules) {{\n"use strict";\n'
    return f'{head}{_joined(modules)}return modules["{entry}"];\n}});\n'


def _joined(modules: Sequence[Module]) -> str:
    return "".join(map(_wrapped, modules))


def _wrapped(module: Module) -> str:
    """A module as a function that runs once, whichever script brings it first."""
    taken = "".join(
        f'const {{ {_pairs(own.names)} }} = modules["{own.path}"];\n'
        for own in module.imports
        if own.names and not own.is_handed_on
    )
    handed = [
        f"...(({{ {_pairs(own.names)} }}) => ({{ {', '.join(here for _, here in own.names)} }}))"
        f'(modules["{own.path}"])'
        for own in module.imports
        if own.is_handed_on
    ]
    returned = ", ".join([*module.exports, *handed])
    return (
        f'modules["{module.path}"] ??= (function () {{\n{taken}{module.body}\n'
        f"return {{ {returned} }};\n}})();\n"
    )


def _pairs(names: Iterable[tuple[str, str]]) -> str:
    return ", ".join(there if there == here else f"{there}: {here}" for there, here in names)

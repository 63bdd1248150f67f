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

REGISTRY = "$modules"
"""What the joined scripts call the registry of modules; core/global.js names it, too."""
_FROM = re.compile(
    r'^(?P<word>import|export)\s*(?:\{(?P<names>[^}]*)\}\s*from\s*)?"(?P<path>[^"]+)";'
    r"[ \t]*(?://.*)?$",
    re.MULTILINE,
)
_DECLARED = re.compile(
    r"^export ((?:async )?function\*?|class|const) ([A-Za-z_$][\w$]*)", re.MULTILINE
)
_NAMES = re.compile(r"([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?")
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|//[^\n]*)", re.MULTILINE | re.DOTALL)
_WHOLE = re.compile(
    r"""//.*|/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\."""
    r"""|(?<![\w)\]])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+/"""
)
"""Comments, texts in quotes and patterns that begin and end on one line."""
_REFUSED = (
    (re.compile(r"^(?:import|export)\b(?!\s*:)|;\s*(?:import|export)\s*[{*\w\"]"),
     'write `import { name } from "./other.js";` on lines of its own, and `export` before a '
     "function, class or const"),
    (re.compile(r"\bimport\s*[(.]"), "a page from disk can load no module later; see `later`"),
    (re.compile(r"^(?:const|class|function|let|var)\s+default\b"), "names have no default"),
    (re.compile(r"^[^`]*`(?:[^`]*`[^`]*`)*[^`]*$|/\*|\\$"),
     "no text or comment may go on in the next line"),
    (re.compile(r"<!--|^-->"), "a classic script takes it for a comment"),
)  # fmt: skip
"""What the join cannot keep as it is, with what to do instead."""
_WAITING = re.compile(r"^(?:(?:const|let|var)\b[^{}]*=\s*)?await\b.*", re.MULTILINE)
"""At the beginning of a line: outside all functions."""


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
    waiting = _WAITING.search(text)
    if waiting:
        raise ConfigError(f"{path}: {waiting[0]!r} waits; a script can wait in functions only.")
    bare = without_comments(text.removeprefix("\ufeff"))
    imports = tuple(
        Import(_resolved(path, match["path"]), _pairs_of(path, match), match["word"] == "export")
        for match in _FROM.finditer(bare)
    )
    body = _FROM.sub("", bare)
    exports = tuple(match[2] for match in _DECLARED.finditer(body))
    body = _DECLARED.sub(r"\1 \2", body)
    for line in body.split("\n"):
        _check_line(path, line)
    return Module(path, imports, exports, "\n".join(filter(None, body.split("\n"))))


def _resolved(path: str, other: str) -> str:
    if not other.startswith(("./", "../")):
        raise ConfigError(f"{path} imports {other!r}; the way to a module begins with ./ or ../.")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), other))


def _pairs_of(path: str, match: re.Match[str]) -> tuple[tuple[str, str], ...]:
    """The names of an import: there and here."""
    parts = [part.strip() for part in (match["names"] or "").split(",")]
    found = [_NAMES.fullmatch(part) for part in filter(None, parts)]
    if not all(own and "default" not in own.groups() for own in found):
        raise ConfigError(
            f"{path}: {match[0]!r} names more than names; write "
            '`import { one, two as other } from "./module.js";`.'
        )
    return tuple((own[1], own[2] or own[1]) for own in found if own)


def _check_line(path: str, line: str) -> None:
    bare = _WHOLE.sub('""', line)
    for pattern, advice in _REFUSED:
        if pattern.search(bare):
            raise ConfigError(f"{path}: {line!r} cannot be joined into a script: {advice}.")
    if re.match(r"const\s+\w+\s*=[^(\[{=>]*,\s*\w+\s*=", bare):
        raise ConfigError(f"{path}: {line!r} declares two names; give each a line of its own.")


def without_comments(script: str) -> str:
    """A script without its indentation, and without the comments that lines begin with."""
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
    return f'(function () {{\n"use strict";\nconst {REGISTRY} = {{}};\n{_joined(modules)}}})();\n'


def join_later(name: str, entry: str, modules: Sequence[Module]) -> str:
    """A script that is loaded later: its modules, and what its entry exports for those who ask."""
    head = f'runreport.later("{name}", function ({REGISTRY}) {{\n"use strict";\n'
    return f'{head}{_joined(modules)}return {REGISTRY}["{entry}"];\n}});\n'


def _joined(modules: Sequence[Module]) -> str:
    return "".join(map(_wrapped, modules))


def _wrapped(module: Module) -> str:
    """A module as a function that runs once, whichever script brings it first."""
    taken = "".join(
        f'const {{ {_pairs(own.names)} }} = {REGISTRY}["{own.path}"];\n'
        for own in module.imports
        if own.names and not own.is_handed_on
    )
    handed = [
        f"...(({{ {_pairs(own.names)} }}) => ({{ {', '.join(here for _, here in own.names)} }}))"
        f'({REGISTRY}["{own.path}"])'
        for own in module.imports
        if own.is_handed_on
    ]
    returned = ", ".join([*module.exports, *handed])
    return (
        f'{REGISTRY}["{module.path}"] ??= (function () {{\n{taken}{module.body}\n'
        f"return {{ {returned} }};\n}})();\n"
    )


def _pairs(names: Iterable[tuple[str, str]]) -> str:
    return ", ".join(there if there == here else f"{there}: {here}" for there, here in names)

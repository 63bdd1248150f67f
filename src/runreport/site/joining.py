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
from runreport.site.scanning import Token, scan

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
_OPENING, _CLOSING = ("(", "[", "{"), (")", "]", "}")
_ADVICE = (
    'write `import { name } from "./other.js";` on lines of its own, and `export` before a '
    "function, class or const"
)


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
    """Without indentation, imports, the word ``export`` and the comments that lines begin with."""


def read_module(path: str, text: str, *, is_checked: bool = False) -> Module:
    """Take a module apart.

    Args:
        path: from the folder of scripts; imports are relative to it.
        is_checked: it is known to hold only what can be joined; looking takes longer than joining.

    Raises:
        ConfigError: an import or export has a form that the join does not know.
    """
    bare = without_comments(text.removeprefix("\ufeff"))
    imports = tuple(
        Import(_resolved(path, match["path"]), _pairs_of(path, match), match["word"] == "export")
        for match in _FROM.finditer(bare)
    )
    body = _FROM.sub("", bare)
    exports = tuple(match[2] for match in _DECLARED.finditer(body))
    body = _DECLARED.sub(r"\1 \2", body)
    problem = "" if is_checked else _problem(text, bare, body)
    if problem:
        raise ConfigError(f"{path} cannot be joined into a script: {problem}.")
    return Module(path, imports, exports, "\n".join(filter(None, body.split("\n"))))


def _resolved(path: str, other: str) -> str:
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), other))
    is_way = other.startswith(("./", "../")) and other.endswith(".js")
    if not is_way or found.startswith(".."):
        raise ConfigError(
            f"{path} imports {other!r}; the way to a module begins with ./ or ../, ends in .js "
            "and stays in static/js."
        )
    return found


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


def _problem(text: str, bare: str, body: str) -> str:
    """What of a module no classic script can keep, with what to do; empty if there is nothing."""
    if _declares_several(bare):
        return "an `export const` declares several names; give each a line of its own"
    for token in scan(text):
        is_alone = token.kind == "comment" and _line_of(text, token).startswith(("/*", "//"))
        if "\n" in token.text and not is_alone:
            line = _line_of(text, token)
            return f"{line!r} goes on in the next line; no text or comment behind code may"
        if token.text == "<!--":
            return "`<!--` begins a comment in a classic script"
    return _problem_of_words(body)


def _problem_of_words(body: str) -> str:
    depth, statement = 0, False
    tokens = [token for token in scan(body) if token.kind != "comment"]
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        word = token.text if token.kind == "word" else ""
        follows = after.text if after else ""
        is_key = follows == ":" or (before is not None and before.text == ".")
        if word in ("import", "export") and not is_key:
            if follows in ("(", "."):
                return "`import(` and `import.meta` need modules; see `later` and `loadLater`"
            return f"{_line_of(body, token)!r}: {_ADVICE}"
        statement = (statement or word == "async") and token.text != ";"
        if word == "await" and depth == 0 and not is_key and not statement:
            return f"{_line_of(body, token)!r}: a classic script waits in functions only"
        depth += (token.text == "{") - (token.text == "}") if token.kind == "mark" else 0
    return ""


def _line_of(script: str, token: Token) -> str:
    """The line in which a token begins."""
    start = script.rfind("\n", 0, token.at) + 1
    return script[start:].split("\n", 1)[0].strip()


def _declares_several(bare: str) -> bool:
    for match in re.finditer(r"^export const\b", bare, re.MULTILINE):
        depth = 0
        for token in scan(bare[match.end() :]):
            if token.kind != "mark":
                continue
            depth += (token.text in _OPENING) - (token.text in _CLOSING)
            if depth == 0 and token.text in (",", ";"):
                if token.text == ",":
                    return True
                break
    return False


def without_comments(script: str) -> str:
    """A script without its indentation, and without the comments that lines begin with."""
    lines = map(str.strip, _COMMENT.sub("", script).split("\n"))
    return "\n".join([*filter(None, lines), ""])


def ordered_modules(
    entries: Sequence[str],
    read: Callable[[str], str],
    before: Iterable[Module] = (),
    is_checked: Callable[[str], bool] = lambda _: False,
) -> list[Module]:
    """Modules and all that they import, each after what it imports.

    Args:
        entries: paths from the folder of scripts.
        read: the text of a module by its path.
        before: modules that are loaded already, and left out.
        is_checked: whether the module of a path is known to hold only what can be joined.

    Raises:
        ConfigError: there is no such module, it lacks a name that another imports, or modules
            import each other in a circle.
    """
    known = {module.path: module for module in before}
    order: list[Module] = []

    def visit(path: str, way: tuple[str, ...]) -> Module:
        if path in way:
            circle = " → ".join((*way[way.index(path) :], path))
            raise ConfigError(f"The theme's scripts import each other in a circle: {circle}.")
        if path in known:
            return known[path]
        module = read_module(path, _read(read, path, way), is_checked=is_checked(path))
        for own in module.imports:
            other = visit(own.path, (*way, path))
            _check_names(module, own, other)
        known[path] = module
        order.append(module)
        return module

    for entry in entries:
        visit(entry, ())
    return order


def _read(read: Callable[[str], str], path: str, way: Sequence[str]) -> str:
    try:
        return read(path)
    except ConfigError as error:
        if not way:
            raise
        raise ConfigError(f"{way[-1]} imports {path!r}: {error}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"static/js/{path} is no text in UTF-8: {error.reason}.") from None


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

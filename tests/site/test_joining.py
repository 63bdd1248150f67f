"""Modules become classic scripts that do the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

import pytest
from node import NODE

from runreport.errors import ConfigError
from runreport.site.joining import (
    join_first,
    join_later,
    ordered_modules,
    read_module,
    without_comments,
)

COUNTING = """
// Counts how often it ran.
import { note } from "./noting.js";
/**
 * export function inAComment() {}
 */
export const first = 1;
export function next(value) {
  note("next");
  return value + first;
}
note("counting");
"""
NOTING = """
const notes = [];
export function note(text) { notes.push(text); }
export const noted = () => notes.join(" ");
"""
HANDING = """
export { next as after } from "./deep/counting.js";
export { noted } from "./deep/noting.js";
"""


def joined(files: Mapping[str, str], first: str, later: str) -> str:
    start = ordered_modules([first], files.__getitem__)
    more = ordered_modules([later], files.__getitem__, start)
    return join_first(start) + join_later("more", later, more)


def test_a_module_runs_once_and_keeps_its_names_to_itself() -> None:
    files = {
        "start.js": 'import { next, first as one } from "./deep/counting.js";\n'
        "const notes = next(one);\n"
        "globalThis.runreport = { later(name, start) { globalThis.more = start($modules); } };\n"
        "globalThis.seen = notes;\n",
        "deep/counting.js": COUNTING,
        "deep/noting.js": NOTING,
        "more.js": HANDING,
    }
    script = joined(files, "start.js", "more.js")
    program = f"{script}\nconsole.log(JSON.stringify([seen, more.after(4), more.noted()]));"
    done = subprocess.run([NODE, "-e", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [2, 5, "counting next next"]


def test_what_is_loaded_already_is_not_brought_again() -> None:
    files = {
        "start.js": 'import { noted } from "./noting.js";\nnoted();\n',
        "more.js": 'import { note } from "./noting.js";\nnote("x");\n',
        "noting.js": NOTING,
    }
    start = ordered_modules(["start.js"], files.__getitem__)
    assert [module.path for module in start] == ["noting.js", "start.js"]
    more = ordered_modules(["more.js"], files.__getitem__, start)
    assert [module.path for module in more] == ["more.js"]


def test_only_the_comments_that_lines_begin_with_are_left_out() -> None:
    script = """
    // one
    add(
      /** @type {number} */ first,
      second, // stays
      "/* a text */",
    );
    /* two
       lines */
    /** three */
    """
    assert without_comments(script) == 'add(\nfirst,\nsecond, // stays\n"/* a text */",\n);\n'


def test_what_looks_like_more_than_one_line_but_is_not_is_kept() -> None:
    lines = [
        'const ticked = /`[^`]*`/.test("`");',
        'const nested = `a ${`b\\\\` + "c"} it\'s`;',
        "const quoted = 'an `import` and a /* in a text';",
        "const half = (a / 2) + b / 3; // it`s",
        "const url = `https://x/${id}` + `it's` + 'x';",
        "const importing = 1; importing++; thing.import(2);",
        "const later = async () => await f();",
        "async function wait() { await f(); }",
        "export const options = {",
        "export: 1,",
        "};",
    ]
    module = read_module("a.js", "\ufeff" + "\n".join(lines))
    assert module.exports == ("options",)
    assert module.body.split("\n") == [*lines[:8], "const options = {", *lines[9:]]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.js": 'import { b } from "./b.js";\n', "b.js": 'import { a } from "./a.js";\n'},
         "in a circle: a.js → b.js → a.js"),
        ({"a.js": 'import { c } from "./b.js";\n', "b.js": "export const b = 1;\n"},
         "a.js imports 'c', which b.js does not export"),
        ({"a.js": "export default 3;\n"}, r"'export default 3;': write `import"),
        ({"a.js": "export let shared = 3;\n"}, "'export let shared = 3;': write `import"),
        ({"a.js": 'import * as all from "./b.js";\n'}, "on lines of its own"),
        ({"a.js": "import { b } from './b.js';\n"}, "on lines of its own"),
        ({"a.js": 'import { b } from "/b.js";\n'}, "begins with ./ or ../"),
        ({"a.js": 'import "../../../secret.js";\n'}, "stays in static/js"),
        ({"a.js": 'import "./b.txt";\n'}, "ends in .js"),
        ({"a.js": 'import { b /* b */ } from "./b.js";\n'}, "names more than names"),
        ({"a.js": 'export { b as default } from "./b.js";\n'}, "names more than names"),
        ({"a.js": "const a = 1; export { a };\n"}, "on lines of its own"),
        ({"a.js": 'const b = import("./b.js");\n'}, "need modules"),
        ({"a.js": "f(import.meta.url);\n"}, "need modules"),
        ({"a.js": "const b = await f();\n"}, "waits in functions only"),
        ({"a.js": "export const b = await f();\n"}, "waits in functions only"),
        ({"a.js": "const { b } = await f();\n"}, "waits in functions only"),
        ({"a.js": "if (x) await f();\n"}, "waits in functions only"),
        ({"a.js": "f(\n  await g(),\n);\n"}, "waits in functions only"),
        ({"a.js": "for await (const x of y) f(x);\n"}, "waits in functions only"),
        ({"a.js": "const text = `one\n  two`;\n"}, "goes on in the next line"),
        ({"a.js": 'const text = "one\\\n  two";\n'}, "goes on in the next line"),
        ({"a.js": "f(); /* one\n// two */ g();\n"}, "goes on in the next line"),
        ({"a.js": "export const a = 1, b = 2;\n"}, "declares several names"),
        ({"a.js": "export const a = f(1, 2),\n  b = 2;\n"}, "declares several names"),
        ({"a.js": "if (a<!--b) f();\n"}, "begins a comment"),
    ],
)  # fmt: skip
def test_what_cannot_be_joined_is_one_clear_error(files: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ordered_modules(["a.js"], files.__getitem__)

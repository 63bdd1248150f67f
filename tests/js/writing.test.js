// Tables for other programs, as the command line writes them.

import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../cli/written_tables.json" with { type: "json" };
import { asCsv, asLatex, asMarkdown } from "../../themes/default/static/js/table/writing.js";

test("Markdown and LaTeX are those of the command line", () => {
  for (const { heads, numeric, rows, md, latex } of cases) {
    assert.deepEqual(asMarkdown({ heads, numeric, rows }).trimEnd().split("\n"), md);
    assert.deepEqual(asLatex({ heads, numeric, rows }).trimEnd().split("\n"), latex);
  }
});

test("no text of a CSV file is a formula", () => {
  const table = {
    heads: ["a", "=b"],
    numeric: [false, true],
    rows: [
      ["=1+1", "-5"],
      ['x,"y"', "1"],
    ],
  };
  assert.equal(asCsv(table), 'a,\'=b\r\n\'=1+1,-5\r\n"x,""y""",1\r\n');
});

// The conformance cases of the filter language (tests/query/cases.jsonl), on the data that a
// report of the same archive carries.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { parseTree } from "../../themes/default/static/js/table/grammar.js";
import { evaluate } from "../../themes/default/static/js/table/predicate.js";
import { FilterError } from "../../themes/default/static/js/table/tokens.js";
import { conformance } from "./site.js";

const NOW = 1790010000000;
const cases = fs
  .readFileSync(new URL("../query/cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const sources = Object.fromEntries(["basic", "sweep", "whole"].map((name) => [name, conformance(name)]));

const good = cases.filter((entry) => entry.runs && entry.browser !== false);

test("there are hundreds of cases", () => assert.ok(good.length > 300, String(good.length)));

for (const entry of good) {
  test(`${entry.archive}: ${entry.filter || "all"}`, () => {
    const source = sources[entry.archive];
    const kept = evaluate(source, parseTree(source, entry.filter), NOW);
    const found = source.valuesOf("run_name").filter((_, run) => kept[run]);
    // Only the set: the table sorts by itself, newest first unless the reader chose a column.
    assert.deepEqual(found.sort(), [...entry.runs].sort());
  });
}

for (const entry of cases.filter((each) => each.error)) {
  test(`error: ${entry.filter.slice(0, 60)}`, () => {
    let caught = null;
    try {
      parseTree(sources.basic, entry.filter);
    } catch (error) {
      caught = error;
    }
    assert.ok(caught instanceof FilterError, `no error, or ${caught}`);
    assert.equal(caught.column, entry.error, caught.message);
    if (entry.suggests) assert.equal(caught.suggestion, entry.suggests);
  });
}

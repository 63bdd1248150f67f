// The conformance cases of the filter language (tests/query/cases.jsonl), on the data that a
// report of the same archive carries.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const { conformance, withData } = require("./site.js");

const NOW = 1790010000000;
const cases = fs.readFileSync(path.join(__dirname, "..", "query", "cases.jsonl"), "utf8")
  .trim().split("\n").map((line) => JSON.parse(line));
const WANTED = ["parseTree", "evaluate", "valuesOf", "FilterError"];
const pages = {};
for (const name of ["basic", "sweep", "whole"]) {
  pages[name] = withData(conformance(name), WANTED);
}

const good = cases.filter((entry) => entry.runs && entry.browser !== false);

test("there are hundreds of cases", () => assert.ok(good.length > 300, String(good.length)));

for (const entry of good) {
  test(`${entry.archive}: ${entry.filter || "all"}`, () => {
    const page = pages[entry.archive];
    const tree = page.parseTree(entry.filter);
    const kept = page.evaluate(tree, NOW);
    const found = Array.from(page.valuesOf("run_name")).filter((_, run) => kept[run]);
    // Only the set: the table sorts by itself, newest first unless the reader chose a column.
    assert.deepEqual(found.sort(), [...entry.runs].sort());
  });
}

for (const entry of cases.filter((each) => each.error)) {
  test(`error: ${entry.filter.slice(0, 60)}`, () => {
    const page = pages.basic;
    let caught = null;
    try {
      page.parseTree(entry.filter);
    } catch (error) {
      caught = error;
    }
    assert.ok(caught instanceof page.FilterError, `no error, or ${caught}`);
    assert.equal(caught.column, entry.error, caught.message);
    if (entry.suggests) assert.equal(caught.suggestion, entry.suggests);
  });
}

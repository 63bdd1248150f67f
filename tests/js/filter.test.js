"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { conformance, withData } = require("./site.js");

const { manifest, blocks } = conformance("basic");
const page = withData(manifest, blocks,
  ["readBox", "runsOfBox", "adviceOf", "columnsOfBox", "valuesOf", "nearest"]);

function find(text) {
  const kept = page.runsOfBox(page.readBox(text));
  const names = Array.from(page.valuesOf("run_name"));
  return kept === null ? names : names.filter((_, run) => kept[run]);
}

test("words must all occur somewhere, in any case", () => {
  assert.deepEqual(find("NET").sort(), ["beta net", "eta", "gamma net"]);
  assert.deepEqual(find("net blue").sort(), ["beta net", "eta"]);
  assert.deepEqual(find('"beta n"'), ["beta net"]);
  assert.deepEqual(find("nothing"), []);
  assert.equal(find("  ").length, 9);
  assert.deepEqual(find("1e-3"), ["gamma net"]); // as it was logged
});

test("text with an operator is a query", () => {
  assert.deepEqual(find("params.lr > 0.01 and status = 'FINISHED'").sort(), ["alpha tree", "zeta_under"]);
  assert.deepEqual(find("metrics.loss.min < 0.35 or duration > 2h").sort(),
    ["Delta", "beta net", "epsilon 100%"]);
});

test("an error says where and what was probably meant", () => {
  assert.equal(page.adviceOf(page.readBox("acuracy > 0.9")),
    "Column 1: unknown attribute “acuracy”. Did you mean metrics.accuracy?");
  assert.match(page.adviceOf(page.readBox("params.model = tree")), /^Column 16: .*quoted text/);
  assert.equal(page.adviceOf(page.readBox("params.model = 'tree'")), "");
  assert.equal(page.adviceOf(page.readBox("just words")), "");
});

test("what no run has is said, and what a report leaves out", () => {
  assert.equal(page.adviceOf(page.readBox("metrics.acuracy > 1")),
    "No run has metrics.acuracy. Did you mean metrics.accuracy?");
  assert.equal(page.adviceOf(page.readBox("user_id = 'ada'")), "This report does not hold user_id.");
});

test("only the columns that a query asks for are loaded", () => {
  const columns = (text) => Array.from(page.columnsOfBox(page.readBox(text))).sort();
  assert.deepEqual(columns("params.lr > 1 and metrics.loss.min < 2"),
    ["metrics.loss", "metrics.loss.min", "params.lr", "stats(metrics.loss)"]);
  assert.deepEqual(columns(""), []);
  assert.ok(columns("word").includes("tags.team"));
});

test("the nearest name is found, or none", () => {
  assert.equal(page.nearest("stauts", ["status", "start_time"]), "status");
  assert.equal(page.nearest("completely", ["status", "start_time"]), undefined);
});

test("a name from an object's prototype is no name of ours", () => {
  for (const text of ["constructor > 1", "__proto__.x = 'a'", "toString = 'a'", "params.constructor = 'a'"]) {
    const box = page.readBox(text);
    assert.ok(box.error || find(text).length === 0, text);
  }
});

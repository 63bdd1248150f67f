"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load } = require("./load.js");

const columns = [
  { name: "run_name", label: "Run", group: "properties", kind: "text", files: [] },
  { name: "status", label: "Status", group: "properties", kind: "text", files: [] },
  { name: "params.model", label: "model", group: "params", kind: "text", files: [] },
  { name: "params.lr", label: "lr", group: "params", kind: "number", format: ["general", 6], files: [] },
  { name: "tags.team", label: "team", group: "tags", kind: "text", files: [] },
];
const values = {
  run_name: ["Tree one", "net two", "net three"],
  status: ["FINISHED", "FAILED", "FINISHED"],
  "params.model": ["tree", "net", "net"],
  "params.lr": [0.1, 0.01, null],
  "tags.team": ["red", null, "blue"],
};

function find(text) {
  const page = load(["format.js", "columns.js", "filter.js"],
    ["parseFilter", "matcher", "decoded", "logged"],
    { brought: { manifest: { columns, runs: 3 }, blocks: new Map() } });
  for (const [name, column] of Object.entries(values)) page.decoded.set(name, column);
  page.logged.set("params.lr", ["0.10", "1e-2", null]);
  const matches = page.matcher(page.parseFilter(text));
  return [0, 1, 2].filter(matches);
}

test("words must all occur somewhere, in any case", () => {
  assert.deepEqual(find("NET"), [1, 2]);
  assert.deepEqual(find("net blue"), [2]);
  assert.deepEqual(find('"net t"'), [1, 2]);
  assert.deepEqual(find("nothing"), []);
  assert.deepEqual(find("  "), [0, 1, 2]);
});

test("name=value asks one column, by name or label", () => {
  assert.deepEqual(find("model=net"), [1, 2]);
  assert.deepEqual(find("params.lr=0.1"), [0]);
  assert.deepEqual(find("params.lr=0.10"), [0]);
  assert.deepEqual(find("lr=1e-2"), [1]);
  assert.deepEqual(find("status=failed team=red"), []);
  assert.deepEqual(find("lr=0.01 net"), [1]);
});

test("an unknown name is a word like any other", () => {
  assert.deepEqual(find("nosuch=net"), []);
});

"use strict";
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { load } = require("./load.js");
const cases = require("../report/formatting_cases.json");

const { general, fixed, formatDuration, formatTime, formatValue } = load(
  ["format.js"], ["general", "fixed", "formatDuration", "formatTime", "formatValue"]);

test("numbers, durations and times are written as in Python", () => {
  for (const [value, digits, text] of cases.general) assert.equal(general(value, digits), text);
  for (const [value, digits, text] of cases.fixed) assert.equal(fixed(value, digits), text);
  for (const [value, text] of cases.duration) assert.equal(formatDuration(value), text);
  for (const [value, text] of cases.time) assert.equal(formatTime(value), text);
});

test("what is no number has a name", () => {
  const column = { kind: "number", format: ["fixed", 2] };
  const shown = [null, NaN, Infinity, -Infinity, 1].map((value) => formatValue(column, value));
  assert.deepEqual(shown, ["–", "NaN", "∞", "-∞", "1.00"]);
});

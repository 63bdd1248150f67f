// Numbers, times and durations as text, as Python writes them.

import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../report/formatting_cases.json" with { type: "json" };
import { axisFormat } from "../../themes/default/static/js/charts/ticks.js";
import {
  MARKS,
  decimalsOf,
  durationUnit,
  formatDuration,
  formatNumber,
  formatText,
  formatTime,
  formatValue,
  fullNumber,
  fullTime,
  isSetTag,
  unsaid,
} from "../../themes/default/static/js/core/format.js";
import { deltaOf } from "../../themes/default/static/js/core/deltas.js";

test("numbers, durations and times are written as in Python", () => {
  const forms = {
    number: formatNumber,
    full: fullNumber,
    text: formatText,
    duration: formatDuration,
    time: formatTime,
    full_time: fullTime,
    decimals: decimalsOf,
  };
  for (const [kind, form] of Object.entries(forms)) {
    for (const [value, text] of cases[kind]) assert.equal(form(value), text, `${kind} of ${value}`);
  }
  for (const [longest, unit] of cases.unit) assert.equal(durationUnit(longest)[0], unit);
});

test("differences are written as in Python", () => {
  for (const [given, told] of cases.delta) {
    const { text, share, sense } = deltaOf(...given);
    assert.deepEqual([text, share, sense], told, String(given));
  }
  for (const pair of cases.no_delta) {
    const [value, base] = pair.map((one) => (one === null ? null : Number(one)));
    assert.equal(deltaOf(value, base, "max"), null, String(pair));
  }
});

test("statuses are marked and tags are hidden as in Python", () => {
  assert.deepEqual({ ...MARKS }, cases.marks);
  for (const [key, isSet] of cases.set_tags) assert.equal(isSetTag(key), isSet, key);
});

test("axes are divided as in Python", () => {
  for (const [numbers, ticks, isLog, format] of cases.axis) {
    assert.equal(axisFormat(numbers, ticks, isLog), format);
  }
});

test("what is no number has a name", () => {
  const shown = [null, NaN, Infinity, -Infinity, 1].map((value) => formatValue({ kind: "number" }, value));
  assert.deepEqual(shown, ["–", "NaN", "∞", "-∞", "1"]);
});

test("a title says what a text leaves out, and nothing else has one", () => {
  const number = { kind: "number" };
  assert.deepEqual(
    [0.5, 0.99981, 25557032, NaN, null].map((value) => unsaid(number, value)),
    ["", "0.99981", "", "", ""],
  );
  assert.equal(unsaid(number, 0.00031622776601683794, "0.00031622776601683794"), "0.00031622776601683794");
  assert.equal(unsaid(number, 1.1, "1.10"), "");
  assert.equal(unsaid({ kind: "time" }, 1795248940863), "2026-11-21 08:15:40.863 UTC");
  assert.equal(unsaid({ kind: "duration" }, 3723456), "3,723,456 ms");
});

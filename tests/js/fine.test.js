// What a page carries of a curve, and what there is more of a part of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "../../themes/default/static/js/charts/fine.js";

const curve = (step, value, more = {}) => ({
  step,
  time: step.map((own) => 1_700_000_000_000 + own),
  value,
  low: value,
  high: value,
  count: value.map(() => 1),
  spread: value.map(() => 0),
  isThinned: false,
  resumed: [],
  hasSteps: true,
  ...more,
});
const thin = curve([0, 2.5, 6.5, 9], [0, 25, 65, 90], { isThinned: true, resumed: [2], count: [1, 4, 4, 1] });
const steps = Array.from({ length: 10 }, (_, step) => step);
const whole = curve(
  steps,
  steps.map((step) => step * 10),
  { resumed: [5] },
);

test("a part has its own points, and beyond it is what the page carries", () => {
  const own = joined(thin, whole, "step", [3, 6], 100);
  assert.deepEqual(own.step, [0, 2.5, 3, 4, 5, 6, 6.5, 9]);
  assert.deepEqual(own.value, [0, 25, 30, 40, 50, 60, 65, 90]);
  assert.deepEqual(own.count, [1, 4, 1, 1, 1, 1, 4, 1]);
  assert.deepEqual(own.resumed, [4, 6], "where the later session begins");
  assert.equal(own.isThinned, true);
});

test("an open end takes all there is; times are places as well", () => {
  assert.deepEqual(joined(thin, whole, "step", [-Infinity, Infinity], 100).step, steps);
  assert.deepEqual(joined(thin, whole, "relative", [7, Infinity], 100).step, [0, 2.5, 6.5, 7, 8, 9]);
});

test("nothing, or too much, is no detail", () => {
  assert.equal(joined(thin, whole, "step", [3.2, 3.8], 100), null);
  assert.equal(joined(thin, whole, "step", [0, 9], 9), null);
});

// Points that runs logged since the site was made.

import assert from "node:assert/strict";
import { test } from "node:test";
import { grownCurve } from "../../themes/default/static/js/charts/stored.js";
import { crc32, followGrowth, grow } from "../../themes/default/static/js/core/growing.js";

test("names have the checksums that tests/site/test_live.py has", () => {
  const names = ["", "loss", "val/é", "😀", "\ud800"];
  assert.deepEqual(names.map(crc32), [0, 3726709001, 3319252773, 88978756, 2339517385]);
});

const stored = { step: [0, 1], time: [10, 20], value: [3, 2] };

test("what comes after a curve is its end, what it has already or a resumed run logs is not", () => {
  const loss = crc32("loss");
  grow([
    ["r", loss, 1, 20, 2],
    ["r", loss, 2, 30, "NaN"],
    ["r", loss, 4, 40, 0.5],
    ["r", loss, 3, 50, 9],
    ["r", crc32("other"), 5, 50, 9],
  ]);
  const curve = grownCurve(new Map([["loss", stored]]), "r", "loss");
  assert.deepEqual(curve.step, [0, 1, 2, 4]);
  assert.deepEqual(curve.value, [3, 2, NaN, 0.5]);
  assert.deepEqual([curve.count, curve.spread, curve.low.length], [[1, 1, 1, 1], [0, 0, 0, 0], 4]);
  const ordered = { ...stored, ordered: true };
  assert.deepEqual(grownCurve(new Map([["loss", ordered]]), "r", "loss").step, [0, 1]);
  assert.equal(grownCurve(new Map(), "r", "loss"), null);
});

test("who follows late is told what has grown", () => {
  const told = [];
  followGrowth((grown) => told.push([...(grown.get("r") || [])].sort()));
  assert.deepEqual(told, [[crc32("loss"), crc32("other")].sort()]);
  grow([["r", 7, 1, 1, 1]]);
  assert.deepEqual(told[1], [7]);
});

test("what is not known is a gap, and many points are put together", () => {
  const loss = crc32("loss");
  grow([["cut", loss, 5, 30, 1]], true);
  const curve = grownCurve(new Map([["loss", stored]]), "cut", "loss");
  assert.deepEqual(curve.step, [0, 1, 4.5, 5]);
  assert.ok(Number.isNaN(curve.value[2]));
  grow(Array.from({ length: 1500 }, (_, at) => ["fast", loss, 2 + at, 100 + at, at % 3]));
  const fast = grownCurve(new Map([["loss", stored]]), "fast", "loss");
  assert.equal(fast.step.length, 502);
  assert.deepEqual([fast.value[2], fast.low[2], fast.high[2], fast.count[2]], [1, 0, 2, 3]);
  assert.ok(fast.isThinned && fast.step.at(-1) === 1500);
});

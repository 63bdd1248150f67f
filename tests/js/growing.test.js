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
  followGrowth((grown) => told.push([...grown.get("r")].sort()));
  assert.deepEqual(told, [[crc32("loss"), crc32("other")].sort()]);
  grow([["r", 7, 1, 1, 1]]);
  assert.deepEqual(told[1], [7]);
});

// What lies nearest to a pointer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestIn, spotAt, spotOfValue } from "../../themes/default/static/js/pointing/finding.js";

const line = (name, x, y) => ({ name, x, y, left: x.map((own) => own * 10), top: y.map((own) => 100 - own) });
const names = (spot) => spot.points.map(({ line: { name }, at }) => `${name}@${at}`);

test("the nearest place is found at the ends and between", () => {
  assert.equal(nearestIn([0, 10, 20], -5), 0);
  assert.equal(nearestIn([0, 10, 20], 14), 1);
  assert.equal(nearestIn([0, 10, 20], 99), 2);
  assert.equal(nearestIn([7], 0), 0);
});

test("a step has the points of all lines that have one there", () => {
  const lines = [line("a", [0, 1, 2], [1, 2, 3]), line("b", [0, 2], [50, 60]), line("c", [9], [9])];
  const spot = spotAt({ isPoints: false, told: {} }, lines, 11, 97);
  assert.equal(spot.x, 1);
  assert.deepEqual(names(spot), ["a@1"]);
  assert.equal(spot.meant.name, "a");
  assert.deepEqual(names(spotAt({ isPoints: false, told: {} }, lines, 19, 0)), ["a@2", "b@1"]);
  assert.equal(spotAt({ isPoints: false, told: {} }, lines, 19, 0).meant, null, "nothing is near");
});

test("of single points one is meant if it is near", () => {
  const lines = [line("a", [1], [1]), line("b", [5], [50])];
  assert.deepEqual(names(spotAt({ isPoints: true, told: {} }, lines, 48, 55)), ["b@0"]);
  assert.equal(spotAt({ isPoints: true, told: {} }, lines, 500, 500), null);
});

test("another picture shows the same place unless it ends before", () => {
  const lines = [line("a", [0, 10, 20], [1, 2, 3])];
  assert.equal(spotOfValue(lines, 12).x, 10);
  assert.equal(spotOfValue(lines, 21), null);
  assert.equal(spotOfValue([], 1), null);
});

test("between parallel axes the nearest line is meant, at the nearest axis", () => {
  const lines = [line("a", [0, 10, 20], [100, 0, 100]), line("b", [0, 20], [50, 50])];
  const at = (left, top) => spotAt({ isPoints: false, told: { axes: [] } }, lines, left, top);
  assert.equal(at(100, 52).meant.name, "b", "whose points are far");
  assert.deepEqual(names(at(90, 95)), ["a@1"]);
  assert.equal(at(10, 140), null);
});

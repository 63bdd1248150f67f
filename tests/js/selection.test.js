// Runs that links name.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eachOnce,
  findIds,
  linkOf,
  selectedIn,
  shortIds,
} from "../../themes/default/static/js/core/selection.js";
import { readHash } from "../../themes/default/static/js/core/hash.js";

test("a run that is named twice is one", () => {
  const runs = ["3fa9c1d2e4f5", "3fa9c1", "88b0d2", "88b0d2aa", "88b0d2"].map((id) => ({ id }));
  assert.deepEqual(
    eachOnce(runs).map(({ id }) => id),
    ["3fa9c1d2e4f5", "88b0d2aa"],
  );
});

test("a link of runs names them again", () => {
  const runs = [
    { folder: "e/a", id: "3fa9c1d2e4f5", name: "one" },
    { folder: "e/b", id: "3fa9c1d2ffff", name: "two" },
  ];
  const { e, sel } = linkOf(runs);
  const named = selectedIn({ ...readHash(""), e, sel });
  assert.deepEqual(
    named.map(({ folder }) => folder),
    ["e/a", "e/b"],
  );
  const ids = runs.map(({ id }) => id);
  const short = named.map(({ id }) => id);
  assert.deepEqual(short, shortIds(ids));
  assert.deepEqual(findIds([...short, "nothing"], ids), { found: [0, 1], missed: ["nothing"] });
});

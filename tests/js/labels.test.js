// Words that are cut to the room they have.

import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../report/label_cases.json" with { type: "json" };
import { fitLabels, shortTexts } from "../../themes/default/static/js/charts/labels.js";

test("long texts are cut in the middle as in Python", () => {
  for (const [texts, most, shown] of cases) assert.deepEqual([...shortTexts(texts, most).values()], shown);
});

test("a chart's words are cut, and those who point at it are told the whole", () => {
  const names = ["one", "a-run-with-a-very-long-name-that-says-all-1-of-its-settings"];
  const spec = {
    encoding: {
      x: { field: "x", type: "nominal", scale: { domain: [...names] } },
      y: { field: "y", type: "quantitative" },
    },
  };
  const { rows, whole } = fitLabels(
    spec,
    names.map((name) => ({ x: name, y: 1, run: name })),
  );
  assert.equal(rows[1].run, names[1]);
  assert.equal([...rows[1].x].length, 22);
  assert.equal(whole.x.get(rows[1].x), names[1]);
  assert.deepEqual(Array.from(spec.encoding.x.scale.domain), ["one", rows[1].x]);
});

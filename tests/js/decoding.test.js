// Curves as data scripts have them, by the cases that report/charts/curves.py is held to, too.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { readCurve } from "../../themes/default/static/js/core/decoding.js";

const file = new URL("../report/charts/series_cases.json", import.meta.url);
for (const { what, read, written } of JSON.parse(readFileSync(file, "utf8"))) {
  test(what, () => {
    const { step, time, value } = readCurve(written);
    assert.deepEqual({ step, time, value }, read);
  });
}

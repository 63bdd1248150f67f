// Guides of drawn charts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fitAxes } from "../../themes/default/static/js/charts/axes.js";

test("the ends of a ramp over decades are rounded as other numbers are", () => {
  const color = { field: "color", type: "quantitative", scale: { type: "log" }, legend: {} };
  const spec = { encoding: { color } };
  fitAxes(spec, [{ color: 0.000175147260513 }, { color: 0.980789452136 }]);
  assert.equal(color.legend.format, ",.4~r");
});

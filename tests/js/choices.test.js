// Charts as links, configs and the editor complete them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completeChart } from "../../themes/default/static/js/charts/choices.js";
import { Source } from "../../themes/default/static/js/core/source.js";

const column = (name, more) => {
  const [group, label] = [name.replace(/\..*/, ""), name.replace(/^.*?\./, "")];
  return { name, label, group, kind: "text", distinct: 3, varies: true, files: [], ...more };
};
const source = new Source("e/case", {
  runs: 3,
  primary: "loss",
  columns: [
    column("run_name", { group: "properties" }),
    column("params.kind"),
    column("params.host", { distinct: 300 }),
    column("metrics.loss", { kind: "number", curves: true }),
    column("end_time", { group: "filter", kind: "time" }),
  ],
});

test("a link's colour is kept though no menu offers it, and told about when it is drawn", () => {
  const asked = { type: "bar", x: "run_name", y: "metrics.loss", c: "params.host" };
  assert.equal(completeChart(source, "bar", asked, true).c, "params.host");
  assert.equal(completeChart(source, "bar", { ...asked, c: "host" }, true).c, "params.host");
});

test("what no run logged as such colours nothing", () => {
  for (const c of ["end_time", "params.none", "stats(metrics.loss)"]) {
    assert.equal(completeChart(source, "bar", { x: "run_name", y: "metrics.loss", c }, true).c, "", c);
  }
});

test("another type in the editor takes what its menus offer", () => {
  const scatter = completeChart(source, "scatter", {
    x: "params.kind",
    y: "metrics.loss",
    c: "metrics.loss",
  });
  assert.equal(scatter.c, "metrics.loss");
  assert.equal(completeChart(source, "bar", scatter).c, "");
  assert.equal(completeChart(source, "line", scatter).y, "metrics.loss");
});

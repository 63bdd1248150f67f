// What charts show, as tests/report/charts/test_chart_cases.py has it: forms, titles, looks, rows, and the
// places that Vega draws.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import shared from "../report/chart_cases.json" with { type: "json" };
import specs from "../../src/runreport/report/charts/templates.json" with { type: "json" };
import { fitAxes, tame } from "../../themes/default/static/js/charts/axes.js";
import { fillChart } from "../../themes/default/static/js/charts/filling.js";
import { pointedOf } from "../../themes/default/static/js/charts/pointed.js";
import { brought } from "../../themes/default/static/js/core/brought.js";
import { readChart } from "../../themes/default/static/js/core/hash.js";
import { looks } from "../../themes/default/static/js/core/looks.js";
import { Source } from "../../themes/default/static/js/core/source.js";

const { data, cases } = shared;
const vendor = new URL("../../themes/default/vendor/", import.meta.url);
for (const name of ["vega", "vega-lite", "vega-interpreter"]) {
  vm.runInThisContext(fs.readFileSync(new URL(`${name}.min.js`, vendor), "utf8"));
}
const { vega, vegaLite } = globalThis;
globalThis.document = { querySelectorAll: () => [] };
brought.specs = specs;
const PLACES = {
  symbol: ["x", "y"],
  rect: ["x", "y", "width", "height"],
  rule: ["x", "y", "x2", "y2"],
  line: ["x", "y"],
  area: ["x", "y", "y2"],
  text: ["x", "y"],
};

/** The runs of a case, on a page that shows nothing yet. */
function sourceFor({ primary, columns, curves }) {
  const named = columns.map((column) => ({ ...column, files: [] }));
  const manifest = { runs: columns[0].values.length, columns: named, primary, direction: "min" };
  const source = new Source("e/case", manifest);
  for (const { name, kind, values, texts } of columns) {
    const read = (value) => (kind === "text" || value === null ? value : Number(value));
    source.values.set(name, values.map(read));
    if (texts) source.texts.set(name, texts);
  }
  looks.clear();
  brought.runs.clear();
  for (const [id, own] of Object.entries(curves)) {
    brought.runs.set(id, { curves: new Map(Object.entries(own)) });
  }
  return source;
}

/** Numbers with twelve digits, which no order of sums changes. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plain(own)]));
  }
  return typeof value === "number"
    ? Number(value.toPrecision(12))
    : typeof value === "string"
      ? value.replace(/\u200b$/, "")
      : value;
}

function* marksOf(node, role) {
  for (const item of node.items || []) {
    if (item.marktype || item.items) {
      if (!/^(?:axis|legend|title)/.test(item.role || "")) yield* marksOf(item, item.role || role);
    } else if (PLACES[node.marktype] && item.defined !== false) yield [node.marktype, item];
  }
}

const rounded = (value) => (Number.isFinite(value) ? Math.floor(value * 10 + 0.5) / 10 : null);

async function drawn(spec, rows) {
  const runtime = vega.parse(
    vegaLite.compile(spec, {
      logger: {
        level() {
          return this;
        },
        warn() {
          return this;
        },
        info() {},
        debug() {},
        error() {},
      },
    }).spec,
    null,
    { ast: true },
  );
  const view = new vega.View(runtime, {
    expr: vega.expressionInterpreter,
    renderer: "none",
    logLevel: vega.Error,
  });
  view.data("rows", rows);
  await view.runAsync();
  const scene = JSON.parse(vega.sceneToJSON(view.scenegraph().root));
  view.finalize();
  return [...marksOf(scene)].map(([kind, item]) => {
    const paint = item.fill || item.stroke || "";
    return [
      kind,
      ...PLACES[kind].map((name) => rounded(item[name] ?? 0)),
      typeof paint === "string" ? paint : "ramp",
    ];
  });
}

/** Numbers that are the same but for the last digits of sums made in another order. */
function near(found, expected, where) {
  if (typeof expected === "number" && typeof found === "number") {
    return assert.ok(
      Math.abs(found - expected) <= 1e-9 * Math.max(Math.abs(expected), Math.abs(found)) + 1e-12 ||
        found === expected,
      `${where}: ${found} is not ${expected}`,
    );
  }
  if (expected === null || typeof expected !== "object") return assert.equal(found, expected, where);
  assert.deepEqual(Object.keys(found), Object.keys(expected), where);
  for (const key of Object.keys(expected)) near(found[key], expected[key], `${where}.${key}`);
}

for (const one of cases) {
  test(`${one.data} ${one.chart}`, async () => {
    const source = sourceFor(data[one.data]);
    const asked = readChart(one.chart);
    const chart = {
      x: asked.type === "line" ? "step" : "",
      y: "",
      c: "",
      g: "",
      scale: "",
      smooth: "",
      runs: "",
      ...asked,
    };
    const runs = Array.from({ length: source.count }, (_, run) => run);
    const made = await fillChart({ source, chart, runs, isNarrow: false });
    const { filled } = made;
    assert.equal(filled.form.join(" "), one.form);
    assert.equal(made.title, one.title);
    assert.equal(made.shows, one.shows);
    assert.deepEqual({ ...filled.titles }, one.titles);
    assert.deepEqual([...filled.colours.texts], one.texts);
    assert.deepEqual([...filled.colours.looks], one.looks);
    near(plain([...(filled.ticks || [])]), one.ticks, "ticks");
    const rows = plain(JSON.parse(JSON.stringify(filled.rows.map((row) => ({ ...row, href: undefined })))));
    near(rows.map(sorted), one.rows.map(sorted), "rows");
    near(plain(pointedOf(made, source) || {}), one.pointed, "pointed");
    const { rows: tamed } = tame(made.spec, made.rows);
    fitAxes(made.spec, tamed);
    const found = await drawn(made.spec, tamed);
    assert.equal(found.length, one.drawn.length);
    found.forEach((mark, place) =>
      mark.forEach((value, at) => {
        const expected = one.drawn[place][at];
        if (typeof expected === "number" && typeof value === "number") {
          assert.ok(Math.abs(value - expected) < 0.15, `${place}: ${mark} is not ${one.drawn[place]}`);
        } else assert.equal(value, expected, `${place}: ${mark} is not ${one.drawn[place]}`);
      }),
    );
  });
}

function sorted(row) {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

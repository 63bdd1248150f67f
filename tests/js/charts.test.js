// What charts show, as tests/report/charts/test_chart_cases.py has it: forms, titles, looks, rows, and the
// places that Vega draws.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");
const vm = require("node:vm");
const { load } = require("./load.js");
const { data, cases } = require("../report/chart_cases.json");

const root = path.join(__dirname, "..", "..");
for (const name of ["vega", "vega-lite", "vega-interpreter"]) {
  vm.runInThisContext(fs.readFileSync(path.join(root, "themes", "default", "vendor", `${name}.min.js`), "utf8"));
}
const { vega, vegaLite } = globalThis;
const specs = JSON.parse(fs.readFileSync(path.join(root, "src", "runreport", "report", "charts", "templates.json"), "utf8"));
const PLACES = { symbol: ["x", "y"], rect: ["x", "y", "width", "height"], rule: ["x", "y", "x2", "y2"], line: ["x", "y"], area: ["x", "y", "y2"], text: ["x", "y"] };
const FILES = ["head.js", "format.js", "columns.js", "looks.js", "hash.js", "chart_axes.js", "chart_kinds.js", "chart_looks.js", "chart_lines.js", "chart_rows.js"];

/** The scripts over the runs of a case. */
function scriptsFor({ primary, columns, curves }) {
  const page = { body: { dataset: {} }, querySelectorAll: () => [], createElement: () => ({ setAttribute() {}, append() {} }) };
  const text = FILES.map((name) => fs.readFileSync(path.join(root, "themes", "default", "static", "js", name), "utf8")).join("\n");
  const wanted = "Source, brought, shared, fillChart, readChart, fitAxes, tame, setSource: (made) => { source = made; }";
  const context = vm.createContext({ window: {}, document: page, console, structuredClone, URLSearchParams });
  const tools = vm.runInContext(`${text}\nconst isNarrow = () => false; return { ${wanted} };\n})()`.replace("(function () {", "(() => {"), context);
  const found = new tools.Source("e/case", { runs: columns[0].values.length, columns: columns.map((column) => ({ ...column, files: [] })), primary, direction: "min" });
  for (const column of columns) {
    found.values.set(column.name, column.values.map((value) => (column.kind === "text" || value === null ? value : Number(value))));
    if (column.texts) found.texts.set(column.name, column.texts);
  }
  tools.setSource(found);
  tools.shared.source = found;
  tools.brought.specs = specs;
  for (const [id, own] of Object.entries(curves)) tools.brought.runs.set(id, { curves: new Map(Object.entries(own)) });
  return { ...tools, count: columns[0].values.length };
}

/** Numbers with twelve digits, which no order of sums changes. */
function plain(value) {
  if (Array.isArray(value)) return value.map(plain);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plain(own)]));
  return typeof value === "number" ? Number(value.toPrecision(12)) : typeof value === "string" ? value.replace(/\u200b$/, "") : value;
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
  const runtime = vega.parse(vegaLite.compile(spec, { logger: { level() { return this; }, warn() { return this; }, info() {}, debug() {}, error() {} } }).spec, null, { ast: true });
  const view = new vega.View(runtime, { expr: vega.expressionInterpreter, renderer: "none", logLevel: vega.Error });
  view.data("rows", rows);
  await view.runAsync();
  const scene = JSON.parse(vega.sceneToJSON(view.scenegraph().root));
  view.finalize();
  return [...marksOf(scene)].map(([kind, item]) => {
    const paint = item.fill || item.stroke || "";
    return [kind, ...PLACES[kind].map((name) => rounded(item[name] ?? 0)), typeof paint === "string" ? paint : "ramp"];
  });
}

/** Numbers that are the same but for the last digits of sums made in another order. */
function near(found, expected, where) {
  if (typeof expected === "number" && typeof found === "number") {
    return assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(Math.abs(expected), Math.abs(found)) + 1e-12 || found === expected, `${where}: ${found} is not ${expected}`);
  }
  if (expected === null || typeof expected !== "object") return assert.equal(found, expected, where);
  assert.deepEqual(Object.keys(found), Object.keys(expected), where);
  for (const key of Object.keys(expected)) near(found[key], expected[key], `${where}.${key}`);
}

for (const one of cases) {
  test(`${one.data} ${one.chart}`, async () => {
    const { fillChart, readChart, fitAxes, tame, count } = scriptsFor(data[one.data]);
    const asked = readChart(one.chart);
    const chart = { x: asked.type === "line" ? "step" : "", y: "", c: "", g: "", scale: "", smooth: "", runs: "", ...asked };
    const made = await fillChart(chart, Array.from({ length: count }, (_, run) => run));
    const { filled } = made;
    assert.equal(filled.form.join(" "), one.form);
    assert.equal(made.title, one.title);
    assert.equal(made.shows, one.shows);
    assert.deepEqual({ ...filled.titles }, one.titles);
    assert.deepEqual([...filled.colours.texts], one.texts);
    assert.deepEqual([...filled.colours.looks], one.looks);
    near(plain([...(filled.ticks || [])]), one.ticks, "ticks");
    const rows = plain(JSON.parse(JSON.stringify(filled.rows.map(({ href, ...row }) => row))));
    near(rows.map(sorted), one.rows.map(sorted), "rows");
    const { rows: tamed } = tame(made.spec, made.rows);
    fitAxes(made.spec, tamed);
    const found = await drawn(made.spec, tamed);
    assert.equal(found.length, one.drawn.length);
    found.forEach((mark, place) => mark.forEach((value, at) => {
      const expected = one.drawn[place][at];
      if (typeof expected === "number" && typeof value === "number") assert.ok(Math.abs(value - expected) < 0.15, `${place}: ${mark} is not ${one.drawn[place]}`);
      else assert.equal(value, expected, `${place}: ${mark} is not ${one.drawn[place]}`);
    }));
  });
}

function sorted(row) {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}

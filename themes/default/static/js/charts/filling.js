// A chart's spec, filled in: the form that its values ask for, its titles, and its plain rows. The rows are
// those of report/charts/filling.py; what a chart means its spec says.

import { brought } from "../core/brought.js";
import { plural, thousands } from "../core/format.js";
import { isBuilt } from "./asked.js";
import { columnsOfChart, isDrawable, titleOf } from "./fields.js";
import { limit, limitsOf, limitsText } from "./limits.js";
import { fillLines, loadCurves } from "./lines.js";
import { paint, uncoloured } from "./looks.js";
import { fillCategories, fillHeatmap, fillHistogram, fillScatter } from "./marks.js";
import { fillParallel } from "./parallel.js";
import { fillSeveral, isSeveral, loadSeveral } from "./several.js";

/** @import { Asked, FieldText, Filled, Made, Spec } from "./asked.js" */

/** @type {Object<string, (asked: Asked) => Filled | Promise<Filled>>} */
const FILL = {
  line: (asked) => (isSeveral(asked) ? fillSeveral(asked) : fillLines(asked)),
  scatter: fillScatter,
  parallel: fillParallel,
  bar: fillCategories,
  box: fillCategories,
  histogram: fillHistogram,
  heatmap: fillHeatmap,
};

/**
 * Load what a chart is made of.
 * @param {Asked} asked
 * @returns {Promise<void>} rejects when a script of columns is missing
 */
export async function loadChart(asked) {
  const { source, chart } = asked;
  await source.load(columnsOfChart(source, chart));
  if (chart.type !== "line" || !isDrawable(source, chart)) return;
  await (isSeveral(asked) ? loadSeveral(asked) : loadCurves(asked));
}

/**
 * The spec of a chart with its titles, and its rows.
 * @param {Asked} asked
 * @returns {Promise<Made>}
 */
export async function fillChart(asked) {
  const { source, chart, runs } = asked;
  await source.load(columnsOfChart(source, chart));
  const filled = isDrawable(source, chart) ? await FILL[chart.type](asked) : undrawn();
  const isLogX = chart.type === "line" && chart.xscale === "log" && !filled.isTime;
  if (isLogX) filled.rows = filled.rows.filter(({ x }) => x > 0);
  const across = filled.form[1] === "word" ? "" : chart.xlim;
  const limits = limitsOf(across || "", chart.ylim || "", filled.rows, [
    filled.form[1] === "log" || isLogX,
    filled.form[2] === "log",
  ]);
  const spec = settledSpec(filled);
  for (const { encoding } of isLogX ? spec.layer || [spec] : []) {
    encoding.x.scale = { ...encoding.x.scale, type: "log" };
  }
  limit(spec, limits);
  const [order, total] = isBuilt(asked) ? [chart.order || "best", source.count] : ["first", runs.length];
  const drawn = new Set(filled.runs).size;
  const shows = [
    showsText(drawn, filled.usable, total, order, source.primary),
    filled.colours.note,
    limitsText(limits, filled),
  ];
  return {
    filled,
    spec: harmless(spec),
    rows: filled.rows.map(harmless),
    fields: fieldTexts(filled),
    title: titleOf(source, chart, filled.titles.x),
    shows: shows.filter(Boolean).join("; "),
    isCut: drawn < filled.usable,
  };
}

/**
 * What is drawn where the data has none of the columns.
 * @returns {Filled}
 */
function undrawn() {
  const form = ["scatter", "number", "linear", "none"];
  return { form, rows: [], runs: [], usable: 0, titles: {}, colours: uncoloured([]) };
}

/**
 * The spec of a form with its titles, looks, ticks and bins.
 * @param {Filled} filled
 * @returns {Spec}
 */
function settledSpec(filled) {
  /** @type {any} */
  const spec = titledSpec(filled);
  paint(spec, filled.colours);
  if (filled.ticks?.length) spec.encoding.x.axis.values = filled.ticks;
  if (filled.step) for (const one of spec.transform || []) if (one.bin) one.bin = { step: filled.step };
  if (filled.form[1] === "symlog") {
    spec.encoding.x.scale.constant = filled.least;
    for (const param of spec.params || []) param.value = filled.least;
  }
  // A box plot has several layers, of which the outliers' would come first.
  if (filled.form[0] === "box") {
    spec.encoding.x.scale = { domain: [...new Set(filled.rows.map((row) => row.x))] };
  }
  return spec;
}

/**
 * The template of a form with its titles.
 * @param {Filled} filled
 */
function titledSpec({ form, titles }) {
  const fill = (/** @type {string} */ text) =>
    text.replace(/\{(x|y|color)\}/g, (_, field) => titles[/** @type {keyof titles} */ (field)] || "") || null;
  /** @type {(value: any) => any} */
  const copy = (value) => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, own]) => [
        key,
        key === "title" && typeof own === "string" ? fill(own) : copy(own),
      ]),
    );
  };
  return { ...copy(brought.specs.shared), ...copy(brought.specs[form.join(" ")]) };
}

/**
 * What the fields of rows are called and how their numbers are written; `mean` and `std` are made by specs.
 * @param {Filled} filled
 * @returns {Object<string, FieldText>}
 */
function fieldTexts({ titles, isTime, words = {} }) {
  /** @type {Object<string, FieldText>} */
  const fields = {
    x: { label: titles.x || "", kind: isTime ? "time" : "number" },
    y: { label: titles.y || "", kind: "number" },
    color: { label: titles.color || "", kind: "number" },
    mean: { label: `${titles.y || titles.color}, mean` },
    std: { label: "std" },
    value: { label: titles.color || "" },
  };
  for (const [field, label] of Object.entries(words)) fields[field] = { label, kind: "number" };
  return fields;
}

/**
 * Which runs a chart shows: "73 runs", "120 of 301 runs", "best 6 of 73 runs by loss".
 * @param {number} drawn
 * @param {number} usable
 * @param {number} total
 * @param {string} order
 * @param {string} metric
 */
function showsText(drawn, usable, total, order, metric) {
  if (drawn === total) return plural(total, "run");
  const told = `${thousands(drawn)} of ${plural(total, "run")}`;
  if (drawn === usable) return told;
  return order === "best" ? `${order} ${told} by ${metric}` : `${order} ${told}`;
}

/**
 * Texts that are names of every object, such as "constructor", get a character of no width: Vega
 * keeps what it draws by text and would take them for its own. As site/chart_svg.py has it.
 * @param {any} value
 * @returns {any}
 */
function harmless(value) {
  if (typeof value === "string") return value in Object.prototype ? `${value}\u200b` : value;
  if (Array.isArray(value)) return value.map(harmless);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, harmless(own)]));
}

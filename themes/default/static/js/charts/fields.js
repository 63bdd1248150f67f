// Charts as data: which fields a type has, what they may be, and what a chart is called. A chart is
// {type, title, x, y, c, g, scale, xscale, smooth, xlim, ylim, runs}, as the hash has it.

import { writeChart } from "../core/hash.js";
import { ADDRESS } from "../core/source.js";

/** @import { Chart } from "../core/hash.js" */
/** @import { Source } from "../core/source.js" */

/**
 * Fields of a chart.
 * @typedef {"x" | "y" | "c" | "g" | "scale" | "xscale" | "smooth" | "xlim" | "ylim" | "runs"} FieldName
 */

/**
 * The types of charts: their fields, and what each of these takes.
 * @type {Object<string, {title: string, fields: Partial<Record<FieldName, string>>}>}
 */
export const TYPES = {
  line: {
    title: "Line",
    fields: {
      y: "curve",
      x: "axis",
      c: "colour?",
      g: "mean?",
      scale: "scale",
      xscale: "scale",
      smooth: "smooth",
      xlim: "limits",
      ylim: "limits",
      runs: "runs",
    },
  },
  bar: { title: "Bar", fields: { x: "category", y: "metric", c: "group?", runs: "runs" } },
  scatter: {
    title: "Scatter",
    fields: {
      x: "any",
      y: "metric",
      c: "colour?",
      scale: "scale",
      xlim: "limits",
      ylim: "limits",
      runs: "runs",
    },
  },
  box: { title: "Box", fields: { x: "category", y: "metric", c: "group?", scale: "scale", runs: "runs" } },
  parallel: { title: "Parallel coordinates", fields: { x: "several", c: "metric", runs: "runs" } },
  histogram: { title: "Histogram", fields: { x: "number", c: "group?", runs: "runs" } },
  heatmap: { title: "Heat map", fields: { x: "category", y: "category", c: "metric", runs: "runs" } },
};
/** What a chart cannot be drawn without. */
const NEEDED = ["curve", "metric", "category", "any", "number", "several"];
/** Fields that name columns. */
export const NAMING = /** @type {FieldName[]} */ (["x", "y", "c", "g"]);

/**
 * The fields of a type, each with what it takes.
 * @param {string} type
 */
export function fieldsOf(type) {
  return /** @type {[FieldName, string][]} */ (Object.entries(TYPES[type].fields));
}

/**
 * The columns a chart needs loaded.
 * @param {Source} source
 * @param {Chart} chart
 */
export function columnsOfChart(source, chart) {
  const named = NAMING.flatMap((field) => (chart[field] || "").split(","));
  return [...ADDRESS, "_curves", ...named.filter((name) => source.column(name))];
}

/**
 * Whether the data has the columns that a chart cannot do without.
 * @param {Source} source
 * @param {Chart} chart
 */
export function isDrawable(source, chart) {
  const needed = fieldsOf(chart.type).filter(([, kind]) => NEEDED.includes(kind));
  return needed.every(([field]) =>
    chart[field]?.split(",").every((name) => name === "run_name" || source.column(name)),
  );
}

/** Metrics of a chart that are named in its title. */
const MOST_NAMED = 3;

/**
 * What several metrics are called together.
 * @param {string[]} names
 */
export function severalText(names) {
  return names.length <= MOST_NAMED ? names.join(", ") : `${names.length} metrics`;
}

/**
 * The chart's title, unless the reader gave one, as report/charts/making.py has it.
 * @param {Source} source
 * @param {Chart} chart
 * @param {string} [axis] title of x
 */
export function titleOf(source, chart, axis = "") {
  if (chart.title) return chart.title;
  const label = (/** @type {string | undefined} */ name = "") => source.column(name)?.label ?? name;
  const [x, y, c] = [chart.x === "run_name" ? "Run" : label(chart.x), label(chart.y), label(chart.c)];
  const along = chart.x !== "step" ? "time" : axis === "Order" ? "order" : "steps";
  switch (chart.type) {
    case "line":
      return `${severalText((chart.y || "").split(",").map(label))} over ${along}`;
    case "histogram":
      return `Runs by ${x}`;
    case "heatmap":
      return `${c} by ${x} and ${y}`;
    case "parallel":
      return `Settings and ${c}, run by run`;
    case "scatter":
      return `${y} against ${x}`;
    default:
      return `${y} by ${x}`;
  }
}

/**
 * What of a chart goes into a link: what is not as it comes.
 * @param {Chart} chart
 * @returns {Chart}
 */
export function plainChart(chart) {
  /** @type {Chart} */
  const plain = { type: chart.type, title: chart.title || "" };
  for (const [field] of fieldsOf(chart.type)) plain[field] = chart[field];
  if (plain.x === "step" && plain.type === "line") plain.x = "";
  return plain;
}

/**
 * Charts as a link has them.
 * @param {Chart[]} charts
 */
export function chartsText(charts) {
  return charts.map((chart) => writeChart(plainChart(chart))).join("|");
}

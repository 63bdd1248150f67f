// What a pointer finds in a live picture, in the order of the picture. As report/charts/pointed.py has it.

import { formatValue } from "../core/format.js";
import { isNumeric } from "./asked.js";
import { labelsOf } from "./rows.js";

/** @import { Source } from "../core/source.js" */
/** @import { Pointed, ToldLine } from "../pointing/places.js" */
/** @import { Filled, Made, Row } from "./asked.js" */

/**
 * Names, x and y of each line, or of each point that is alone; null of other charts.
 * @param {Pick<Made, "filled" | "rows">} made
 * @param {Source} source
 * @returns {Pointed | null}
 */
export function pointedOf({ filled, rows }, source) {
  const [kind] = filled.form;
  if (kind === "parallel") return axesOf(filled, source);
  if (!["line", "band", "scatter"].includes(kind)) return null;
  const isBand = kind === "band";
  const groups = kind === "scatter" ? rows.map((row) => [row]) : grouped(rows, isBand ? "color" : "run");
  const hasRuns = filled.runs.length === groups.length && !isBand;
  const { x = "", y = "", color = "" } = filled.titles;
  const lines = groups.map((own, place) => lineOf(hasRuns ? filled.runs[place] : -1, own));
  return { x, y, color, texts: filled.colours.texts, ...(filled.isTime ? { time: true } : {}), lines };
}

/**
 * The lines of parallel coordinates, by their own names: a picture's rows have some in disguise.
 * @param {Filled} filled
 * @param {Source} source
 * @returns {Pointed}
 */
function axesOf({ axes = [], runs, rows }, source) {
  const columns = new Map(axes);
  const labels = labelsOf(source, runs);
  const numbers = new Map(runs.map((run, place) => [labels[place], run]));
  const drawn = rows.filter(({ run }) => run !== undefined);
  /** @type {Set<string>} */
  const used = new Set();
  const lines = [...grouped(drawn, "run")].map((own) => {
    const run = numbers.get(own[0].run) ?? -1;
    const words = own.map(({ axis }) => {
      const column = columns.get(axis);
      const value = column && source.valuesOf(column.name)[run];
      return column && isNumeric(column) ? formatValue(column, value) : String(value);
    });
    for (const { axis } of own) used.add(axis);
    return /** @type {ToldLine} */ ([run, own[0].run, null, own.map(({ axis }) => axis), words]);
  });
  const named = axes.filter(([name]) => used.has(name));
  return {
    x: "",
    y: "",
    color: "",
    texts: [],
    axes: named.map(([name, column]) => [name, column.name]),
    lines,
  };
}

/**
 * @param {Row[]} rows
 * @param {string} key
 */
function grouped(rows, key) {
  /** @type {Map<any, Row[]>} */
  const found = new Map();
  for (const row of rows) {
    const own = found.get(row[key]);
    if (own) own.push(row);
    else found.set(row[key], [row]);
  }
  return [...found.values()];
}

/**
 * @param {number} run
 * @param {Row[]} rows
 * @returns {ToldLine}
 */
function lineOf(run, rows) {
  const [{ run: name, color }] = rows;
  const drawn = rows.filter(({ y }) => y !== null);
  const told = typeof color === "string" ? color : null;
  return [run, name ?? color, told, drawn.map(({ x }) => x), drawn.map(({ y }) => y)];
}

// What a pointer finds in a live picture, in the order of the picture. As report/charts/pointed.py has it.

/** @import { Pointed, ToldLine } from "../pointing/places.js" */
/** @import { Made, Row } from "./asked.js" */

/**
 * Names, x and y of each line, or of each point that is alone; null of other charts.
 * @param {Pick<Made, "filled" | "rows">} made
 * @returns {Pointed | null}
 */
export function pointedOf({ filled, rows }) {
  const [kind] = filled.form;
  if (!["line", "band", "scatter"].includes(kind)) return null;
  const isBand = kind === "band";
  const groups = kind === "scatter" ? rows.map((row) => [row]) : grouped(rows, isBand ? "color" : "run");
  const hasRuns = filled.runs.length === groups.length && !isBand;
  const { x = "", y = "", color = "" } = filled.titles;
  const lines = groups.map((own, place) => lineOf(hasRuns ? filled.runs[place] : -1, own));
  return { x, y, color, texts: filled.colours.texts, ...(filled.isTime ? { time: true } : {}), lines };
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

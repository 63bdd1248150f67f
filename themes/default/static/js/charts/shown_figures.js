// The live charts of the page, and what is asked of those that it was built with.

import { isInSight } from "../core/quiet.js";
import { drawFigure } from "./figure.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */
/** @import { Figure } from "./figure.js" */

/** @type {Figure[]} */
export const figures = [];

/**
 * The figure of a chart that the page was built with.
 * @param {string} name
 */
export function builtFigure(name) {
  return figures.find(({ figure }) => figure.dataset.chart === name);
}

/**
 * Draw all runs of a built chart.
 * @param {string} name
 */
export function showAll(name) {
  const one = builtFigure(name);
  if (!one) return;
  one.chart.runs = "all";
  one.change();
}

/**
 * Show a part of a built chart.
 * @param {string} name
 * @param {{xlim: string, ylim: string}} part
 */
export function zoomFigure(name, part) {
  const one = builtFigure(name);
  if (!one) return;
  Object.assign(one.chart, part);
  one.change();
}

/**
 * Draw the charts of curves anew in which runs have grown, those in sight that nobody works on.
 * @param {Shown} shown
 * @param {Set<string>} grown their ids
 * @returns {Promise<Set<string>>} those that are to be drawn later
 */
export async function growFigures(shown, grown) {
  const ids = shown.source.valuesOf("run_id");
  const isIn = (/** @type {OwnChart} */ { built, runs }) =>
    built && runs === "built" && !shown.isNarrow
      ? built.some((id) => grown.has(id))
      : shown.runs.some((run) => grown.has(ids[run]));
  let isLater = false;
  for (const one of figures) {
    if (one.chart.type !== "line" || !isIn(one.chart)) continue;
    if (isInSight(one.figure) && !one.figure.contains(document.activeElement)) await drawFigure(shown, one);
    else isLater = true;
  }
  return isLater ? grown : new Set();
}

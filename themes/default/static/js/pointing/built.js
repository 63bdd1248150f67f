// The pictures of a page with a table, as they were built.

import { brought } from "../core/brought.js";
import { every } from "../core/dom.js";
import { followGrowth } from "../core/growing.js";
import { isInSight, whenQuiet } from "../core/quiet.js";
import { ADDRESS } from "../core/source.js";
import { runWays } from "../core/sources.js";
import { attach, startRows } from "./attaching.js";
import { startHidden } from "./link.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { Part } from "./zooming.js" */

/**
 * Let the pictures answer; what they show otherwise, the live charts draw.
 * @param {Shown} shown
 * @param {() => Promise<typeof import("../charts.js")>} openCharts
 */
export async function startPictures(shown, openCharts) {
  const { source } = shown;
  await source.load(ADDRESS);
  startRows();
  const draw = whenQuiet(async (runs) => {
    const isSeen = every(document, 'figure.chart[data-type="line"]').some(isInSight);
    return isSeen ? (await openCharts()).growFigures(shown, runs) : runs;
  });
  followGrowth((grown) => draw(grown.keys()));
  await startHidden(shown);
  for (const svg of every(document, "figure.chart[data-chart] svg.chart-svg", SVGSVGElement)) {
    const name = svg.closest("figure")?.dataset.chart || "";
    const told = brought.charts[name]?.pointed;
    const drawing = svg.closest(".drawing");
    if (!told || !(drawing instanceof HTMLElement)) continue;
    const zoom = async (/** @type {Part} */ part) => {
      if (part.xlim || part.ylim) (await openCharts()).zoomFigure(name, part);
    };
    const brush = async (/** @type {string} */ column, /** @type {number[] | null} */ runs) =>
      (await openCharts()).brush(shown, column, runs);
    attach(drawing, svg, told, { ...runWays(source), zoom, brush });
  }
}

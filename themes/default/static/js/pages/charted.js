// Pages whose charts are of no table: notes and saved comparisons. Their pictures answer to a pointer.

import { brought } from "../core/brought.js";
import { every } from "../core/dom.js";
import { loadLater } from "../core/loading.js";

/** Start the page. */
export async function startCharted() {
  const drawn = every(document, "figure.chart[data-chart] svg.chart-svg", SVGSVGElement);
  if (!drawn.length) return;
  const pointing = await loadLater("pointing");
  for (const svg of drawn) {
    const told = brought.charts[svg.closest("figure")?.dataset.chart || ""]?.pointed;
    const drawing = svg.closest(".drawing");
    if (!told || !(drawing instanceof HTMLElement)) continue;
    const hrefs = new Map(Object.entries(told.hrefs || {}));
    const hrefOf = (/** @type {{name: string}} */ { name }) => hrefs.get(name) || "";
    pointing.attach(drawing, svg, told, { hrefOf, idOf: hrefOf });
  }
}

// Chosen runs side by side: metrics with what they differ by from the first, params that differ,
// charts, images, texts and packages.

import { byId, make, makeButton, say } from "../core/dom.js";
import { plural } from "../core/format.js";
import { readHash, unknownTold } from "../core/hash.js";
import { loadLater } from "../core/loading.js";
import { giveLooks } from "../core/looks.js";
import { changeSelection, linkOf, selectedIn, selection } from "../core/selection.js";
import { Shown } from "../table/shown.js";
import { drawDifferences } from "./differences.js";
import { pickRuns } from "./picking.js";
import { drawSides } from "./sides.js";

/** @import { Source } from "../core/source.js" */

/** Start the page. */
export async function startCompare() {
  /** @type {Shown | null} */
  let shown = null;
  addEventListener("hashchange", () => {
    if (location.hash !== shown?.hash) location.reload();
  });
  const view = readHash(location.hash);
  const asked = selectedIn(view);
  const chosen = asked.length ? asked : selection.runs;
  if (!chosen.length) return;
  const { picked, missed } = await pickRuns(chosen);
  const advice = [...missed.map((text) => `The link names ${text}.`), ...unknownTold(view)];
  byId("advice").textContent = advice.join(" ");
  if (!picked.count) return;
  shown = new Shown(picked, view);
  shown.runs.reverse();
  shown.written = (own) => ({ ...own, ...linkOf(selection.runs) });
  giveLooks(picked.valuesOf("run_id"));
  const own = (/** @type {string} */ name, /** @type {number} */ run) => picked.valuesOf(name)[run];
  changeSelection(
    shown.runs.map((run) => ({
      folder: own("_folder", run),
      id: own("run_id", run),
      name: own("run_name", run),
    })),
  );
  document.getElementById("saved-views")?.remove();
  drawComparison(shown);
}

/** @param {Shown} shown */
function drawComparison(shown) {
  const { source } = shown;
  const place = byId("comparison");
  byId("shown").textContent = `${plural(source.count, "run")} side by side`;
  const add = makeButton("Add chart", async () => (await started).addFigure(shown));
  const charts = make(
    "section",
    { class: "charts", "aria-labelledby": "charts" },
    make("h2", { id: "charts" }, "Charts"),
    make("p", { class: "add-chart" }, add),
  );
  const table = make("section", { "aria-labelledby": "side-by-side" });
  const more = make("section", { id: "more" });
  place.replaceChildren(table, charts, more);
  drawSides(shown, table);
  const started = startCharts(shown);
  started.catch(() => say("The charts could not be drawn."));
  drawDifferences(shown, more).catch(() => say("What files differ in could not be loaded."));
}

/** @param {Shown} shown */
async function startCharts(shown) {
  const charts = await loadLater("charts");
  await charts.startFigures(shown, defaultCharts(shown.source));
  return charts;
}

/**
 * Curves if there are any, and the primary metric run by run.
 * @param {Source} source
 */
function defaultCharts(source) {
  const metrics = source.columnsOf("metrics");
  if (!metrics.length) return [];
  const primary = source.column(`metrics.${source.primary}`) || metrics[0];
  const curved = primary.curves ? primary : metrics.find((column) => column.curves);
  const hasCurves = curved && source.valuesOf("_curves").some((value) => value !== null);
  const bars = { type: "bar", x: "run_name", y: primary.name };
  return hasCurves ? [{ type: "line", y: curved.name }, bars] : [bars];
}

// The table of an experiment, or of all runs there are: what starts with its page.

import { byId, every } from "../core/dom.js";
import { readHash, writeHash } from "../core/hash.js";
import { loadLater, loaded } from "../core/loading.js";
import { changeSelection, eachOnce, findIds, selectedIn, selection, shortIds } from "../core/selection.js";
import { makeDot } from "../core/looks.js";
import { ADDRESS } from "../core/source.js";
import { makeSelectBox } from "./cells.js";
import { startFacets } from "./facets.js";
import { drawHead } from "./head.js";
import { shownColumns } from "./rows.js";
import { Shown } from "./shown.js";
import { advise, boxOf, keepHash, loadOnIntent, resetView, update } from "./update.js";

/** @import { Source } from "../core/source.js" */

/**
 * What the page of a table shows; nothing is drawn yet.
 * @param {Source} source
 */
export function makeShown(source) {
  const shown = new Shown(source, readHash(location.hash));
  shown.update = () => update(shown);
  shown.canFilter = true;
  shown.reset = () => resetView(shown);
  const isOwn = (/** @type {{folder: string}} */ one) => one.folder === source.folder;
  shown.written = (view) => {
    // what was selected here goes with the link
    const own = selection.runs.filter(isOwn).map((one) => one.id);
    return { ...view, e: [], sel: [...shortIds(own), ...shown.missed] };
  };
  return shown;
}

/**
 * Start the table.
 * @param {Shown} shown
 */
export async function startTable(shown) {
  const page = /runs-(\d+)\.html$/.exec(location.pathname);
  shown.applied();
  if (page && !writeHash(shown.view)) shown.view.p = Number(page[1]);
  selection.listeners.push(() => keepHash(shown));
  startFacets(shown);
  startFilter(shown);
  for (const menu of every(document, "[data-tool]", HTMLDetailsElement)) startTool(shown, menu);
  byId("toolbar").hidden = false;
  document.getElementById("against")?.toggleAttribute("hidden", !shown.baseline);
  if (shown.baseline) await loadLater("deltas").catch(() => {}); // said when the table is drawn
  const table = byId("run-table", HTMLTableElement);
  const baseline = table.tHead?.rows[1]; // as it was built, until the table is drawn
  drawHead(shown, table, shownColumns(shown));
  table.tHead?.append(...(baseline ? [baseline] : []));
  upgradeRows(shown.source);
  loadOnIntent(shown);
  const isAsked = Boolean(shown.view.charts);
  startSmallCurves(shown).catch(() => {}); // the sections stay folded
  startPictures(shown).catch(() => {}); // without their values they stay pictures
  await selectFromLink(shown);
  await update(shown, true);
  startCharts(shown, isAsked);
}

/** @param {Shown} shown */
function startFilter(shown) {
  const filter = byId("filter", HTMLInputElement);
  const reset = byId("reset");
  let typing = 0;
  filter.value = shown.view.q;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    shown.isTyping = true;
    typing = window.setTimeout(() => {
      // keys typed while the last one is worked on count as one
      shown.view.q = filter.value;
      shown.view.p = 1;
      shown.update();
    });
  });
  filter.addEventListener("change", async () => {
    shown.isTyping = false; // Enter, or the focus went on
    if (filter.value.trim()) await loadLater("filters").catch(() => {}); // said when the rows are found
    const box = boxOf(shown.source, filter.value);
    if (!box.error) shown.meant = box;
    advise(shown, box);
  });
  reset.addEventListener("click", () => resetView(shown));
  shown.listeners.push(() => {
    reset.hidden = !shown.hash;
  });
  addEventListener("hashchange", async () => {
    if (location.hash === shown.hash) return;
    if (/[#&]charts=/.test(location.hash + shown.hash)) {
      location.reload();
      return;
    }
    shown.readLink();
    filter.value = shown.view.q;
    await selectFromLink(shown);
    loaded.pointing?.hideFromLink(shown).catch(() => {});
    shown.update();
  });
}

/**
 * The server's rows get their boxes, so that nothing moves when the data arrives, and marks for the looks
 * that charts may give their runs.
 * @param {Source} source
 */
function upgradeRows(source) {
  for (const row of every(document, "#run-table tr[data-run]", HTMLTableRowElement)) {
    const { run: id = "", name = "", folder } = row.dataset;
    row.querySelector(".dot")?.remove();
    row.querySelector("th")?.append(makeDot(id, name));
    row.cells[0].replaceChildren(makeSelectBox({ folder: folder || source.folder, id, name }));
  }
}

/**
 * The curves of all metrics, in sections that a reader opens.
 * @param {Shown} shown
 */
async function startSmallCurves(shown) {
  const place = document.getElementById("curve-sections");
  if (!place) return;
  const pages = await loadLater("pages");
  place.hidden = false;
  const open = async () => (await loadLater("charts")).startSmall(shown, place);
  place.addEventListener("toggle", open, { once: true, capture: true });
  pages.startSections((find, fold) => {
    Object.assign(shown.view, { find, fold });
    keepHash(shown);
  });
}

/**
 * The live charts of the page.
 * @param {Shown} shown
 */
async function openCharts(shown) {
  const charts = await loadLater("charts");
  await charts.startFigures(shown);
  return charts;
}

/**
 * The pictures of the page answer to a pointer.
 * @param {Shown} shown
 */
async function startPictures(shown) {
  const hasAny = document.querySelector("figure.chart[data-chart] svg.chart-svg");
  if (!hasAny && !shown.view.hide.length) return;
  const [pointing] = await Promise.all([loadLater("pointing"), shown.source.load(ADDRESS)]);
  await pointing.startPictures(shown, () => openCharts(shown));
}

/**
 * A menu whose pane is made when it is first opened.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} menu
 */
function startTool(shown, menu) {
  menu.addEventListener("toggle", async () => {
    if (!menu.open || menu.querySelector(".pane")) return;
    const { panes } = await loadLater("tools");
    const name = /** @type {keyof typeof panes} */ (menu.dataset.tool);
    if (!menu.querySelector(".pane")) panes[name](shown, menu);
  });
}

/**
 * A link may bring a selection: `sel=3fa9c1,88b0d2`; it stays in the hash as long as it stands.
 * @param {Shown} shown
 */
async function selectFromLink(shown) {
  const { source } = shown;
  const all = selectedIn(shown.view);
  if (!all.length) return;
  const isHere = (/** @type {{folder: string}} */ { folder }) => !folder || folder === source.folder;
  const runs = all.filter((one) => !isHere(one)).map((one) => ({ ...one, name: one.id }));
  await source.load(ADDRESS);
  const { found, missed } = findIds(
    all.filter(isHere).map(({ id }) => id),
    source.valuesOf("run_id"),
  );
  for (const run of found) {
    const id = source.valuesOf("run_id")[run];
    runs.push({ folder: source.folder, id, name: source.valuesOf("run_name")[run] });
  }
  shown.missed = missed; // stays in the link
  changeSelection(eachOnce([...selection.runs, ...runs]));
}

/**
 * The charts of an experiment: drawn when the reader changes something or the link asks for it.
 * @param {Shown} shown
 * @param {boolean} isAsked
 */
function startCharts(shown, isAsked) {
  const place = document.querySelector("section.charts");
  if (!(place instanceof HTMLElement)) return;
  const isWorthIt = shown.source.count > 1 && shown.source.columnsOf("metrics").length;
  if (place.hidden && !isAsked && !isWorthIt) return;
  place.hidden = false;
  const open = () => openCharts(shown);
  for (const button of every(place, "[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", async () => (await open()).showAll(button.dataset.all || ""));
  }
  for (const button of every(place, "[data-edit]")) {
    button.hidden = false;
    button.addEventListener("click", async () => (await open()).editFigure(shown, button.dataset.edit || ""));
  }
  for (const button of every(place, "#add-chart")) {
    button.hidden = false;
    button.addEventListener("click", async () => (await open()).addFigure(shown));
  }
  if (isAsked || shown.isNarrow) open();
  else {
    shown.listeners.push(() => {
      if (shown.isNarrow && !loaded.charts) open();
    });
  }
}

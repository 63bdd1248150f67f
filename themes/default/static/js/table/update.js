// Showing a view: load what it needs, find, sort, draw, and write it into the link.

import { byId, make, putHash, say, within } from "../core/dom.js";
import { loadLater, loaded } from "../core/loading.js";
import { changeSelection, selection } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { readHash, unknownTold } from "../core/hash.js";
import { PROBLEM } from "./cells.js";
import { matchingRuns, sortRuns } from "./matching.js";
import { drawPages } from "./paging.js";
import { drawTable } from "./rows.js";
import { EMPTY_BOX, PARENT } from "./shown.js";

/** @import { Source } from "../core/source.js" */
/** @import { Box, Shown } from "./shown.js" */

/**
 * Columns that the present view needs.
 * @param {Shown} shown
 */
export function neededColumns({ view, box, source, chosenColumns }) {
  const names = new Set([...ADDRESS, "status", ...chosenColumns.map((column) => column.name)]);
  for (const name of [...view.facets.keys(), ...view.ranges.keys()]) names.add(name);
  if (view.sort) names.add(view.sort.replace(/^-/, ""));
  if (view.group) names.add(view.group);
  if (source.column(PARENT)) names.add(PARENT);
  for (const name of [...PROBLEM, `metrics.${source.primary}`]) if (source.column(name)) names.add(name);
  for (const name of loaded.filters?.columnsOfBox(source, box) ?? []) names.add(name);
  return [...names];
}

/**
 * Show the present view.
 * @param {Shown} shown
 * @param {boolean} [isFirst] at the start the server's rows show the default view, and nothing loads
 */
export async function update(shown, isFirst) {
  const turn = ++shown.turns;
  const { view, source } = shown;
  try {
    if (view.q.trim()) await loadLater("filters");
    else if (missingNames(shown).length) await loadLater("filters").catch(() => {}); // it says what was meant
  } catch {
    say("The scripts that read a filter could not be loaded, so the rows stay as they are.");
    shown.tell();
    return;
  }
  if (turn !== shown.turns) return;
  takeBox(shown, boxOf(source, view.q));
  if (isFirst && !shown.hash && !shown.isFolded) {
    finish(shown, drawPages);
    return;
  }
  try {
    await source.load(neededColumns(shown));
    if (view.group || view.all || shown.isFolded) await loadLater("tools");
    if (shown.baseline) await loadLater("deltas");
  } catch {
    say("The data of this table could not be loaded, so the rows stay as they were built.");
    return;
  }
  if (turn !== shown.turns) return;
  if (view.base) advise(shown, shown.box); // whether it is here, the ids say
  shown.runs = matchingRuns(source, view, shown.box);
  if (view.sort) sortRuns(source, shown.runs, view.sort);
  const folded = shown.isFolded ? loaded.tools?.foldedRows(shown) : null;
  const list = folded?.members;
  shown.members = list ? { list, by: new Map(list.map((member) => [member.run, member])) } : null;
  shown.rows = folded?.rows || shown.runs;
  finish(shown, drawTable);
}

/**
 * What a text in the filter box asks for; the filters' scripts must be loaded where there is any.
 * @param {Source} source
 * @param {string} text
 * @returns {Box}
 */
export function boxOf(source, text) {
  const read = text.trim() && loaded.filters?.readBox(source, text);
  return read || { ...EMPTY_BOX, text };
}

/**
 * Keep what can be shown of a box.
 * @param {Shown} shown
 * @param {Box} box
 */
function takeBox(shown, box) {
  advise(shown, box);
  if (box.error) {
    const { words, text } = shown.box; // words that were the beginning of this were none
    if (words.length && box.text.startsWith(text.trim())) shown.box = shown.meant;
    return;
  }
  shown.box = box;
  if (!shown.isTyping || !box.words.length) shown.meant = box;
}

/**
 * @param {Shown} shown
 * @param {(shown: Shown) => void} draw
 */
function finish(shown, draw) {
  draw(shown);
  keepHash(shown);
  byId("run-table").dataset.ready = ""; // for those who measure
  shown.tell();
}

/**
 * The address bar shows the present view.
 * @param {Shown} shown
 */
export function keepHash({ hash }) {
  if (hash !== location.hash) putHash(hash);
}

/**
 * The server's rows need no data; it comes when a reader turns to the table, as do the filters' scripts.
 * @param {Shown} shown
 */
export function loadOnIntent(shown) {
  const load = () => {
    shown.source.load(neededColumns(shown)).catch(() => {}); // said when it is needed
  };
  const loadFilters = () => {
    loadLater("filters").catch(() => {});
  };
  for (const kind of ["pointerenter", "focusin", "touchstart"]) {
    const once = { once: true, passive: true };
    within(document, ".run-table").addEventListener(kind, load, once);
    byId("filter").addEventListener(kind, loadFilters, once);
  }
}

/**
 * The view that the page comes with, without filters, choices and selection.
 * @param {Shown} shown
 */
export function resetView(shown) {
  if (shown.hash.includes("charts=")) {
    // the built charts come back with the page
    putHash("");
    location.reload();
    return;
  }
  const { unknown } = shown.view;
  shown.view = { ...readHash(""), unknown };
  byId("filter", HTMLInputElement).value = "";
  changeSelection(selection.runs.filter((one) => one.folder !== shown.source.folder));
  loaded.pointing?.setAllHidden([]);
  shown.update();
}

/**
 * Say what is wrong with the filter or the link, or what the filter asks for in vain.
 * @param {Shown} shown
 * @param {Box} box
 */
export function advise(shown, box) {
  const filter = byId("filter");
  const advice = byId("advice");
  const text = loaded.filters?.adviceOf(shown.source, box, !shown.isTyping) ?? "";
  advice.textContent = [text, ...adviceOfLink(shown)].filter(Boolean).join(" ");
  if (!box.error || (box.error.isUnfinished && shown.isTyping)) {
    filter.removeAttribute("aria-invalid");
    return;
  }
  filter.setAttribute("aria-invalid", "true");
  const { at, length } = box.error;
  advice.append(
    make(
      "code",
      {},
      box.text.slice(Math.max(0, at - 60), at),
      make("mark", {}, box.text.slice(at, at + length) || " "),
      box.text.slice(at + length, at + length + 40),
    ),
  );
}

/**
 * Columns that the link names and no run here has.
 * @param {Shown} shown
 */
function missingNames({ view, source }) {
  const { sort, group, cols, facets, ranges } = view;
  const named = [sort.replace(/^-/, ""), group, ...(cols || []), ...facets.keys(), ...ranges.keys()];
  return [...new Set(named)].filter((name) => name && !source.column(name));
}

/**
 * Whether the link names a baseline that is not here.
 * @param {Shown} shown
 */
function isLost(shown) {
  const isLoaded = shown.source.valuesOf("run_id").length > 0;
  return isLoaded && shown.baseline !== "" && (loaded.deltas?.baselineOf(shown) ?? 0) < 0;
}

/**
 * What of the link names nothing here.
 * @param {Shown} shown
 * @returns {string[]}
 */
function adviceOfLink(shown) {
  const { view, source, missed } = shown;
  const said = unknownTold(view);
  if (view.charts && !document.querySelector("section.charts")) {
    said.push("The link asks for charts, which this page does not draw.");
  }
  if (isLost(shown)) said.push(`The link compares with ${view.base}; no run here has such an ID.`);
  if (missed.length) {
    said.push(`The link selects ${missed.join(", ")}; no run here, or more than one, has such an ID.`);
  }
  for (const name of missingNames(shown)) {
    const meant = loaded.filters?.nearestColumn(source, name.replace(/^\w+\./, ""));
    said.push(`No run here has ${name}.${meant ? ` Did you mean ${meant}?` : ""}`);
  }
  return said;
}

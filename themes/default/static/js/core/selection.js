// Selected runs: chosen in any table, kept from page to page, compared on a page of their own.

import { every, make, makeButton } from "./dom.js";
import { thousands } from "./format.js";
import { experimentIn, readHash, writeHash } from "./hash.js";
import { siteUrl } from "./loading.js";
import { keep, recall } from "./storage.js";

/** @import { View } from "./hash.js" */

/** @typedef {{folder: string, id: string, name: string}} Selected */

/** Characters of an id that a link needs at least. */
export const LEAST_ID = 6;
/** Characters that it has as a rule. */
const SHORT_ID = 8;

/** Chosen runs in the order they were chosen, and who wants to know when that changes. */
export const selection = {
  /** @type {Selected[]} */
  runs: [],
  /** @type {(() => void)[]} */
  listeners: [],
};

/**
 * Whether a run is selected.
 * @param {string} id
 */
export function isSelected(id) {
  return selection.runs.some((one) => one.id === id);
}

/**
 * Select a run or take it from the selection.
 * @param {Selected} run
 * @param {boolean} isChosen
 */
export function select(run, isChosen) {
  const others = selection.runs.filter((one) => one.id !== run.id);
  changeSelection(isChosen ? [...others, run] : others);
}

/**
 * Select exactly these runs, here and in the other open pages of the site.
 * @param {Selected[]} runs
 */
export function changeSelection(runs) {
  selection.runs = runs;
  keep("selection", JSON.stringify(runs));
  drawSelection();
  for (const listener of selection.listeners) listener();
}

/** The bar at the foot of the page: how many, compare, clear. */
function drawSelection() {
  const { runs } = selection;
  for (const box of every(document, "input[data-select]", HTMLInputElement)) {
    box.checked = isSelected(box.dataset.select || "");
  }
  let bar = document.getElementById("selection");
  if (!runs.length || document.body.dataset.page === "compare") return bar?.remove();
  if (!bar) {
    bar = make("div", { id: "selection", role: "region", "aria-label": "Selected runs" });
    document.body.append(bar);
  }
  const href = siteUrl(`compare/index.html${selectionHash(runs)}`);
  const link = make("a", { class: "button strong", href }, "Compare");
  const hadFocus = bar.contains(document.activeElement);
  bar.replaceChildren(
    make("span", { role: "status" }, `${thousands(runs.length)} selected`),
    link,
    makeButton("Clear", () => changeSelection([])),
  );
  if (hadFocus) link.focus();
}

/**
 * The hash of the page that compares runs.
 * @param {Selected[]} runs
 */
function selectionHash(runs) {
  return writeHash({ ...readHash(""), ...linkOf(runs) });
}

/**
 * Runs as a link has them: the ids, and the experiment once or before each id.
 * @param {Selected[]} runs
 * @returns {{e: string[], sel: string[]}}
 */
export function linkOf(runs) {
  const own = runs.map((run) => experimentIn(run.folder));
  const folders = [...new Set(own)];
  const ids = shortIds(runs.map((run) => run.id));
  if (folders.length === 1) return { e: folders, sel: ids };
  return { e: [], sel: ids.map((id, place) => `${own[place]}:${id}`) };
}

/**
 * The runs that a view selects.
 * @param {View} view
 * @returns {{folder: string, id: string}[]} folder is empty for this page's own
 */
export function selectedIn(view) {
  return view.sel.map((text) => {
    const cut = text.lastIndexOf(":");
    const folder = cut > 0 ? text.slice(0, cut) : view.e[0] || "";
    return { folder: folder && `e/${folder}`, id: text.slice(cut + 1) };
  });
}

/**
 * Unique beginnings of ids.
 * @param {string[]} ids
 */
export function shortIds(ids) {
  return ids.map((id) => shortId(id, ids));
}

/**
 * The beginning of an id that no other has.
 * @param {string} id
 * @param {string[]} ids
 */
export function shortId(id, ids) {
  const others = ids.filter((other) => other !== id && other.startsWith(id.slice(0, SHORT_ID)));
  let length = SHORT_ID;
  while (length < id.length && others.some((other) => other.startsWith(id.slice(0, length)))) length++;
  return id.slice(0, length);
}

/**
 * The runs whose ids begin so, one an id; `missed` are the ids that no run or several have.
 * @param {string[]} wanted
 * @param {string[]} ids
 */
export function findIds(wanted, ids) {
  const found = [],
    missed = [];
  for (const short of wanted) {
    const exact = ids.indexOf(short);
    const matches =
      exact >= 0
        ? [exact]
        : short.length < LEAST_ID
          ? []
          : ids.flatMap((id, run) => (id.startsWith(short) ? [run] : []));
    if (matches.length === 1) found.push(matches[0]);
    else missed.push(short);
  }
  return { found, missed };
}

/** The selection that earlier pages kept, and what a link from another page of this site brings. */
export function startSelection() {
  selection.runs = recallSelection();
  drawSelection();
  addEventListener("storage", () => {
    selection.runs = recallSelection();
    drawSelection();
  });
  if (["experiment", "compare"].includes(document.body.dataset.page || "")) return;
  const carried = selectedIn(readHash(location.hash)).filter(({ folder }) => folder);
  const named = carried.map((one) => ({ ...one, name: one.id }));
  const runs = eachOnce([...selection.runs, ...named]);
  if (runs.length > selection.runs.length) changeSelection(runs);
}

/**
 * Runs, each once: a beginning of an id is the run that has it.
 * @template {{id: string}} R
 * @param {R[]} runs
 * @returns {R[]} the longest id of each, in the order of the first
 */
export function eachOnce(runs) {
  /** @type {R[]} */
  const found = [];
  for (const run of runs) {
    const at = found.findIndex(({ id }) => id.startsWith(run.id) || run.id.startsWith(id));
    if (at < 0) found.push(run);
    else if (run.id.length > found[at].id.length) found[at] = run;
  }
  return found;
}

/** @returns {Selected[]} */
function recallSelection() {
  try {
    const found = JSON.parse(recall("selection") || "[]");
    return Array.isArray(found) ? found.filter((one) => one && one.folder && one.id) : [];
  } catch {
    return [];
  }
}

// The rows of runs, cell by cell.

import { cellOf, every, make, makeButton } from "../core/dom.js";
import { MARKS, MISSING, decimalsOf, divergedText } from "../core/format.js";
import { readHash, writeHash } from "../core/hash.js";
import { loaded, siteUrl } from "../core/loading.js";
import { makeDot } from "../core/looks.js";
import { changeSelection, isSelected, select, selection } from "../core/selection.js";
import { runPlace } from "../core/sources.js";
import { restOf, textOf } from "../core/words.js";

/** @import { Selected } from "../core/selection.js" */
/** @import { Column, Source } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/** Why runs failed. */
export const PROBLEM = ["tags.runreport.error", "tags.runreport.error.message"];
/** As many have a rule of their own in table.css. */
const MOST_LACKING = 9;

/**
 * The row of a run.
 * @param {Shown} shown
 * @param {Column[]} columns
 * @param {number} run
 */
export function makeRow(shown, columns, run) {
  const depth = shown.members?.by.get(run)?.depth;
  return make(
    "tr",
    { "data-run": shown.source.valuesOf("run_id")[run], ...(depth && { class: `child depth-${depth}` }) },
    selectCell(shown.source, run),
    ...columns.map((column) => makeCell(shown, column, run)),
  );
}

/**
 * The row that stands where no run matches.
 * @param {Shown} shown
 * @param {number} width
 */
export function emptyRow(shown, width) {
  const button = makeButton("Show all runs", () => shown.reset());
  const place = { colspan: String(width), class: "nothing" };
  return make("tr", {}, make("td", place, "No run matches this view. ", button));
}

/**
 * @param {Shown} shown
 * @param {Column} column
 * @param {number} run
 */
function makeCell(shown, column, run) {
  if (column.deltas) return loaded.deltas?.deltaCell(shown, column, run) || "";
  const { source } = shown;
  const value = source.valuesOf(column.name)[run];
  const member = shown.members?.by.get(run);
  if (column.name === "run_name") {
    const href = siteUrl(runPlace(source, run)) + viewOfLink(shown, run);
    const dot = makeDot(source.valuesOf("run_id")[run], value || MISSING);
    const name = make("a", { href }, value || MISSING);
    const family = member?.children && loaded.tools?.familyButton(shown, member, value);
    return make("th", { scope: "row" }, name, dot, ...(family ? [" ", family] : []));
  }
  if (member?.children && value === null) {
    const reached = loaded.tools?.reachedBelow(shown, column, member);
    if (reached) return make("td", { class: column.kind }, reached);
  }
  if (column.name === "status" && value) return make("td", {}, makeStatus(value, problemOf(source, run)));
  return make("td", cellOf(column.kind, restOf(source, column, run)), textOf(source, column, run));
}

/**
 * @param {Source} source
 * @param {number} run
 */
function selectCell(source, run) {
  const id = source.valuesOf("run_id")[run];
  const name = source.valuesOf("run_name")[run] || id;
  const folder = source.valuesOf("_folder")[run] || source.folder;
  return make("td", { class: "select" }, makeSelectBox({ folder, id, name }));
}

/**
 * The runs of the boxes of this page.
 * @type {WeakMap<HTMLInputElement, Selected>}
 */
const boxes = new WeakMap();
/** @type {HTMLInputElement | null} */
let lastBox = null;

/**
 * Select, or take from the selection, all runs from the last box that was used to this one.
 * @param {HTMLInputElement} box
 */
function selectTo(box) {
  const all = every(box.closest("tbody") || document, "input[data-select]", HTMLInputElement);
  const ends = [all.indexOf(box), lastBox ? all.indexOf(lastBox) : -1].sort((a, b) => a - b);
  const own = all.slice(Math.max(0, ends[0]), ends[1] + 1).flatMap((one) => boxes.get(one) || []);
  const ids = own.map(({ id }) => id);
  const others = selection.runs.filter(({ id }) => !ids.includes(id));
  changeSelection(box.checked ? [...others, ...own] : others);
}

/**
 * The box that selects a run; with the Shift key all from the last one to it.
 * @param {Selected} run
 */
export function makeSelectBox(run) {
  const label = { "aria-label": `Select ${run.name}`, "data-select": run.id };
  const box = make("input", { type: "checkbox", ...label });
  box.checked = isSelected(run.id);
  boxes.set(box, run);
  box.addEventListener("click", (event) => {
    if (event.shiftKey && lastBox?.isConnected && lastBox !== box) selectTo(box);
    else select(run, box.checked);
    lastBox = box;
  });
  return box;
}

/**
 * What decides the order goes along, so that the run's page knows what is before and after it.
 * @param {Shown} shown
 * @param {number} run
 */
function viewOfLink({ source, view, box }, run) {
  if (source.valuesOf("_view")[run] || source.folder === "activity") return "";
  const { facets, ranges, sort } = view;
  return writeHash({ ...readHash(""), q: box.text, facets, ranges, sort });
}

/**
 * Numbers with their points below each other: a cell gets the room of the decimals it lacks.
 * @param {HTMLTableRowElement[]} rows
 * @param {Column[]} columns
 * @param {number[]} [most] the decimals each column had so far
 */
export function lineUp(rows, columns, most = []) {
  columns.forEach((column, place) => {
    if (column.kind !== "number" || column.deltas) return;
    const cells = rows.map((row) => row.cells[place + 1]).filter(Boolean);
    const counts = cells.map((cell) => decimalsOf(cell.textContent || ""));
    most[place] = counts.reduce((a, b) => Math.max(a, b), most[place] || 0);
    cells.forEach((cell, row) => {
      const lacking = most[place] - counts[row];
      if (lacking <= 0 || counts[row] < 0) return;
      cell.classList.add(`lack-${Math.min(lacking, MOST_LACKING)}`, ...(counts[row] ? [] : ["whole"]));
    });
  });
}

/**
 * Why a run failed, or that it diverged, in a few words; as report/tables/table.py has it.
 * @param {Source} source
 * @param {number} run
 */
function problemOf(source, run) {
  const parts = PROBLEM.map((name) => source.valuesOf(name)[run]).filter(Boolean);
  const told = source.valuesOf("status")[run] === "FAILED" ? parts.join(": ") : "";
  return told || divergedText(source.primary, source.valuesOf(`metrics.${source.primary}`)[run]);
}

/**
 * A status with its mark.
 * @param {string} value
 * @param {string} [problem] why, for a title
 */
export function makeStatus(value, problem = "") {
  const [mark, word] = MARKS[value] || ["?", "unknown"];
  const sign = make("span", { "aria-hidden": "true" }, mark);
  return make("span", cellOf(`status ${word}`, problem), sign, ` ${word}`);
}

// All rows at once: only those in sight are in the page, between two rows that hold their place.

import { make } from "../core/dom.js";
import { emptyRow, lineUp, makeRow } from "./cells.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

const AROUND = 20;

/**
 * What undoes the present window.
 * @type {(() => void) | null}
 */
let undo = null;

/**
 * Draw the rows in sight, and others as the reader scrolls.
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 */
export function drawWindow(shown, table, columns) {
  closeWindow();
  const region = table.closest(".scroll");
  if (!region) return;
  region.classList.add("windowed");
  const { rows: runs } = shown;
  const height =
    [...table.tBodies[0].rows].find((row) => !row.classList.contains("spacer"))?.offsetHeight || 32;
  table.setAttribute("aria-rowcount", String(runs.length + 1));
  /** @type {number[]} */
  const most = [];
  let inSight = [-1, -1];
  const draw = () => {
    const first = Math.max(0, Math.floor(region.scrollTop / height) - AROUND);
    const end = Math.ceil((region.scrollTop + region.clientHeight) / height) + AROUND;
    const last = Math.min(runs.length, end);
    if (inSight[0] === first && inSight[1] === last) return;
    inSight = [first, last];
    const rows = runs.slice(first, last).map((run, place) => {
      const row = makeRow(shown, columns, run);
      row.setAttribute("aria-rowindex", String(first + place + 2));
      return row;
    });
    lineUp(rows, columns, most);
    const above = spacer(first * height, columns),
      below = spacer((runs.length - last) * height, columns);
    const body = make("tbody", {}, above, ...rows, below);
    if (!runs.length) body.append(emptyRow(shown, columns.length + 1));
    table.tBodies[0].replaceWith(body);
  };
  region.addEventListener("scroll", draw, { passive: true });
  undo = () => {
    region.removeEventListener("scroll", draw);
    region.classList.remove("windowed");
    table.removeAttribute("aria-rowcount");
  };
  draw();
}

/** Go back to pages. */
export function closeWindow() {
  undo?.();
  undo = null;
}

/**
 * @param {number} height
 * @param {Column[]} columns
 */
function spacer(height, columns) {
  const cell = make("td", { colspan: String(columns.length + 1) });
  const row = make("tr", { class: "spacer", "aria-hidden": "true" }, cell);
  row.style.height = `${height}px`;
  row.hidden = height <= 0;
  return row;
}

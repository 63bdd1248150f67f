// The head of the run table: what it is sorted by, and columns that stay in sight.

import { every, make, makeButton } from "../core/dom.js";
import { loaded } from "../core/loading.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Draw the head: a button for each column, which keeps the focus when the table is drawn anew.
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 */
export function drawHead(shown, table, columns) {
  const focused = document.activeElement?.getAttribute("data-sort");
  const hidden = make("span", { class: "hidden" }, "Selected");
  const row = make("tr", {}, make("th", { scope: "col", class: "select" }, hidden));
  for (const column of columns) {
    if (column.deltas) {
      row.append(loaded.deltas?.deltaHead(column) || "");
      continue;
    }
    const button = makeButton(column.label, () => sortBy(shown, column), { "data-sort": column.name });
    const cell = make("th", { scope: "col", class: column.kind }, button);
    cell.addEventListener("click", (event) => {
      if (event.target === cell) button.click(); // beside its words, too
    });
    const order = orderOf(shown.view.sort, column.name);
    if (order) cell.setAttribute("aria-sort", order);
    row.append(cell);
    if (focused === column.name) requestAnimationFrame(() => button.focus());
  }
  table.tHead?.replaceChildren(row);
}

/**
 * @param {string} sort
 * @param {string} name
 */
function orderOf(sort, name) {
  if (sort.replace(/^-/, "") === name) return sort.startsWith("-") ? "descending" : "ascending";
  return !sort && name === "start_time" ? "descending" : "";
}

/**
 * Numbers start with the greatest, or the least where less is better, text with the first letter; the second
 * click turns round.
 * @param {Shown} shown
 * @param {Column} column
 */
function sortBy({ view, update }, { kind, name, better }) {
  const isUp = kind === "text" || better === "min";
  const [first, second] = isUp ? [name, `-${name}`] : [`-${name}`, name];
  view.sort = view.sort === first ? second : first;
  view.p = 1;
  update();
}

/**
 * Pinned columns stay in sight; how far from the left depends on those before them.
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 */
export function stickColumns({ view: { pin } }, table, columns) {
  const last = columns.findLastIndex((column) => pin.includes(column.name));
  if (last < 0) return;
  let left = 0;
  const heads = table.tHead?.rows[0].cells || [];
  for (let place = 0; place <= last + 1 && place < heads.length; place++) {
    const width = heads[place].offsetWidth;
    for (const cell of every(table, `tr > :nth-child(${place + 1})`, HTMLTableCellElement)) {
      if (cell.colSpan > 1) continue;
      cell.classList.add("pinned");
      cell.style.left = `${left}px`;
    }
    left += width;
  }
}

// The run table: the server's rows stay until the reader sorts, filters or chooses columns.

import { byId, every, make } from "../core/dom.js";
import { loaded } from "../core/loading.js";
import { differs } from "../core/words.js";
import { emptyRow, lineUp, makeRow } from "./cells.js";
import { drawHead, stickColumns } from "./head.js";
import { drawPages, pageCount, pageRows } from "./paging.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * The columns as shown: with "differ" only those in which the matching runs do; with a baseline the
 * differences to it, too.
 * @param {Shown} shown
 */
export function shownColumns(shown) {
  const { source, view, runs, chosenColumns } = shown;
  const isDiffering = (/** @type {Column} */ column) =>
    column.name === "run_name" || differs(source, column, runs);
  const columns = view.differ && runs.length > 1 ? chosenColumns.filter(isDiffering) : chosenColumns;
  return loaded.deltas?.withDeltas(shown, columns) || columns;
}

/**
 * Draw the table of the present view: a page, all rows, or groups.
 * @param {Shown} shown
 */
export function drawTable(shown) {
  const { view, source } = shown;
  const table = byId("run-table", HTMLTableElement);
  if (!view.all || view.group) loaded.tools?.closeWindow();
  document.getElementById("against")?.toggleAttribute("hidden", !shown.baseline);
  loaded.deltas?.tellBaseline(shown);
  if (view.group && source.column(view.group)) {
    loaded.tools?.drawGroups(shown, table);
    return;
  }
  const columns = shownColumns(shown);
  drawHead(shown, table, columns);
  loaded.deltas?.drawBaseline(shown, table, columns);
  view.p = Math.min(view.p, pageCount(shown));
  if (view.all) loaded.tools?.drawWindow(shown, table, columns);
  else drawPage(shown, table, columns);
  stickColumns(shown, table, columns);
  drawPages(shown);
}

/**
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 */
function drawPage(shown, table, columns) {
  const start = (shown.view.p - 1) * pageRows();
  const focused = document.activeElement?.getAttribute("data-family");
  const rows = shown.rows.slice(start, start + pageRows()).map((run) => makeRow(shown, columns, run));
  lineUp([...every(table, "thead .base", HTMLTableRowElement), ...rows], columns);
  if (!shown.runs.length) rows.push(emptyRow(shown, columns.length + 1));
  table.tBodies[0].replaceWith(make("tbody", {}, ...rows));
  if (focused) every(table, `[data-family="${CSS.escape(focused)}"]`)[0]?.focus();
}

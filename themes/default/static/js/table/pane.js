// What the panes of the toolbar have in common. Long lists show their beginning and what the search finds.

import { make } from "../core/dom.js";
import { thousands } from "../core/format.js";

/** @import { Column, Source } from "../core/source.js" */

const MOST_LISTED = 150;
const GROUPS = [
  ["properties", "Properties"],
  ["metrics", "Metrics"],
  ["statistics", "Statistics"],
  ["params", "Params"],
  ["tags", "Tags"],
];

/**
 * An empty pane with a search that lists again.
 * @param {HTMLElement} menu
 * @param {string} label
 * @param {() => void} list
 */
export function makePane(menu, label, list) {
  const pane = make("div", { class: "pane" });
  const texts = { "aria-label": `Search ${label}`, placeholder: "Search" };
  const search = make("input", { type: "search", class: "pane-search", ...texts });
  search.addEventListener("input", list);
  pane.append(search);
  menu.append(pane);
  return { pane, search };
}

/**
 * The columns that a search finds, in no order.
 * @param {Source} source
 * @param {string} word
 * @param {(column: Column) => unknown} wanted
 */
export function foundColumns(source, word, wanted) {
  const text = word.toLowerCase();
  const named = source.columnsOf(...GROUPS.map(([group]) => group));
  return named.filter((column) => wanted(column) && column.label.toLowerCase().includes(text));
}

/**
 * Groups of items with a heading each; the rest is counted.
 * @param {Column[]} columns
 * @param {(column: Column) => Node} makeItem
 */
export function groupedList(columns, makeItem) {
  const parts = [];
  let left = MOST_LISTED;
  for (const [group, title] of GROUPS) {
    const own = columns.filter((column) => column.group === group);
    if (!own.length || left <= 0) continue;
    const items = own.slice(0, left).map(makeItem);
    left -= items.length;
    parts.push(make("div", { role: "group", "aria-label": title }, make("h3", {}, title), ...items));
  }
  if (columns.length > MOST_LISTED) {
    const told = `The first ${MOST_LISTED} of ${thousands(columns.length)}; search for the others.`;
    parts.push(make("p", { class: "muted" }, told));
  }
  if (!columns.length) parts.push(make("p", { class: "muted" }, "No column has this name."));
  return parts;
}

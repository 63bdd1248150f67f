// Filters by value: check boxes with counts for texts, least and greatest for numbers.

import { make, makeBox, makeButton } from "../core/dom.js";
import { formatNumber, formatText, thousands } from "../core/format.js";
import { facetText, toggleFacet } from "./facets.js";
import { foundColumns, groupedList, makePane } from "./pane.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Fill the menu of filters.
 * @param {Shown} shown
 * @param {HTMLElement} menu
 */
export function openFilters(shown, menu) {
  const { pane, search } = makePane(menu, "filters", () => list());
  const clear = makeButton(
    "Clear filters",
    () => {
      shown.view.facets.clear();
      shown.view.ranges.clear();
      shown.view.p = 1;
      shown.update();
      list();
    },
    { class: "quiet" },
  );
  const all = make("div");
  pane.append(make("div", { class: "row" }, clear), all);
  const isUsable = (/** @type {Column} */ column) =>
    column.varies && (column.facet || column.min !== undefined);
  const list = () => {
    const { facets, ranges } = shown.view;
    const isUsed = (/** @type {Column} */ { name }) => facets.has(name) || ranges.has(name);
    const found = foundColumns(shown.source, search.value, isUsable);
    found.sort((a, b) => Number(isUsed(b)) - Number(isUsed(a)));
    all.replaceChildren(...groupedList(found, (column) => filterItem(shown, column, isUsed(column))));
  };
  list();
  search.focus();
}

/**
 * @param {Shown} shown
 * @param {Column} column
 * @param {boolean} isOpen
 */
function filterItem(shown, column, isOpen) {
  const item = make("details", { class: "choice" }, make("summary", {}, column.label));
  const fill = () => {
    if (item.childElementCount > 1) return;
    const isText = column.facet && column.kind === "text";
    item.append(isText ? valueBoxes(shown, column) : rangeBoxes(shown, column));
  };
  item.addEventListener("toggle", fill);
  if (isOpen) {
    fill();
    item.open = true;
  }
  return item;
}

/**
 * @param {Shown} shown
 * @param {Column} column
 */
function valueBoxes(shown, column) {
  const chosen = shown.view.facets.get(column.name);
  return make(
    "div",
    {},
    ...(column.facet || []).map(([value, count]) => {
      const label = facetText(column, value);
      const box = makeBox(formatText(label), () => toggleFacet(shown, column.name, value));
      if (formatText(label) !== label) box.label.title = label;
      box.input.checked = chosen?.has(value) || false;
      box.label.append(make("span", { class: "count" }, thousands(count)));
      return box.label;
    }),
  );
}

/**
 * Two number fields and what there is between them.
 * @param {Shown} shown
 * @param {Column} column
 */
function rangeBoxes(shown, { name, label, min = NaN, max = NaN }) {
  const [low, high] = shown.view.ranges.get(name) || ["", ""];
  const field = (/** @type {string} */ word, /** @type {string} */ value, /** @type {number} */ end) => {
    const placeholder = formatNumber(Number(end)).replaceAll(",", "");
    const kind = { type: "text", inputmode: "decimal", "aria-label": `${word} ${label}` };
    const input = make("input", { ...kind, value, placeholder });
    input.addEventListener("change", () => change());
    return input;
  };
  const least = field("Least", low, min);
  const most = field("Greatest", high, max);
  const change = () => {
    const wrong = [least, most].filter(({ value }) => value.trim() && !Number.isFinite(Number(value)));
    for (const input of [least, most]) input.setAttribute("aria-invalid", String(wrong.includes(input)));
    if (wrong.length) return;
    const [from, to] = [least, most].map(({ value }) => (value.trim() ? String(Number(value)) : ""));
    if (from || to) shown.view.ranges.set(name, [from, to]);
    else shown.view.ranges.delete(name);
    shown.view.p = 1;
    shown.update();
  };
  return make("div", { class: "range" }, least, make("span", {}, "to"), most);
}

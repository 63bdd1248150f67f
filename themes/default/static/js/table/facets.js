// Facets: the build lists those of a page and their values, here they become buttons with counts of what
// matches.

import { byId, every, make, makeButton } from "../core/dom.js";
import { MARKS, formatText, thousands } from "../core/format.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * @typedef {{column: Column, value: string, button: HTMLButtonElement, count: HTMLElement}} FacetButton
 */

/**
 * Make the buttons, and count anew whenever the page shows something else.
 * @param {Shown} shown
 */
export function startFacets(shown) {
  /** @type {FacetButton[]} */
  const buttons = [];
  for (const place of every(byId("facets"), "[data-facet]")) {
    const column = shown.source.column(place.dataset.facet || "");
    if (!column?.facet) continue;
    const own = column.facet.map(([value]) => makeFacet(shown, column, value));
    buttons.push(...own);
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", column.label);
    const list = make("ul", {}, ...own.map(({ button }) => make("li", {}, button)));
    place.replaceChildren(make("span", { class: "facet-name" }, column.label), list);
  }
  shown.listeners.push(() => drawFacets(shown, buttons));
}

/**
 * A value as people read it: of a status its word.
 * @param {Column} column
 * @param {string} value
 */
export function facetText(column, value) {
  return column.name === "status" && MARKS[value] ? MARKS[value][1] : value;
}

/**
 * @param {Shown} shown
 * @param {Column} column
 * @param {string} value
 * @returns {FacetButton}
 */
function makeFacet(shown, column, value) {
  const label = facetText(column, value);
  const act = () => toggleFacet(shown, column.name, value);
  const button = makeButton(`${formatText(label)} `, act, { "aria-pressed": "false" });
  if (formatText(label) !== label) button.title = label;
  const count = make("span", { class: "count" });
  button.append(count);
  return { column, value, button, count };
}

/**
 * Ask for the runs of a value, or no longer.
 * @param {Shown} shown
 * @param {string} name of the column
 * @param {string} value
 */
export function toggleFacet({ view, update }, name, value) {
  const chosen = view.facets.get(name) || new Set();
  if (!chosen.delete(value)) chosen.add(value);
  if (chosen.size) view.facets.set(name, chosen);
  else view.facets.delete(name);
  view.p = 1;
  update();
}

/**
 * Counts are those of the built page until a filter changes them.
 * @param {Shown} shown
 * @param {FacetButton[]} buttons
 */
function drawFacets(shown, buttons) {
  const counts = new Map();
  for (const { column, value, button, count } of buttons) {
    const isChosen = shown.view.facets.get(column.name)?.has(value) || false;
    button.setAttribute("aria-pressed", String(isChosen));
    if (!counts.has(column.name)) counts.set(column.name, countValues(shown, column));
    count.textContent = thousands(counts.get(column.name).get(value) || 0);
  }
}

/**
 * How many matching runs have each value; a facet in use counts as the page was built.
 * @param {Shown} shown
 * @param {Column} column
 */
function countValues({ source, view, runs, isNarrow }, { name, facet }) {
  const values = source.texts.get(name) || source.valuesOf(name);
  if (!isNarrow || view.facets.has(name) || !values.length) return new Map(facet);
  const counts = new Map();
  for (const run of runs) counts.set(values[run], (counts.get(values[run]) || 0) + 1);
  return counts;
}

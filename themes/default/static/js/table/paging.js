// The pages of the run table: the numbers near this one, and how many runs are shown.

import { byId, make, makeButton, say } from "../core/dom.js";
import { plural, thousands } from "../core/format.js";

/** @import { Shown } from "./shown.js" */

/** Rows of a page of the table. */
export const pageRows = () => Number(document.body.dataset.rows) || 50;

/**
 * How many pages the matching runs fill.
 * @param {Shown} shown
 */
export function pageCount({ view, rows }) {
  return view.all ? 1 : Math.max(1, Math.ceil(rows.length / pageRows()));
}

/**
 * Draw the numbers of pages, and say how many runs are shown.
 * @param {Shown} shown
 */
export function drawPages(shown) {
  const { view, runs, rows, source } = shown;
  const pages = pageCount(shown);
  const place = byId("pages");
  place.replaceChildren();
  if (source.column(view.group)) return;
  if (pages > 1 || view.all) place.append(pageList(shown, pages));
  const start = (view.p - 1) * pageRows();
  const end = Math.min(start + pageRows(), rows.length);
  const span = pages > 1 ? `${thousands(start + 1)}–${thousands(end)} of ` : "";
  const all = plural(source.count, "run");
  const folded = runs.length - rows.length;
  const told = folded ? `, ${thousands(folded)} folded into the runs that started them` : "";
  const isAll = runs.length === source.count;
  say(isAll ? `${span}${all}${told}` : `${span}${thousands(runs.length)} of ${all} match`);
}

/**
 * @param {Shown} shown
 * @param {number} pages
 */
function pageList(shown, pages) {
  const { p, all } = shown.view;
  const list = make("ul");
  const near = new Set([1, 2, p - 1, p, p + 1, pages - 1, pages]);
  let last = 0;
  for (let number = 1; pages > 1 && number <= pages; number++) {
    if (!near.has(number)) continue;
    if (number > last + 1) list.append(make("li", {}, make("span", {}, "…")));
    const label = { "aria-label": `Page ${number}` };
    const button = makeButton(String(number), () => turnTo(shown, number), label);
    if (number === p) button.setAttribute("aria-current", "page");
    list.append(make("li", {}, button));
    last = number;
  }
  const toggle = makeButton(all ? "Show pages" : "Show all", () => {
    shown.view.all = !shown.view.all;
    turnTo(shown, 1);
  });
  list.append(make("li", {}, toggle));
  return list;
}

/**
 * @param {Shown} shown
 * @param {number} number
 */
function turnTo(shown, number) {
  shown.view.p = number;
  shown.update().then(() => byId("runs").scrollIntoView());
}

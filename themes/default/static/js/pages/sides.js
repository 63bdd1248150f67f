// The table of a comparison: a column a run, a row what they have.

import { cellOf, make, makeBox, makeButton, makeChoice, scrolling } from "../core/dom.js";
import { deltaOf, makeDelta } from "../core/deltas.js";
import { siteUrl } from "../core/loading.js";
import { makeDot } from "../core/looks.js";
import { changeSelection, selection, shortId } from "../core/selection.js";
import { runPlace } from "../core/sources.js";
import { differs, restOf, runLabels, textOf } from "../core/words.js";
import { keepHash } from "../table/update.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Shown } from "../table/shown.js" */

const COMPARED = [
  ["metrics", "Metrics"],
  ["params", "Hyperparameters"],
  ["tags", "Tags"],
  ["properties", "Properties"],
];

/**
 * Draw the table and its controls.
 * @param {Shown} shown
 * @param {HTMLElement} section
 */
export function drawSides(shown, section) {
  const { source, view, runs } = shown;
  const ids = source.valuesOf("run_id"),
    names = runLabels(source, runs);
  const wanted = view.base || source.base;
  const base = Math.max(
    0,
    ids.findIndex((id) => wanted && id.startsWith(wanted)),
  );
  const redraw = () => {
    keepHash(shown);
    drawSides(shown, section);
  };
  const same = makeBox("What is the same, too", (isOn) => {
    view.same = isOn;
    redraw();
  });
  same.input.checked = view.same;
  const choices = runs.map((run) => [ids[run], names[run] || ids[run]]);
  const choice = makeChoice("Deltas against", choices, ids[base], (id) => {
    view.base = id === (source.base || ids[0]) ? "" : shortId(id, ids);
    redraw();
  });
  const heads = runs.map((run) => runHead(shown, run, names[run]));
  const corner = make("th", { scope: "col" }, make("span", { class: "hidden" }, "What"));
  const head = make("tr", {}, corner, ...heads);
  const bodies = COMPARED.flatMap(([group, title]) => groupBody(shown, group, title, base));
  const table = make("table", { class: "compared" }, make("thead", {}, head), ...bodies);
  section.replaceChildren(
    make("h2", { id: "side-by-side" }, "Side by side"),
    make("div", { class: "toolbar" }, choice.label, same.label),
    scrolling("Runs side by side", table, " table"),
  );
}

/**
 * @param {Shown} shown
 * @param {number} run
 * @param {string} name
 */
function runHead(shown, run, name) {
  const { source } = shown;
  const id = source.valuesOf("run_id")[run];
  const remove = () => {
    changeSelection(selection.runs.filter((one) => one.id !== id));
    keepHash(shown);
    location.reload();
  };
  const labels = { "aria-label": `Remove ${name}`, title: "Remove" };
  return make(
    "th",
    { scope: "col" },
    makeDot(id, name || id),
    make("a", { href: siteUrl(runPlace(source, run)) }, name || id),
    " ",
    makeButton("×", remove, { class: "quiet", ...labels }),
  );
}

/**
 * The rows of a group of columns; none where nothing is to be shown of it.
 * @param {Shown} shown
 * @param {string} group
 * @param {string} title
 * @param {number} base
 */
function groupBody({ source, view, runs }, group, title, base) {
  const isAll = group === "metrics" || view.same;
  const columns = source
    .columnsOf(group)
    .filter(
      (column) =>
        !column.name.startsWith("run_") &&
        (isAll || (group !== "properties" && differs(source, column, runs))),
    );
  if (!columns.length) return [];
  const span = { scope: "rowgroup", colspan: String(runs.length + 1) };
  const name = make("tr", { class: "group" }, make("th", span, isAll ? title : `${title} that differ`));
  return [
    make(
      "tbody",
      {},
      name,
      ...columns.map((column) => {
        const isMarked = view.same && differs(source, column, runs);
        return make(
          "tr",
          isMarked ? { class: "differs" } : {},
          make("th", { scope: "row" }, column.label),
          ...runs.map((run) => valueCell(source, column, run, base)),
        );
      }),
    ),
  ];
}

/**
 * A value with what it differs by from the base.
 * @param {Source} source
 * @param {Column} column
 * @param {number} run
 * @param {number} base
 */
function valueCell(source, column, run, base) {
  const kind = column.kind === "text" ? "text" : "number";
  const cell = make("td", cellOf(kind, restOf(source, column, run)), textOf(source, column, run));
  const values = source.valuesOf(column.name);
  if (column.group !== "metrics" || run === base) return cell;
  const delta = makeDelta(deltaOf(values[run], values[base], column.better));
  if (delta) cell.append(" ", delta);
  return cell;
}

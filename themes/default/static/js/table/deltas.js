// The run that the others of the table are compared with, as the report was built or as the reader chose,
// and the columns of differences to it.

import { changeOf, deltaOf, makeDelta } from "../core/deltas.js";
import { make } from "../core/dom.js";
import { MISSING } from "../core/format.js";
import { siteUrl } from "../core/loading.js";
import { findIds } from "../core/selection.js";
import { runPlace } from "../core/sources.js";
import { makeRow } from "./cells.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/** What the colours go by. */
const TOLD = "; better (▲ or ▼ in green) is what the config says, else what a metric's name does";
/** Groups of columns of which values can be compared. */
const COMPARED = ["metrics", "statistics"];

/**
 * The number of the run that the others are compared with; -1 where there is none.
 * @param {Shown} shown whose run ids are loaded
 */
export function baselineOf({ source, baseline }) {
  if (!baseline) return -1;
  return findIds([baseline], source.valuesOf("run_id")).found[0] ?? -1;
}

/**
 * Columns, and beside each that can be compared one of differences, which is empty until the ids of runs
 * are loaded.
 * @param {Shown} shown
 * @param {Column[]} columns
 * @returns {Column[]}
 */
export function withDeltas(shown, columns) {
  const base = baselineOf(shown);
  const isLoaded = shown.source.valuesOf("run_id").length > 0;
  if (base < 0 && (isLoaded || !shown.baseline)) return columns;
  return columns.flatMap((column) => {
    if (!COMPARED.includes(column.group)) return [column];
    const { name, label } = column;
    const made = {
      ...column,
      name: `delta(${name})`,
      label: `Δ ${label}`,
      group: "deltas",
      deltas: { name, base },
    };
    const values = shown.source.valuesOf(name);
    shown.source.values.set(
      made.name,
      values.map((value) => changeOf(value, values[base])),
    ); // for exports
    return [column, made];
  });
}

/**
 * The head of differences, which stand beside what they are of and are sorted with it.
 * @param {Column} column
 */
export function deltaHead({ label }) {
  const of = make("span", { class: "hidden" }, `${label.slice(1)} to the baseline`);
  return make("th", { scope: "col", class: "change" }, "Δ", of);
}

/**
 * A run's difference, nothing where it has none.
 * @param {Shown} shown
 * @param {Column} column
 * @param {number} run
 */
export function deltaCell({ source }, { deltas, better }, run) {
  if (!deltas || run === deltas.base) return make("td", { class: "change" });
  const values = source.valuesOf(deltas.name);
  return make("td", { class: "change" }, makeDelta(deltaOf(values[run], values[deltas.base], better)) || "");
}

/**
 * The run that the others are compared with stays in sight below the head.
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 * @param {Column[]} columns
 */
export function drawBaseline(shown, table, columns) {
  const base = baselineOf(shown);
  if (base < 0) return;
  const row = makeRow(shown, columns, base);
  row.className = "base";
  table.tHead?.append(row);
}

/**
 * Say above the table what the differences are to.
 * @param {Shown} shown
 */
export function tellBaseline(shown) {
  const place = document.getElementById("against");
  if (!place) return;
  const { source } = shown;
  const base = baselineOf(shown);
  if (base < 0) {
    place.hidden = true;
    return;
  }
  const name = source.valuesOf("run_name")[base] || MISSING;
  place.replaceChildren(
    "Δ to the baseline ",
    make("a", { href: siteUrl(runPlace(source, base)) }, name),
    TOLD,
  );
}

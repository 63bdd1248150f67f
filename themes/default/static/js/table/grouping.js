// Runs by a param or tag: how many each value has, and mean ± standard deviation of what they
// reached. The deviation is that of a sample (n - 1); values that are missing or NaN count nowhere.
// What was set is not averaged: no run has the mean of three seeds.

import {
  MARKS,
  MISSING,
  ROUGH,
  formatNumber,
  formatValue,
  plural,
  quoted,
  thousands,
  unsaid,
} from "../core/format.js";
import { deltaOf } from "../core/deltas.js";
import { loaded } from "../core/loading.js";
import { restOf, textOf } from "../core/words.js";

/** @import { Delta } from "../core/deltas.js" */
/** @import { Column, Source } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Runs of one value.
 * @typedef {{value: any, text: string, rest: string, runs: number[]}} Group
 * @typedef {{text: string, key: string | number, rest?: string, delta?: Delta}} Summary what a group says of
 *   a column, as text and as what it is sorted by; of a column of differences that of its mean
 * @typedef {{columns: Column[], rows: {group: Group, cells: Summary[]}[]}} GroupTable
 */

/** Columns that a group says nothing of. */
const OF_A_RUN = ["run_name", "start_time", "run_id"];
/** Groups of columns that say what was set, not what came of it. */
const SET = ["params", "tags"];
/** As many values of a group are named. */
const NAMED = 12;

/**
 * The groups as rows of texts, sorted as the view asks.
 * @param {Shown} shown
 * @param {Column} own what they are grouped by
 * @returns {GroupTable}
 */
export function groupTable(shown, own) {
  const { source, view, runs, chosenColumns } = shown;
  const others = chosenColumns.filter(({ name }) => name !== own.name && !OF_A_RUN.includes(name));
  const columns = loaded.deltas?.withDeltas(shown, others) || others;
  const rows = groupRuns(source, own, runs).map((group) => ({
    group,
    cells: columns.map((column) => summaryOf(source, column, group)),
  }));
  const name = view.sort.replace(/^-/, "");
  const sign = view.sort.startsWith("-") ? -1 : 1;
  const place = columns.findIndex((column) => column.name === name);
  if (place >= 0) rows.sort((a, b) => compareKeys(a.cells[place].key, b.cells[place].key, sign));
  else if (name === own.name && sign < 0) rows.reverse();
  return { columns, rows };
}

/**
 * @param {string | number} x
 * @param {string | number} y
 * @param {number} sign
 */
function compareKeys(x, y, sign) {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x === y ? 0 : x < y ? -sign : sign;
}

/**
 * Runs by the values of a column, in the order of the values.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 * @returns {Group[]}
 */
function groupRuns(source, column, runs) {
  /** @type {Map<any, Group>} */
  const groups = new Map();
  for (const run of runs) {
    const logged = source.logged(column.name, run);
    const known = groups.get(logged);
    if (known) known.runs.push(run);
    else groups.set(logged, newGroup(source, column, run));
  }
  const collator = new Intl.Collator("en", { numeric: true });
  const byText = (/** @type {Group} */ a, /** @type {Group} */ b) =>
    collator.compare(a.rest || a.text, b.rest || b.text);
  return [...groups.values()].sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    const isNumeric = typeof a.value === "number" && typeof b.value === "number";
    return (isNumeric && a.value - b.value) || byText(a, b);
  });
}

/**
 * @param {Source} source
 * @param {Column} column
 * @param {number} run
 * @returns {Group}
 */
function newGroup(source, column, run) {
  const value = source.valuesOf(column.name)[run] ?? null;
  const text = value === null ? MISSING : quoted(textOf(source, column, run));
  return { value, text, rest: restOf(source, column, run), runs: [run] };
}

/**
 * n, mean and standard deviation of numbers.
 * @param {number[]} values
 */
function momentsOf(values) {
  const usable = values.filter(Number.isFinite);
  const n = usable.length;
  if (!n) return { n, mean: NaN, deviation: NaN };
  const mean = usable.reduce((sum, value) => sum + value / n, 0);
  const squares = usable.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN };
}

/**
 * @param {Source} source
 * @param {Column} column
 * @param {Group} group
 * @returns {Summary}
 */
function summaryOf(source, column, group) {
  if (column.deltas) return deltaIn(source, column, column.deltas, group);
  const isCounted = column.kind === "text" || column.kind === "time" || SET.includes(column.group);
  return isCounted ? valuesIn(source, column, group) : meanOf(source, column, group);
}

/**
 * The one value that all runs of a group have, or how many there are; and how many runs have one,
 * where not all do.
 * @param {Source} source
 * @param {Column} column
 * @param {Group} group
 * @returns {Summary}
 */
function valuesIn(source, column, { runs }) {
  const firsts = new Map();
  let n = 0;
  for (const run of runs) {
    const logged = source.logged(column.name, run);
    if (logged === null) continue;
    n += 1;
    if (!firsts.has(logged)) firsts.set(logged, run);
  }
  const isText = column.kind === "text";
  const none = isText ? "" : NaN;
  if (!n) return { text: textOf(source, column, runs[0]), key: none };
  const counted = n < runs.length ? ` (n ${thousands(n)})` : "";
  const [[logged, run]] = firsts;
  if (firsts.size > 1) {
    const text = `${plural(firsts.size, "value")}${counted}`;
    return { text, key: none, rest: listed(source, column, [...firsts.values()]) };
  }
  const status = column.name === "status" ? MARKS[logged]?.[1] : "";
  const text = status || textOf(source, column, run);
  const key = isText ? text : source.valuesOf(column.name)[run];
  return { text: text + counted, key, rest: restOf(source, column, run) };
}

/**
 * The values of some runs for a title, in order; the first of them where there are many.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 */
function listed(source, column, runs) {
  const values = source.valuesOf(column.name);
  const inOrder = runs.sort((a, b) => compareKeys(values[a], values[b], 1));
  const texts = inOrder
    .slice(0, NAMED)
    .map((run) => restOf(source, column, run) || textOf(source, column, run));
  return [...texts, ...(runs.length > NAMED ? ["…"] : [])].join(", ");
}

/**
 * How the mean of a group differs from the baseline; of the baseline alone nothing.
 * @param {Source} source
 * @param {Column} column
 * @param {{name: string, base: number}} deltas
 * @param {Group} group
 * @returns {Summary}
 */
function deltaIn(source, { better }, { name, base }, { runs }) {
  const values = source.valuesOf(name);
  const { mean } = momentsOf(runs.map((run) => values[run]));
  const isBase = runs.length === 1 && runs[0] === base;
  const delta = isBase ? null : deltaOf(mean, values[base], better);
  if (!delta) return { text: "", key: NaN };
  return { text: delta.text, key: mean - values[base], rest: String(mean - values[base]), delta };
}

/**
 * Mean ± standard deviation, and of how many runs where not all count.
 * @param {Source} source
 * @param {Column} column
 * @param {Group} group
 * @returns {Summary}
 */
function meanOf(source, column, { runs }) {
  const values = runs.map((run) => source.valuesOf(column.name)[run]);
  const { n, mean, deviation } = momentsOf(values);
  const leftOut = values.filter((value) => typeof value === "number" && !Number.isFinite(value)).length;
  const told = [
    n && n !== runs.length ? `n ${thousands(n)}` : "",
    leftOut ? `${thousands(leftOut)} left out` : "",
  ].filter(Boolean);
  const counted = told.length ? ` (${told.join(", ")})` : "";
  if (!n) return { text: MISSING + counted, key: NaN };
  const write = (/** @type {number} */ value) => formatValue(column, value);
  const spread = column.kind === "number" ? formatNumber(deviation, ROUGH) : write(deviation);
  const parts = n > 1 ? [mean, deviation] : [mean];
  const full = parts.map((value) => unsaid(column, value) || write(value)).join(" ± ");
  const text = n > 1 ? `${write(mean)} ± ${spread}` : write(mean);
  return { text: text + counted, key: mean, rest: full === text ? "" : full };
}

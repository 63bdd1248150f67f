// Rows of charts, run by run: which runs have the values, in which order, under which labels.

import { durationUnit } from "../core/format.js";
import { runPlace } from "../core/sources.js";
import { distinctTexts, runLabels } from "../core/words.js";
import { sortPlaces } from "./kinds.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Row } from "./asked.js" */
/** @import { Coloured } from "./looks.js" */

/**
 * Spans of time in the unit that suits the longest: its name goes to the title, the rows are divided.
 * @param {Row[]} rows changed in place
 * @param {string} title
 * @param {string} field
 */
export function useUnit(rows, title, field) {
  const [unit, size] = durationUnit(rows.reduce((most, row) => Math.max(most, row[field] ?? 0), 0));
  for (const row of rows) if (typeof row[field] === "number") row[field] /= size;
  return `${title}, ${unit}`;
}

/**
 * The title of a column's axis; spans of time get a unit.
 * @param {Column} column
 * @param {Row[]} rows changed in place
 * @param {string} field
 */
export function measured(column, rows, field) {
  return column.kind === "duration" ? useUnit(rows, column.label, field) : column.label;
}

/**
 * The runs that have a number in a column that lies on its axis; a date is no amount.
 * @param {Source} source
 * @param {string} name
 * @param {number[]} runs
 * @param {string} [scale]
 */
export function finiteRuns(source, name, runs, scale) {
  const column = source.column(name);
  if (!column || column.kind === "time") return [];
  const values = source.valuesOf(name);
  return runs.filter((run) => Number.isFinite(values[run]) && (scale !== "log" || values[run] > 0));
}

/**
 * Whether a value has a place on an axis.
 * @param {any} value
 */
export function isPlaced(value) {
  return value !== null && value !== undefined && !(typeof value === "number" && !Number.isFinite(value));
}

/**
 * Texts of a column by which a chart tells runs apart; of the run's name labels.
 * @param {Source} source
 * @param {string} name
 * @param {number[]} runs
 * @returns {Map<number, string>}
 */
export function wordsOf(source, name, runs) {
  const column = source.column(name);
  if (name !== "run_name" && column) return distinctTexts(source, column, runs);
  const labels = labelsOf(source, runs);
  return new Map(runs.map((run, place) => [run, labels[place]]));
}

/**
 * Labels of all runs of a source, which no other run of it has.
 * @type {WeakMap<Source, string[]>}
 */
const labelled = new WeakMap();

/**
 * Labels of some runs.
 * @param {Source} source
 * @param {number[]} runs
 */
export function labelsOf(source, runs) {
  let labels = labelled.get(source);
  if (!labels) {
    const newest = Array.from({ length: source.count }, (_, run) => source.count - 1 - run);
    labels = runLabels(source, newest).reverse();
    labelled.set(source, labels);
  }
  const own = labels;
  return runs.map((run) => own[run]);
}

/**
 * Runs in the order of a column's values.
 * @param {Source} source
 * @param {string} name
 * @param {number[]} runs
 */
export function inOrder(source, name, runs) {
  const values = source.valuesOf(name);
  return sortPlaces(
    runs.map((run) => values[run]),
    source.column(name)?.ordered,
  ).map((place) => runs[place]);
}

/**
 * A row a run.
 * @param {Source} source
 * @param {number[]} runs
 * @param {Coloured} colours
 * @param {(run: number) => Row} more
 * @returns {Row[]}
 */
export function rowsOf(source, runs, colours, more) {
  const labels = labelsOf(source, runs);
  return runs.map((run, place) => {
    const colour = colours.kind === "none" ? {} : { color: colours.values.get(run) };
    return { run: labels[place], href: runPlace(source, run), ...more(run), ...colour };
  });
}

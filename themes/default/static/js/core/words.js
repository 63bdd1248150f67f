// A run's values as text: as the table shows them, and by which charts and exports tell runs apart.

import { formatText, formatValue, quoted, unsaid } from "./format.js";

/** @import { Column, Source } from "./source.js" */

/**
 * A run's value as its column shows it.
 * @param {Source} source
 * @param {Column} column
 * @param {number} run
 */
export function textOf(source, column, run) {
  const text = source.texts.get(column.name)?.[run] ?? null;
  return text === null ? formatValue(column, source.valuesOf(column.name)[run]) : formatText(text);
}

/**
 * What that text leaves out of the value, for a title.
 * @param {Source} source
 * @param {Column} column
 * @param {number} run
 */
export function restOf(source, column, run) {
  return unsaid(column, source.valuesOf(column.name)[run] ?? null, source.logged(column.name, run));
}

/**
 * Texts of some runs' values, by which a chart tells them apart: two values never share one.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 * @returns {Map<number, string>}
 */
export function distinctTexts(source, column, runs) {
  const logged = new Map();
  for (const run of runs) {
    const text = textOf(source, column, run);
    if (!logged.has(text)) logged.set(text, new Set());
    logged.get(text).add(source.logged(column.name, run));
  }
  return new Map(
    runs.map((run) => {
      const text = textOf(source, column, run);
      const own = logged.get(text).size > 1 ? restOf(source, column, run) || text : text;
      return [run, source.logged(column.name, run) === null ? own : quoted(own)];
    }),
  );
}

/**
 * Labels for runs; a name that several have gets the start of the run's id, as much of it as no other
 * label has.
 * @param {Source} source
 * @param {number[]} runs
 * @returns {string[]}
 */
export function runLabels(source, runs) {
  const names = source.valuesOf("run_name"),
    ids = source.valuesOf("run_id");
  const counts = new Map();
  for (const run of runs) counts.set(names[run], (counts.get(names[run]) || 0) + 1);
  const taken = new Set([...counts.keys()].filter((name) => counts.get(name) === 1));
  return runs.map((run) => {
    const name = names[run];
    if (counts.get(name) === 1) return name;
    let label = name;
    for (let length = 6; (label === name || taken.has(label)) && length < ids[run].length + 7; length++) {
      label = `${name} ${ids[run].slice(0, length)}`;
    }
    taken.add(label);
    return label;
  });
}

/**
 * Whether some runs differ in a column.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 */
export function differs(source, column, runs) {
  const first = source.logged(column.name, runs[0]);
  return runs.some((run) => !Object.is(source.logged(column.name, run), first));
}

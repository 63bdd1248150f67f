// Which runs a view keeps, and in which order.

import { loaded } from "../core/loading.js";

/** @import { View } from "../core/hash.js" */
/** @import { Source } from "../core/source.js" */
/** @import { Box } from "./shown.js" */

/**
 * The runs that a view keeps, newest first. Columns must be loaded, and the filters' scripts where the
 * box asks for something.
 * @param {Source} source
 * @param {View} view
 * @param {Box} box
 * @returns {number[]}
 */
export function matchingRuns(source, view, box) {
  const kept = loaded.filters?.runsOfBox(source, box) ?? null;
  const tests = [
    ...[...view.facets].filter(([, chosen]) => chosen.size).map((facet) => facetTest(source, ...facet)),
    ...[...view.ranges].map((range) => rangeTest(source, ...range)),
  ];
  const found = [];
  for (let run = source.count - 1; run >= 0; run--) {
    if (kept && !kept[run]) continue;
    if (tests.every((test) => test(run))) found.push(run);
  }
  return found;
}

/**
 * Values are compared as they were logged.
 * @param {Source} source
 * @param {string} name
 * @param {Set<string>} chosen
 * @returns {(run: number) => boolean}
 */
function facetTest(source, name, chosen) {
  const values = source.texts.get(name) || source.valuesOf(name);
  return (run) => {
    const value = values[run] ?? null;
    return value !== null && chosen.has(String(value));
  };
}

/**
 * A run without the value, or whose value is NaN, lies in no range.
 * @param {Source} source
 * @param {string} name
 * @param {[string, string]} range
 * @returns {(run: number) => boolean}
 */
function rangeTest(source, name, [low, high]) {
  const values = source.valuesOf(name);
  const least = low === "" ? -Infinity : Number(low);
  const most = high === "" ? Infinity : Number(high);
  return (run) => {
    const value = values[run] ?? null;
    return value !== null && value >= least && value <= most;
  };
}

/**
 * Sort runs in place: stable; missing values last in both directions, NaN just before them.
 * @param {Source} source
 * @param {number[]} runs
 * @param {string} sort a column, with "-" before it for descending
 */
export function sortRuns(source, runs, sort) {
  const name = sort.replace(/^-/, "");
  const column = source.column(name);
  if (!column) return;
  const values = source.valuesOf(name);
  const keys = keysOf(values, runs, column.kind === "text", source.count);
  const sign = sort.startsWith("-") ? -1 : 1;
  /** @type {number[]} */
  const present = [];
  /** @type {number[]} */
  const odd = [];
  /** @type {number[]} */
  const missing = [];
  for (const run of runs) {
    const value = values[run];
    if (value === null || value === undefined) missing.push(run);
    else if (Number.isNaN(keys[run])) odd.push(run);
    else present.push(run);
  }
  const order = Float64Array.from(present, (run) => keys[run]);
  const indices = Uint32Array.from(present.keys());
  indices.sort((a, b) => (order[a] === order[b] ? a - b : order[a] < order[b] ? -sign : sign));
  const sorted = [...Array.from(indices, (index) => present[index]), ...odd, ...missing];
  sorted.forEach((run, place) => {
    runs[place] = run;
  });
}

/**
 * What values are sorted by; numbers compare faster than whatever stands there.
 * @param {any[]} values
 * @param {number[]} runs
 * @param {boolean} isText
 * @param {number} count
 */
function keysOf(values, runs, isText, count) {
  const keys = new Float64Array(count);
  if (!isText) {
    for (const run of runs) keys[run] = values[run];
    return keys;
  }
  const distinct = [...new Set(values)].filter((value) => value !== null);
  distinct.sort(new Intl.Collator("en", { numeric: true }).compare);
  const ranks = new Map(distinct.map((value, rank) => [value, rank]));
  for (const run of runs) keys[run] = ranks.get(values[run]) ?? 0;
  return keys;
}

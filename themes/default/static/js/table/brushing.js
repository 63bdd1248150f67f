// What a reader brushes in parallel coordinates limits the table, as its filters do.

import { matchingRuns, sortRuns } from "./matching.js";
import { EMPTY_BOX } from "./shown.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Keep the runs whose values of a column lie among those of some; null keeps all.
 * @param {Shown} shown
 * @param {string} name
 * @param {number[] | null} runs
 */
export async function brush(shown, name, runs) {
  const { source, view } = shown;
  const column = source.column(name);
  if (!column) return;
  await source.load([name]);
  view.ranges.delete(name);
  view.facets.delete(name);
  if (runs) limitTo(shown, column, runs);
  view.p = 1;
  shown.update();
}

/**
 * @param {Shown} shown
 * @param {Column} column
 * @param {number[]} runs
 */
function limitTo({ source, view }, { name, kind }, runs) {
  const values = runs
    .map((run) => source.valuesOf(name)[run])
    .filter((value) => value !== undefined && value !== null && !Number.isNaN(value));
  if (!values.length) return;
  if (kind === "text") {
    view.facets.set(name, new Set(values));
    return;
  }
  const ends = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  view.ranges.set(name, [String(ends[0]), String(ends[1])]);
}

/**
 * The runs of a view without what it says of some columns; whether it says anything of these.
 * @param {Shown} shown columns must be loaded
 * @param {string[]} columns
 */
export function beyondBrush({ source, view, box }, columns) {
  const own = new Set(columns);
  const others = (/** @type {Map<string, any>} */ limits) =>
    new Map([...limits].filter(([name]) => !own.has(name)));
  const rest = { ...view, facets: others(view.facets), ranges: others(view.ranges) };
  const isNarrow = Boolean(rest.q || rest.facets.size || rest.ranges.size || rest.w);
  const isBrushed = columns.some((name) => view.facets.has(name) || view.ranges.has(name));
  const runs = matchingRuns(source, rest, box);
  if (view.sort) sortRuns(source, runs, view.sort);
  return { runs, isNarrow, isBrushed };
}

/**
 * Whether a run is kept by what a view says of a column.
 * @param {Shown} shown columns must be loaded
 * @returns {(run: number, column: string) => boolean}
 */
export function keptBy({ source, view }) {
  /** @type {Map<string, Set<number>>} */
  const kept = new Map();
  return (run, name) => {
    const [facet, range] = [view.facets.get(name), view.ranges.get(name)];
    if (!facet?.size && !range) return true;
    let runs = kept.get(name);
    if (!runs) {
      const alone = {
        ...view,
        facets: new Map(facet ? [[name, facet]] : []),
        ranges: new Map(range ? [[name, range]] : []),
      };
      runs = new Set(matchingRuns(source, alone, { ...EMPTY_BOX }));
      kept.set(name, runs);
    }
    return runs.has(run);
  };
}

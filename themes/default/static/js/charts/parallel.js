// Parallel coordinates, as rows. As report/charts/parallel_charts.py has it.

import { formatValue, unsaid } from "../core/format.js";
import { ALL_MARKS, isNumeric, mostOf } from "./asked.js";
import { placedAt, spreadOf } from "./kinds.js";
import { ramp } from "./looks.js";
import { columnOf } from "./marks.js";
import { finiteRuns, inOrder, isPlaced, rowsOf } from "./rows.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Asked, Filled, Row } from "./asked.js" */
/** @import { Coloured } from "./looks.js" */

const MAX_PARALLEL = 300;

/**
 * A line a run through its values in several columns.
 * @param {Asked} asked
 * @returns {Filled}
 */
export function fillParallel({ source, chart, runs }) {
  const { x = "", c = "" } = chart;
  const own = finiteRuns(source, c, runs);
  const drawn = own.length < 2 ? [] : own.slice(0, mostOf(chart, MAX_PARALLEL, ALL_MARKS));
  const colours = ramp(source, columnOf(source, c), drawn);
  const others = x.split(",").filter((name) => name && name !== c);
  const columns = [...others, c].map((name) => columnOf(source, name));
  const labels = columns.map(({ label }) => label);
  const isAlone = (/** @type {string} */ label) => labels.filter((other) => other === label).length === 1;
  /** @type {[string, Column][]} */
  const axes = columns.map((column) => [isAlone(column.label) ? column.label : column.name, column]);
  const rows = axes.flatMap(([name, column]) => axisRows(source, name, column, drawn, colours));
  return {
    form: ["parallel", "word", "linear", colours.kind],
    rows,
    colours,
    titles: { color: colours.title },
    runs: drawn,
    usable: own.length,
    axes,
    words: { axis: "Axis" },
  };
}

/**
 * A row a run that has a value on an axis, and one for each end of the axis.
 * @param {Source} source
 * @param {string} axis
 * @param {Column} column
 * @param {number[]} runs
 * @param {Coloured} colours
 * @returns {Row[]}
 */
function axisRows(source, axis, column, runs, colours) {
  const values = source.valuesOf(column.name);
  const own = runs.filter((run) => isPlaced(values[run]));
  if (!own.length) return [];
  const ordered = inOrder(source, column.name, own);
  const spread = spreadOf(own.map((run) => values[run]));
  const ranks = new Map([...new Set(ordered.map((run) => values[run]))].map((value, rank) => [value, rank]));
  const at = (/** @type {number} */ run) =>
    isNumeric(column) ? placedAt(values[run], spread) : ranks.get(values[run]);
  const ends = [ordered[0], ordered[ordered.length - 1]].map((run) => values[run]);
  const texts = ends.map((value) => formatValue(column, value));
  const areAlike = ends[0] !== ends[1] && texts[0] === texts[1];
  return [
    ...rowsOf(source, own, colours, (run) => ({ axis, at: at(run) })),
    ...ends.map((value, end) => {
      const label = (areAlike && unsaid(column, value)) || texts[end];
      return { axis, end, label };
    }),
  ];
}

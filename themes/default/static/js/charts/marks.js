// Charts of runs: points, bars, boxes, ranges and fields, as rows. As report/charts/filling.py has it.

import { looks } from "../core/looks.js";
import { ALL_MARKS, MAX_LINES, MAX_MARKS, isNumeric, mostOf } from "./asked.js";
import { binStep, placedAt, spreadOf } from "./kinds.js";
import { coloured, drawRuns, ramp, runColours, uncoloured } from "./looks.js";
import { finiteRuns, inOrder, isPlaced, labelsOf, measured, rowsOf, wordsOf } from "./rows.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Asked, Filled, Row } from "./asked.js" */

/** Different amounts on an axis that each have a tick of their own. */
const MAX_TICKS = 8;

/**
 * A column that the chart was found to have.
 * @param {Source} source
 * @param {string | undefined} name
 * @returns {Column}
 */
export function columnOf(source, name = "") {
  const found = source.column(name);
  if (!found) throw new Error(`No column ${name}`);
  return found;
}

/**
 * Points: one column against another.
 * @param {Asked} asked
 * @returns {Filled}
 */
export function fillScatter({ source, chart, runs }) {
  const { x: across = "", y: up = "", c = "", scale = "" } = chart;
  const x = columnOf(source, across),
    y = columnOf(source, up);
  const xs = source.valuesOf(across),
    ys = source.valuesOf(up);
  const placed = finiteRuns(source, up, runs, scale).filter((run) => isPlaced(xs[run]));
  const colours = coloured(source, c, placed);
  const own = placed.filter((run) => colours.values.has(run));
  const first = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  const drawn = isNumeric(x) ? first : inOrder(source, across, first);
  const words = isNumeric(x) ? new Map() : wordsOf(source, across, drawn);
  const rows = rowsOf(source, drawn, colours, (run) => ({ x: words.get(run) ?? xs[run], y: ys[run] }));
  const isTime = x.kind === "time";
  const title = measured(x, rows, "x");
  const titles = { y: measured(y, rows, "y"), x: isTime ? `${title}, UTC` : title, color: colours.title };
  const { kind: spread, least } = spreadOf(rows.map((row) => row.x));
  const kind = isTime ? "time" : isNumeric(x) ? spread : "word";
  return {
    form: ["scatter", kind, scale || "linear", colours.kind],
    rows,
    colours,
    titles,
    runs: drawn,
    usable: own.length,
    isTime,
    ticks: ticksOf(kind, rows),
    least,
  };
}

/**
 * Where ticks are put: on each of few amounts; zero and powers of ten on an axis that is logarithmic from the
 * least amount on.
 * @param {string} kind
 * @param {Row[]} rows
 */
function ticksOf(kind, rows) {
  if (!["number", "log", "symlog"].includes(kind)) return [];
  /** @type {number[]} */
  const amounts = [...new Set(rows.map((row) => row.x).filter(Number.isFinite))].sort((a, b) => a - b);
  if (amounts.length <= MAX_TICKS) return amounts;
  if (kind !== "symlog") return [];
  const first = Math.ceil(Math.log10(amounts[1]));
  const last = Math.floor(Math.log10(amounts[amounts.length - 1]));
  const ticks = [0];
  for (let power = first; power <= last; power++) ticks.push(Number(`1e${power}`));
  return ticks;
}

/**
 * Bars and boxes: a metric for each value of a column.
 * @param {Asked} asked
 * @returns {Filled}
 */
export function fillCategories(asked) {
  const { source, chart, runs } = asked;
  const { type, x: across = "", y: up = "", scale = "" } = chart;
  const isRun = across === "run_name",
    isBar = type === "bar";
  const own = finiteRuns(source, up, runs, isBar ? "" : scale);
  const first = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  const colours =
    isRun && isBar && !chart.c ? barColours(asked, first) : coloured(source, chart.c || "", own, true);
  const drawn = isRun ? first : inOrder(source, across, first);
  const words = wordsOf(source, across, drawn),
    values = source.valuesOf(up);
  const rows = rowsOf(source, drawn, colours, (run) => ({ x: words.get(run), y: values[run] }));
  const x = isRun ? "Run" : columnOf(source, across).label;
  const titles = { x, y: measured(columnOf(source, up), rows, "y"), color: colours.title };
  const axis = isBar ? "linear" : scale || "linear";
  return {
    form: [type, isBar && isRun ? "run" : "word", axis, colours.kind],
    rows,
    colours,
    titles,
    runs: drawn,
    usable: own.length,
    words: { n: "Runs" },
  };
}

/**
 * Bars of runs have the looks that these have on the page; where none has any, few runs get some.
 * @param {Asked} asked
 * @param {number[]} drawn
 */
function barColours({ source, chart }, drawn) {
  if (!looks.size && drawn.length > MAX_LINES) return uncoloured(drawn);
  const ids = source.valuesOf("run_id");
  if (!looks.size) {
    drawRuns(
      chart,
      drawn.map((run) => ids[run]),
    );
  }
  return runColours(source, drawn, labelsOf(source, drawn));
}

/**
 * Runs by ranges of an amount.
 * @param {Asked} asked
 * @returns {Filled}
 */
export function fillHistogram({ source, chart, runs }) {
  const { x = "", c = "" } = chart;
  const own = finiteRuns(source, x, runs);
  const colours = coloured(source, c, own, true);
  const drawn = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  const values = source.valuesOf(x);
  const rows = rowsOf(source, drawn, colours, (run) => ({ x: values[run] }));
  const titles = { x: measured(columnOf(source, x), rows, "x"), color: colours.title };
  const spread = spreadOf(rows.map((row) => row.x));
  const step = rows.length ? binStep(rows.map((row) => placedAt(row.x, spread))) : null;
  return {
    form: ["histogram", spread.kind, "linear", colours.kind],
    step,
    least: spread.least,
    rows,
    colours,
    titles,
    runs: drawn,
    usable: own.length,
    words: { low: "From", high: "To", n: "Runs" },
  };
}

/**
 * The mean of an amount for each pair of values of two columns.
 * @param {Asked} asked
 * @returns {Filled}
 */
export function fillHeatmap({ source, chart, runs }) {
  const { x: across = "", y: down = "", c = "" } = chart;
  const own = finiteRuns(source, c, runs);
  const drawn = inOrder(source, across, own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS)));
  const order = new Map(inOrder(source, down, drawn).map((run, rank) => [run, rank]));
  const xs = wordsOf(source, across, drawn),
    ys = wordsOf(source, down, drawn);
  const colours = uncoloured([]),
    values = source.valuesOf(c),
    column = columnOf(source, c);
  const rows = rowsOf(source, drawn, colours, (run) => ({
    x: xs.get(run),
    y: ys.get(run),
    y_order: order.get(run),
    value: values[run],
  }));
  const [x, y] = [across, down].map((name) => columnOf(source, name).label);
  return {
    form: ["heatmap", "word", "linear", ramp(source, column, drawn).kind],
    rows,
    colours,
    titles: { x, y, color: measured(column, rows, "value") },
    runs: drawn,
    usable: own.length,
    words: { n: "Runs" },
  };
}

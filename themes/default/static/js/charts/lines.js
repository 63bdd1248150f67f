// Curves of chosen runs and means over groups of them, as rows. As report/charts/line_rows.py has it.

import { runPlace } from "../core/sources.js";
import { MAX_BAND, MAX_LINES, isBuilt, mostOf } from "./asked.js";
import { bandOf } from "./band.js";
import { axisOf, curvesOf, endOf, placedCurve, smoothed, stepTitle } from "./curves.js";
import { inFull } from "./fine.js";
import { coloured, drawRuns, grouped, runColours } from "./looks.js";
import { labelsOf, useUnit } from "./rows.js";
import { placesOf } from "./stored.js";

/** @import { Source } from "../core/source.js" */
/** @import { Asked, Filled, OwnChart, Row } from "./asked.js" */
/** @import { RunCurve } from "./curves.js" */

/**
 * Fill in curves, or means over groups of them.
 * @param {Asked} asked
 * @returns {Promise<Filled>}
 */
export function fillLines(asked) {
  return asked.chart.g ? fillBand(asked) : fillCurves(asked);
}

/**
 * Load the curves that a chart draws.
 * @param {Asked} asked
 */
export async function loadCurves(asked) {
  const { chart } = asked;
  const runs = chart.g ? asked.runs : chosenRuns(asked);
  const most = chart.g ? MAX_BAND : mostOf(chart, MAX_LINES, MAX_BAND);
  await curvesOf(asked.source, chart, runs, most, asked.isWanted);
}

/**
 * @param {Asked} asked
 * @returns {Promise<Filled>}
 */
async function fillCurves(asked) {
  const { source, chart, runs } = asked;
  const { y = "", scale = "" } = chart;
  const axis = axisOf(chart);
  const most = mostOf(chart, MAX_LINES, MAX_BAND);
  const every = await curvesOf(source, chart, chosenRuns(asked), most);
  const { found: painted, colours, labels } = paintedCurves(source, chart, every);
  const [[, found]] = await inFull(source, chart, [[y, painted]]);
  let rows = lineRows(found, axis, Number(chart.smooth) || 0, (run) => ({
    run: labels.get(run),
    href: runPlace(source, run),
    color: colours.values.get(run),
  }));
  if (rows.every((row) => row.y === null)) rows = [];
  const isTime = axis === "time";
  const title = stepTitle(
    found.map(({ curve }) => curve),
    axis,
  );
  const isAll = isBuilt(asked) ? chart.cut !== y : every.length < most;
  return {
    form: ["line", isTime ? "time" : "number", scale || "linear", colours.kind],
    rows,
    colours,
    isTime,
    titles: titlesOf(y, axis === "relative" ? useUnit(rows, title, "x") : title, colours.title),
    runs: found.map(({ run }) => run),
    usable: usableCurves(source, y, runs, found.length, isAll),
    words: { low: "Lowest", high: "Highest", raw: "Before smoothing", mark: "Here" },
  };
}

/**
 * @param {string} metric
 * @param {string} x
 * @param {string} color
 */
function titlesOf(metric, x, color) {
  return { x, y: metric.replace(/^metrics\./, ""), color };
}

/**
 * Curves with their labels and colours: each run its own where no column gives them; of what has no value in
 * that column no curve is drawn.
 * @param {Source} source
 * @param {OwnChart} chart
 * @param {RunCurve[]} every
 */
function paintedCurves(source, chart, every) {
  const drawn = every.map(({ run }) => run);
  const texts = labelsOf(source, drawn);
  let colours = coloured(source, chart.c || "", drawn);
  if (colours.kind === "none") {
    const ids = source.valuesOf("run_id");
    drawRuns(
      chart,
      drawn.map((run) => ids[run]),
    );
    colours = { ...runColours(source, drawn, texts), note: colours.note };
  }
  const found = every.filter(({ run }) => colours.values.has(run));
  return { found, colours, labels: new Map(drawn.map((run, place) => [run, texts[place]])) };
}

/**
 * A row a point or bucket.
 * @param {RunCurve[]} found
 * @param {string} axis
 * @param {number} weight of smoothing
 * @param {(run: number) => Row} more further fields of a run's rows
 * @returns {Row[]}
 */
export function lineRows(found, axis, weight, more) {
  return found.flatMap(({ run, curve }) => {
    const values = weight ? smoothed(curve.value, curve.count, weight) : curve.value;
    const end = endOf(curve.value);
    return placesOf(curve, axis).flatMap((x, place) => {
      if (x === null) return [];
      const drawn = (/** @type {number} */ value) => (Number.isFinite(curve.value[place]) ? value : null);
      /** @type {Row} */
      const row = { ...more(run), x, y: drawn(values[place]) };
      if (weight) row.raw = drawn(curve.value[place]);
      if (curve.isThinned) {
        Object.assign(row, { low: drawn(curve.low[place]), high: drawn(curve.high[place]) });
      }
      if (curve.resumed.includes(place)) row.mark = "resumed";
      if (place === end) row.mark = "diverged";
      return [row];
    });
  });
}

/**
 * Runs that have a curve; where not all were read, those that have the metric.
 * @param {Source} source
 * @param {string} metric
 * @param {number[]} runs
 * @param {number} found
 * @param {boolean} isAll
 */
export function usableCurves(source, metric, runs, found, isAll) {
  const values = source.valuesOf(metric);
  return isAll ? found : runs.filter((run) => (values[run] ?? null) !== null).length;
}

/**
 * Those that the page was built with, unless the reader narrowed the view or asked for the table's.
 * @param {Asked} asked
 */
export function chosenRuns(asked) {
  const { source, chart, runs } = asked;
  if (!isBuilt(asked)) return runs;
  const ids = source.valuesOf("run_id");
  return (chart.built || []).map((id) => ids.indexOf(id)).filter((run) => run >= 0);
}

/**
 * Mean ± standard deviation over the runs of each group, and of how many runs it is.
 * @param {Asked} asked
 * @returns {Promise<Filled>}
 */
async function fillBand({ source, chart, runs }) {
  const { y = "", g = "", scale = "" } = chart;
  const axis = axisOf(chart);
  const found = await curvesOf(source, chart, runs, MAX_BAND);
  const colours = grouped(
    source,
    g,
    found.map(({ run }) => run),
  );
  /** @type {Row[]} */
  const rows = [];
  const texts = colours.texts.map((text) => {
    const curves = found.filter(({ run }) => colours.values.get(run) === text).map(({ curve }) => curve);
    const points = bandOf(curves.map((curve) => placedCurve(curve, axis)));
    const color = `${text} (${countOf(points, curves.length)})`;
    rows.push(...points.map((point) => ({ color, ...point })));
    return color;
  });
  const title = stepTitle(
    found.map(({ curve }) => curve),
    axis,
  );
  return {
    form: ["band", "number", scale || "linear", colours.kind],
    rows,
    colours: { ...colours, texts },
    isTime: false,
    titles: titlesOf(y, axis === "relative" ? useUnit(rows, title, "x") : title, colours.title),
    runs: found.map(({ run }) => run),
    usable: usableCurves(source, y, runs, found.length, found.length < MAX_BAND),
    words: { low: "− std", high: "+ std", n: "Runs" },
  };
}

/**
 * "n 3", or "n 1 to 3" where fewer runs come as far as others.
 * @param {{n: number}[]} points
 * @param {number} most
 */
function countOf(points, most) {
  const least = points.reduce((a, { n }) => Math.min(a, n), most);
  return least === most ? `n ${most}` : `n ${least} to ${most}`;
}

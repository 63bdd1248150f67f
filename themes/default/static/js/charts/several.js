// Several metrics in one chart of curves, as rows. As report/charts/curve_charts.py has it.

import { LOOKS } from "../core/looks.js";
import { runPlace } from "../core/sources.js";
import { MAX_BAND, MAX_LINES, mostOf } from "./asked.js";
import { axisOf, curvesOf, stepTitle } from "./curves.js";
import { severalText } from "./fields.js";
import { inFull } from "./fine.js";
import { chosenRuns, lineRows, usableCurves } from "./lines.js";
import { labelsOf, useUnit } from "./rows.js";

/** @import { Asked, Filled, OwnChart } from "./asked.js" */
/** @import { RunCurve } from "./curves.js" */

/**
 * Whether a chart is of several metrics; one metric may have commas in its name.
 * @param {Asked} asked
 */
export const isSeveral = ({ source, chart: { type, y = "", g } }) =>
  type === "line" && !g && y.includes(",") && !source.column(y);

/**
 * Load the curves that a chart of several metrics draws.
 * @param {Asked} asked
 */
export async function loadSeveral(asked) {
  const { source, chart, isWanted } = asked;
  for (const one of singles(chart)) {
    await curvesOf(source, one, chosenRuns(asked), mostOfEach(chart), isWanted);
  }
}

/**
 * A chart of each metric that a chart names, as many as can be told apart.
 * @param {OwnChart} chart
 * @returns {OwnChart[]}
 */
function singles(chart) {
  const names = [...new Set((chart.y || "").split(","))];
  return names.slice(0, LOOKS).map((y) => ({ ...chart, y }));
}

/**
 * How many runs a chart shows of each of its metrics.
 * @param {OwnChart} chart
 */
function mostOfEach(chart) {
  return Math.max(1, Math.floor(mostOf(chart, MAX_LINES, MAX_BAND) / singles(chart).length));
}

/**
 * Several metrics of some runs: a colour a metric, a line each.
 * @param {Asked} asked
 * @returns {Promise<Filled>}
 */
export async function fillSeveral(asked) {
  const { source, chart, runs } = asked;
  const axis = axisOf(chart);
  const most = mostOfEach(chart);
  /** @type {[string, RunCurve[]][]} */
  const curves = [];
  for (const one of singles(chart)) {
    const own = await curvesOf(source, one, chosenRuns(asked), most);
    if (own.length) curves.push([one.y || "", own]);
  }
  const found = new Map(await inFull(source, chart, curves));
  const every = [...found.values()].flat();
  const drawn = [...new Set(every.map(({ run }) => run))];
  const texts = labelsOf(source, drawn);
  const labels = new Map(drawn.map((run, place) => [run, texts[place]]));
  let rows = [...found].flatMap(([name, own]) => {
    const color = name.replace(/^metrics\./, "");
    return lineRows(own, axis, Number(chart.smooth) || 0, (run) => ({
      run: `${labels.get(run)}, ${color}`,
      href: runPlace(source, run),
      color,
    }));
  });
  if (rows.every((row) => row.y === null)) rows = [];
  const title = stepTitle(
    every.map(({ curve }) => curve),
    axis,
  );
  const told = [...found.keys()].map((name) => name.replace(/^metrics\./, ""));
  const wanted = new Set((chart.y || "").split(",")).size;
  const isAll = [...found.values()].every((own) => own.length < most);
  const usable = [...found.keys()].map((name) => usableCurves(source, name, runs, drawn.length, isAll));
  return {
    form: ["line", axis === "time" ? "time" : "number", chart.scale || "linear", "category"],
    rows,
    colours: {
      kind: "category",
      values: new Map(),
      title: "Metric",
      texts: told,
      looks: told.map((_, place) => place),
      note: wanted > LOOKS ? `the first ${LOOKS} of ${wanted} metrics` : "",
    },
    isTime: axis === "time",
    titles: {
      x: axis === "relative" ? useUnit(rows, title, "x") : title,
      y: severalText(told),
      color: "Metric",
    },
    runs: every.map(({ run }) => run),
    usable: Math.max(0, ...usable),
    words: { low: "Lowest", high: "Highest", raw: "Before smoothing", mark: "Here" },
  };
}

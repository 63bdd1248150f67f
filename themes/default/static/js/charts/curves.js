// The curves of runs: which there are, in order along an axis, smoothed. As report/charts/curves.py and
// line_rows.py have it.

import { brought } from "../core/brought.js";
import { loadRun } from "../core/sources.js";
import { grownCurve, placesOf } from "./stored.js";

/** @import { Source } from "../core/source.js" */
/** @import { OwnChart } from "./asked.js" */
/** @import { Curve } from "./stored.js" */

/** @typedef {{run: number, curve: Curve}} RunCurve */

/** @type {Object<string, string>} */
const STEP_TITLES = { step: "Step", time: "Time, UTC", relative: "Time since start" };

/**
 * The runs that have a curve that lies on its axes, with its points, in order.
 * @param {Source} source
 * @param {OwnChart} chart
 * @param {number[]} runs
 * @param {number} most
 * @param {() => boolean} [isWanted] by default it is to the end
 * @returns {Promise<RunCurve[]>}
 */
export async function curvesOf(source, chart, runs, most, isWanted = () => true) {
  const { y: metric = "", scale } = chart;
  const axis = axisOf(chart);
  await source.load([metric]);
  const isDrawn = (/** @type {number} */ value) => Number.isFinite(value) && (value > 0 || scale !== "log");
  const found = [];
  for (const run of runs) {
    if (found.length === most || !isWanted()) break;
    if (source.valuesOf("_curves")[run] === null || source.valuesOf(metric)[run] === null) continue;
    await loadRun(source, run);
    const { curves } = brought.runs.get(source.valuesOf("run_id")[run]) || {};
    const curve = grownCurve(curves, source.valuesOf("run_id")[run], metric.replace(/^metrics\./, ""));
    const isCurve = curve && curve.value.length > 1 && curve.value.some(isDrawn);
    if (isCurve && placesOf(curve, axis).some((x) => x !== null)) found.push({ run, curve });
  }
  return found;
}

/**
 * What the curves of a chart lie along; means have no date.
 * @param {OwnChart} chart
 */
export function axisOf({ x, g }) {
  return x === "time" && g ? "relative" : x || "step";
}

/**
 * A curve in the order of its places, which times need not be in.
 * @param {Curve} curve
 * @param {string} axis
 */
export function placedCurve(curve, axis) {
  const { value, spread, count } = curve;
  const placed = placesOf(curve, axis).flatMap((x, place) => (x === null ? [] : [{ x, place }]));
  placed.sort((a, b) => a.x - b.x || a.place - b.place);
  return {
    x: placed.map(({ x }) => x),
    y: placed.map(({ place }) => value[place]),
    spread: placed.map(({ place }) => spread[place]),
    count: placed.map(({ place }) => (Number.isFinite(value[place]) ? count[place] : 0)),
  };
}

/**
 * What the axis of curves is called.
 * @param {Curve[]} curves
 * @param {string} axis
 */
export function stepTitle(curves, axis) {
  if (axis !== "step" || curves.every(({ hasSteps }) => hasSteps)) return STEP_TITLES[axis];
  return curves.some(({ hasSteps }) => hasSteps) ? "Step, or order where none was logged" : "Order";
}

/**
 * The place of the last finite value if only others follow: where a run diverged.
 * @param {number[]} values
 */
export function endOf(values) {
  let place = values.length - 1;
  while (place >= 0 && !Number.isFinite(values[place])) place--;
  return place >= 0 && place < values.length - 1 ? place : -1;
}

/**
 * An exponential moving mean, corrected for its start as Adam corrects its moments; a bucket counts as
 * often as it has values, as if each of them were its mean.
 * @param {number[]} values
 * @param {number[]} counts
 * @param {number} weight
 */
export function smoothed(values, counts, weight) {
  let total = 0,
    whole = 0;
  return values.map((value, place) => {
    if (!Number.isFinite(value)) return value;
    const kept = weight ** counts[place];
    total = kept * total + (1 - kept) * value;
    whole = kept * whole + (1 - kept);
    return total / whole;
  });
}

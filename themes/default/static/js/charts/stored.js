// A curve as a script brought it, with its numbers read, and where its points lie. As report/charts/curves.py
// and line_rows.py have it.

import { readNumber } from "../core/decoding.js";
import { grownOf } from "../core/growing.js";

/** @import { StoredCurve } from "../core/brought.js" */

/**
 * A curve with its numbers read and what goes without saying; lists are as long as `value`. `low`, `high`:
 * of a bucket, where the curve was thinned.
 * @typedef {{step: number[], time: number[], value: number[], low: number[], high: number[], count: number[],
 *   spread: number[], isThinned: boolean, resumed: number[], hasSteps: boolean,
 *   fine?: [script: string, points: number]}} Curve
 */

/** The beginning of 1990: what an importer has before it is no date but a time since the start. */
const FIRST_DATE = 631_152_000_000;

/**
 * Curves that were read; a chart asks for them again whenever its view changes.
 * @type {WeakMap<StoredCurve, Curve>}
 */
const curvesRead = new WeakMap();

/**
 * A curve that a script brought; null for none.
 * @param {StoredCurve} [stored]
 */
export function storedCurve(stored) {
  if (!stored) return null;
  const curve = curvesRead.get(stored) || readCurve(stored);
  curvesRead.set(stored, curve);
  return curve;
}

/**
 * A curve with the points that were logged since the site was made, as far as they come after it; null for
 * none.
 * @param {Map<string, StoredCurve> | undefined} curves of a run
 * @param {string} run its id
 * @param {string} metric
 * @returns {Curve | null}
 */
export function grownCurve(curves, run, metric) {
  const curve = storedCurve(curves?.get(metric));
  if (!curve) return null;
  const { step, time, value, hasSteps } = curve;
  if (!hasSteps) return curve; // which of its points are in the site, nothing says
  let last = step[step.length - 1] ?? -Infinity;
  /** @type {{step: number, time: number, value: number}[]} */
  const later = [];
  for (const [, , own, at, text] of grownOf(run, metric)) {
    if (own <= last) continue; // it is there, or a resumed run's: that is built anew
    last = own;
    later.push({ step: own, time: at, value: readNumber(text) });
  }
  if (!later.length) return curve;
  const values = [...value, ...later.map((own) => own.value)];
  const rest = (/** @type {number[]} */ own, /** @type {number} */ plain) => [
    ...own,
    ...later.map(() => plain),
  ];
  const ends = (/** @type {number[]} */ own) => [...own, ...later.map((one) => one.value)];
  return {
    ...curve,
    step: [...step, ...later.map((own) => own.step)],
    time: [...time, ...later.map((own) => own.time)],
    value: values,
    low: ends(curve.low),
    high: ends(curve.high),
    count: rest(curve.count, 1),
    spread: rest(curve.spread, 0),
  };
}

/**
 * @param {StoredCurve} stored
 * @returns {Curve}
 */
function readCurve(stored) {
  const { step, time, value: texts, low, high, count, spread, resumed = [], ordered, fine } = stored;
  const value = texts.map(readNumber);
  return {
    step,
    time,
    value,
    resumed,
    fine,
    low: low ? low.map(readNumber) : value,
    high: high ? high.map(readNumber) : value,
    count: count || value.map(() => 1),
    spread: spread ? spread.map(readNumber) : value.map(() => 0),
    isThinned: Boolean(count),
    hasSteps: !ordered,
  };
}

/**
 * Where points lie on the x axis: steps, time, or milliseconds since the earliest point. A point whose time
 * nobody recorded has none (0), or all have only the time since their start: then they are no dates.
 * @param {Curve} curve
 * @param {string} axis
 * @returns {(number | null)[]}
 */
export function placesOf({ step, time }, axis) {
  if (axis === "step") return step;
  const isDated = time.some((own) => own >= FIRST_DATE);
  const isSpan = !isDated && axis === "relative" && time.some((own) => own !== 0);
  const times = time.map((own) => (isSpan || own >= FIRST_DATE ? own : null));
  if (axis === "time") return times;
  const start = times.reduce((/** @type {number} */ least, own) => Math.min(least, own ?? least), Infinity);
  return times.map((own) => (own === null ? null : own - start));
}

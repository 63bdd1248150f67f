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

/**
 * Points that were logged since the site was made, one or several.
 * @typedef {{step: number, time: number, value: number, low: number, high: number,
 *   count: number}} GrownBucket
 */

/** As many of these are drawn. */
const MOST_GROWN = 500;
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
  /** @type {GrownBucket[]} */
  let later = [];
  for (const [, , own, at, text] of grownOf(run, metric)) {
    if (own <= last) continue; // it is there, or a resumed run's: that is built anew
    last = own;
    const one = readNumber(text);
    later.push({ step: own, time: at, value: one, low: one, high: one, count: 1 });
  }
  if (!later.length) return curve;
  const isMany = later.length > MOST_GROWN;
  if (isMany) later = putTogether(later);
  const values = [...value, ...later.map((own) => own.value)];
  return {
    ...curve,
    step: [...step, ...later.map((own) => own.step)],
    time: [...time, ...later.map((own) => own.time)],
    value: values,
    low: [...curve.low, ...later.map((own) => own.low)],
    high: [...curve.high, ...later.map((own) => own.high)],
    count: [...curve.count, ...later.map((own) => own.count)],
    spread: [...curve.spread, ...later.map(() => 0)], // until the site is made anew
    isThinned: curve.isThinned || isMany,
  };
}

/**
 * Points that follow each other, by as many as are one; a gap stays one.
 * @param {GrownBucket[]} points
 * @returns {GrownBucket[]}
 */
function putTogether(points) {
  const size = Math.ceil(points.length / MOST_GROWN);
  /** @type {GrownBucket[]} */
  const found = [];
  let inLast = 0;
  for (const point of points) {
    const last = found[found.length - 1];
    const isAlone = !last || inLast === size || !Number.isFinite(point.value) || !Number.isFinite(last.value);
    if (isAlone) {
      found.push({ ...point });
      inLast = 1;
      continue;
    }
    const share = 1 / (last.count + 1);
    last.value += (point.value - last.value) * share;
    last.step += (point.step - last.step) * share;
    last.time = Math.round(last.time + (point.time - last.time) * share);
    last.low = Math.min(last.low, point.low);
    last.high = Math.max(last.high, point.high);
    last.count++;
    inLast++;
  }
  return found;
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

// More points of long curves than a page carries, loaded for the part that a reader looks at.

import { brought } from "../core/brought.js";
import { durationUnit } from "../core/format.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { readEnds } from "./limits.js";
import { placesOf, storedCurve } from "./stored.js";

/** @import { Source } from "../core/source.js" */
/** @import { RunCurve } from "./curves.js" */
/** @import { Ends } from "./limits.js" */
/** @import { Curve } from "./stored.js" */

/** Points of a part that a chart draws, of all its curves; of more it draws those that the page carries. */
const MOST_DRAWN = 24_000;

/**
 * Curves with all that is known of them between the ends of a chart's axis.
 * @param {Source} source
 * @param {string} metric
 * @param {RunCurve[]} found
 * @param {string} axis
 * @param {string} [xlim]
 * @returns {Promise<RunCurve[]>}
 */
export async function inDetail(source, metric, found, axis, xlim) {
  const ends = partOf(found, axis, readEnds(xlim || ""));
  if (!ends) return found;
  const most = MOST_DRAWN / found.length;
  const whole = found.map(async (one) => {
    const detail = await loadDetail(source, metric, one).catch(() => null); // of another build, or offline
    const curve = detail && joined(one.curve, detail, axis, ends, most);
    return curve ? { ...one, curve } : one;
  });
  return Promise.all(whole);
}

/**
 * The ends of a part in the units of places; null where the part is all.
 * @param {RunCurve[]} found
 * @param {string} axis
 * @param {Ends | null} ends
 * @returns {[number, number] | null}
 */
function partOf(found, axis, ends) {
  if (!ends || !found.length) return null;
  let unit = 1;
  if (axis === "relative") {
    const last = found.reduce(
      (most, { curve }) =>
        placesOf(curve, axis).reduce((/** @type {number} */ a, x) => Math.max(a, x ?? 0), most),
      0,
    );
    unit = durationUnit(last)[1]; // of which the axis counts
  }
  return [(ends[0] ?? -Infinity) * unit, (ends[1] ?? Infinity) * unit];
}

/**
 * @param {Source} source
 * @param {string} metric
 * @param {RunCurve} one
 * @returns {Promise<Curve | null>} null where the page carries all points
 */
async function loadDetail(source, metric, { run, curve }) {
  if (!curve.detail) return null;
  await loadScript(siteUrl(curve.detail));
  const id = source.valuesOf("run_id")[run];
  return storedCurve(brought.details.get(id)?.get(metric.replace(/^metrics\./, "")));
}

/**
 * What a page carries of a curve, and between two ends of its axis what there is more; null of too much.
 * @param {Curve} curve
 * @param {Curve} detail
 * @param {string} axis
 * @param {[low: number, high: number]} ends
 * @param {number} most
 * @returns {Curve | null}
 */
export function joined(curve, detail, axis, [low, high], most) {
  const isOf = (/** @type {number | null} */ x) => x !== null && x >= low && x <= high;
  const inside = placesOf(detail, axis).flatMap((x, place) => (isOf(x) ? [place] : []));
  if (!inside.length || inside.length > most) return null;
  const [first, last] = [inside[0], inside[inside.length - 1]];
  const before = curve.step.flatMap((step, place) => (step < detail.step[first] ? [place] : []));
  const after = curve.step.flatMap((step, place) => (step > detail.step[last] ? [place] : []));
  const middle = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const lists = /** @type {const} */ (["step", "time", "value", "low", "high", "count", "spread"]);
  const isThinned = curve.isThinned || detail.isThinned;
  const own = Object.fromEntries(
    lists.map((name) => [
      name,
      [
        ...before.map((place) => curve[name][place]),
        ...middle.map((place) => detail[name][place]),
        ...after.map((place) => curve[name][place]),
      ],
    ]),
  );
  const resumed = [
    ...curve.resumed.filter((place) => place < before.length),
    ...detail.resumed
      .filter((place) => place >= first && place <= last)
      .map((at) => at - first + before.length),
    ...curve.resumed
      .filter((place) => place >= curve.step.length - after.length)
      .map((at) => at - curve.step.length + after.length + before.length + middle.length),
  ];
  return /** @type {Curve} */ ({ ...curve, ...own, resumed, isThinned });
}

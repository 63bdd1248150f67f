// More points of long curves than a page carries, loaded for the part that a reader looks at.

import { brought } from "../core/brought.js";
import { durationUnit } from "../core/format.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { readEnds } from "./limits.js";
import { placesOf, storedCurve } from "./stored.js";

/** @import { Source } from "../core/source.js" */
/** @import { RunCurve } from "./curves.js" */
/** @import { OwnChart } from "./asked.js" */
/** @import { Curve } from "./stored.js" */

/** Points of a part that a chart draws, of all its curves; of more it draws those that the page carries. */
const MOST_DRAWN = 24_000;

/**
 * Curves with all that is known of them in the part of the axis that a chart shows.
 * @param {Source} source
 * @param {OwnChart} chart
 * @param {[metric: string, drawn: RunCurve[]][]} found all that the chart draws
 * @returns {Promise<[metric: string, drawn: RunCurve[]][]>}
 */
export async function inFull(source, chart, found) {
  const axis = chart.x || "step";
  const every = found.flatMap(([, drawn]) => drawn);
  const ends = partOf(every, axis, chart.xlim || "");
  if (!ends) return found;
  const whole = async (/** @type {string} */ metric, /** @type {RunCurve} */ one) => {
    const most = MOST_DRAWN / every.length;
    if (expected(one.curve, axis, ends) > most) return one;
    const fine = await loadFine(source, metric, one).catch(() => null); // of another build, or offline
    const curve = fine && joined(one.curve, fine, axis, ends, most);
    return curve ? { ...one, curve } : one;
  };
  return Promise.all(
    found.map(async ([metric, drawn]) => [metric, await Promise.all(drawn.map((one) => whole(metric, one)))]),
  );
}

/**
 * About how many points of a part there are beside the page.
 * @param {Curve} curve
 * @param {string} axis
 * @param {[low: number, high: number]} ends
 */
function expected({ fine, ...curve }, axis, [low, high]) {
  if (!fine) return 0;
  const sum = (/** @type {number[]} */ counts) => counts.reduce((all, count) => all + count, 0);
  const inside = placesOf(curve, axis).map((x, place) =>
    x !== null && x >= low && x <= high ? curve.count[place] : 0,
  );
  return (sum(inside) / sum(curve.count)) * fine[1];
}

/**
 * The ends of a part in the units of places; null where the part is all.
 * @param {RunCurve[]} found
 * @param {string} axis
 * @param {string} xlim
 * @returns {[number, number] | null}
 */
function partOf(found, axis, xlim) {
  const ends = readEnds(xlim);
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
async function loadFine(source, metric, { run, curve }) {
  if (!curve.fine) return null;
  await loadScript(siteUrl(curve.fine[0]));
  const id = source.valuesOf("run_id")[run];
  return storedCurve(brought.fine.get(id)?.get(metric.replace(/^metrics\./, "")));
}

/**
 * What a page carries of a curve, and between two ends of its axis what there is more; null of too much.
 * @param {Curve} curve
 * @param {Curve} fine
 * @param {string} axis
 * @param {[low: number, high: number]} ends
 * @param {number} most
 * @returns {Curve | null}
 */
export function joined(curve, fine, axis, [low, high], most) {
  const isOf = (/** @type {number | null} */ x) => x !== null && x >= low && x <= high;
  const inside = placesOf(fine, axis).flatMap((x, place) => (isOf(x) ? [place] : []));
  if (!inside.length || inside.length > most) return null;
  const [first, last] = [inside[0], inside[inside.length - 1]];
  const before = curve.step.flatMap((step, place) => (step < fine.step[first] ? [place] : []));
  const after = curve.step.flatMap((step, place) => (step > fine.step[last] ? [place] : []));
  const middle = Array.from({ length: last - first + 1 }, (_, place) => first + place);
  const lists = /** @type {const} */ (["step", "time", "value", "low", "high", "count", "spread"]);
  const isThinned = curve.isThinned || fine.isThinned;
  const own = Object.fromEntries(
    lists.map((name) => [
      name,
      [
        ...before.map((place) => curve[name][place]),
        ...middle.map((place) => fine[name][place]),
        ...after.map((place) => curve[name][place]),
      ],
    ]),
  );
  const resumed = [
    ...curve.resumed.filter((place) => place < before.length),
    ...fine.resumed
      .filter((place) => place >= first && place <= last)
      .map((at) => at - first + before.length),
    ...curve.resumed
      .filter((place) => place >= curve.step.length - after.length)
      .map((at) => at - curve.step.length + after.length + before.length + middle.length),
  ];
  return /** @type {Curve} */ ({ ...curve, ...own, resumed, isThinned });
}

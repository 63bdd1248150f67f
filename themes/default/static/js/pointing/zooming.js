// Drag over a picture to see a part of it, double click to see all again.

import { endsText } from "../charts/limits.js";
import { followDrag } from "./dragging.js";

/** @import { Box } from "./dragging.js" */
/** @import { Picture } from "./places.js" */

/**
 * A part of a picture by the ends of its axes, as charts write these; empty texts for all of it.
 * @typedef {{xlim: string, ylim: string}} Part
 */

/** Units of a picture that a pointer must move before it drags. */
const LEAST = 6;
/** Below, or above that of the whole picture less these, a drag is along x only. */
const LEAST_HIGH = 24;

/**
 * How a place along an axis stands to its value, from two pairs that are far apart: linear or logarithmic,
 * whichever the pairs between bear out; null where neither does, as on an axis of words.
 * @param {[place: number, value: any][]} pairs
 * @returns {((place: number) => number) | null}
 */
export function valueAt(pairs) {
  const known = pairs.filter(([place, value]) => Number.isFinite(place) && Number.isFinite(value));
  if (known.length < 2) return null;
  const first = known.reduce((a, b) => (b[0] < a[0] ? b : a)),
    last = known.reduce((a, b) => (b[0] > a[0] ? b : a));
  if (last[0] - first[0] < 1 || first[1] === last[1]) return null;
  const share = (/** @type {number} */ place) => (place - first[0]) / (last[0] - first[0]);
  const linear = (/** @type {number} */ place) => first[1] + share(place) * (last[1] - first[1]);
  const log = (/** @type {number} */ place) => first[1] * (last[1] / first[1]) ** share(place);
  const span = Math.abs(last[1] - first[1]) / (last[0] - first[0]); // the value of a unit
  const fits = (/** @type {(place: number) => number} */ form) =>
    known.every(([place, value]) => Math.abs(form(place) - value) <= Math.max(span, Math.abs(value) * 0.02));
  if (fits(linear)) return linear;
  return first[1] > 0 && last[1] > 0 && fits(log) ? log : null;
}

/**
 * Let a picture be zoomed.
 * @param {Picture} picture
 * @param {(part: Part) => void} zoom
 * @param {() => void} leave nothing is pointed at while a pointer drags
 */
export function startZoom(picture, zoom, leave) {
  const { svg, begin, height } = picture;
  const isHigh = (/** @type {Box} */ box) => box.height < height;
  followDrag(picture, leave, {
    begins: () => true,
    boxOf(from, to) {
      const width = Math.abs(to.left - from.left);
      if (width < LEAST) return null;
      const high = Math.abs(to.top - from.top);
      const isPart = high >= LEAST_HIGH;
      return {
        left: Math.min(from.left, to.left),
        width,
        top: isPart ? Math.min(from.top, to.top) : begin.top,
        height: isPart ? high : height,
      };
    },
    ended(box) {
      const asked = partOf(picture, { ...box, isHigh: isHigh(box) });
      if (asked) zoom(asked);
    },
  });
  svg.addEventListener("dblclick", () => zoom({ xlim: "", ylim: "" }));
}

/**
 * A part of a picture in the values of its axes; null where x has no values.
 * @param {Picture} picture
 * @param {{left: number, width: number, top: number, height: number, isHigh: boolean}} part
 * @returns {Part | null}
 */
function partOf({ lines }, { left, width, top, height, isHigh }) {
  const pairs = (/** @type {number[]} */ places, /** @type {any[]} */ values) =>
    places.map((place, at) => /** @type {[number, any]} */ ([place, values[at]]));
  const across = valueAt(lines.flatMap((line) => pairs(line.left, line.x)));
  const down = valueAt(lines.flatMap((line) => pairs(line.top, line.y)));
  if (!across) return null;
  const xlim = endsText(across(left), across(left + width));
  const ylim = isHigh && down ? endsText(down(top + height), down(top)) : "";
  return { xlim, ylim };
}

// What lies nearest to a pointer in a picture.

/** @import { Line, Picture } from "./places.js" */

/** Units of a picture within which a point counts as one of a place along x. */
const NEAR = 8;
/** Within which a line or point is meant. */
const MEANT = 28;

/**
 * The place in a sorted list that is nearest to a number.
 * @param {number[]} sorted
 * @param {number} wanted
 */
export function nearestIn(sorted, wanted) {
  let low = 0,
    high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < wanted) low = middle;
    else high = middle;
  }
  return wanted - sorted[low] <= sorted[high] - wanted ? low : high;
}

/**
 * What a place in a picture means: where along x, the lines that have a point there with the place of that
 * point, and the one that is meant, if any is near.
 * @typedef {{left: number, x: any, points: {line: Line, at: number}[], meant: Line | null}} Spot
 */

/**
 * What a place in a picture means; null where nothing is near.
 * @param {Picture} picture
 * @param {Line[]} lines those that are shown
 * @param {number} left
 * @param {number} top
 * @returns {Spot | null}
 */
export function spotAt(picture, lines, left, top) {
  if (picture.told.axes) return axisAt(lines, left, top);
  return picture.isPoints ? pointAt(lines, left, top) : stepAt(lines, left, top);
}

/**
 * The nearest of lines between parallel axes, at the axis that is nearest.
 * @param {Line[]} lines
 * @param {number} left
 * @param {number} top
 * @returns {Spot | null}
 */
function axisAt(lines, left, top) {
  const far = lines.map((line) => Math.abs(topAt(line, left) - top));
  const least = far.reduce((a, b) => Math.min(a, b), Infinity);
  if (least > MEANT) return null;
  const line = lines[far.indexOf(least)];
  const at = nearestIn(line.left, left);
  return { left: line.left[at], x: line.x[at], points: [{ line, at }], meant: line };
}

/**
 * Where a line is at a place between its points.
 * @param {Line} line
 * @param {number} place
 */
function topAt({ left, top }, place) {
  const after = left.findIndex((own) => own >= place);
  if (after < 0) return top[top.length - 1];
  if (after === 0) return top[0];
  const share = (place - left[after - 1]) / (left[after] - left[after - 1] || 1);
  return top[after - 1] + share * (top[after] - top[after - 1]);
}

/**
 * The nearest of single points.
 * @param {Line[]} lines
 * @param {number} left
 * @param {number} top
 * @returns {Spot | null}
 */
function pointAt(lines, left, top) {
  const far = lines.map((line) => Math.hypot(line.left[0] - left, line.top[0] - top));
  const least = far.reduce((a, b) => Math.min(a, b), Infinity);
  if (least > MEANT) return null;
  const line = lines[far.indexOf(least)];
  return { left: line.left[0], x: line.x[0], points: [{ line, at: 0 }], meant: line };
}

/**
 * The nearest place along x, and the line that is nearest there.
 * @param {Line[]} lines
 * @param {number} left
 * @param {number} top
 * @returns {Spot | null}
 */
function stepAt(lines, left, top) {
  const places = lines.map((line) => nearestIn(line.left, left));
  const far = lines.map((line, own) => Math.abs(line.left[places[own]] - left));
  const best = far.indexOf(far.reduce((a, b) => Math.min(a, b), Infinity));
  if (best < 0) return null;
  const spot = spotOf(lines, lines[best].left[places[best]], lines[best].x[places[best]]);
  const apart = spot.points.map(({ line, at }) => Math.abs(line.top[at] - top));
  const least = apart.reduce((a, b) => Math.min(a, b), Infinity);
  return { ...spot, meant: least <= MEANT ? spot.points[apart.indexOf(least)].line : null };
}

/**
 * The points of lines at a place along x.
 * @param {Line[]} lines
 * @param {number} left
 * @param {any} x
 * @returns {Spot}
 */
export function spotOf(lines, left, x) {
  const points = lines
    .map((line) => ({ line, at: nearestIn(line.left, left) }))
    .filter(({ line, at }) => Math.abs(line.left[at] - left) <= NEAR);
  return { left, x, points, meant: null };
}

/**
 * The place along x of a picture that has a value there or next to it; null beyond its ends.
 * @param {Line[]} lines
 * @param {any} x
 * @returns {Spot | null}
 */
export function spotOfValue(lines, x) {
  let found = null,
    least = Infinity;
  for (const line of lines) {
    const at = nearestIn(line.x, x);
    const gap = Math.abs(line.x[at] - x);
    const isInside = x >= line.x[0] && x <= line.x[line.x.length - 1];
    if (isInside && gap < least) [found, least] = [{ line, at }, gap];
  }
  return found && spotOf(lines, found.line.left[found.at], found.line.x[found.at]);
}

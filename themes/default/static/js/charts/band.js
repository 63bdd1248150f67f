// Means over curves. As report/charts/line_rows.py has it.

/** Places at which a mean over runs is taken. */
const BAND_POINTS = 200;

/**
 * A curve in the order of its places; `count` is 0 where a value is none.
 * @typedef {{x: number[], y: number[], count: number[], spread: number[]}} Placed
 */

/**
 * Mean, one standard deviation (of a sample) and number of the curves along x. Places are all that some
 * curve has; of many as many that follow each other are one, where a curve has the mean of its values,
 * weighted by their counts; where it has none, what lies between its neighbours.
 * @param {Placed[]} curves
 * @returns {{x: number, y: number, low: number, high: number, n: number}[]}
 */
export function bandOf(curves) {
  const all = [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(all.length / BAND_POINTS));
  const found = [];
  for (let start = 0; start < all.length; start += stride) {
    const own = all.slice(start, start + stride);
    const low = own[0],
      high = own[own.length - 1],
      x = low / 2 + high / 2;
    const values = curves
      .map((curve) => valueIn(curve, low, high, x))
      .filter(({ mean }) => Number.isFinite(mean));
    if (!values.length) continue;
    const mean = values.reduce((sum, value) => sum + value.mean / values.length, 0);
    const std = deviationOf(
      values.map((value) => value.mean - mean),
      values.map(({ spread }) => spread),
    );
    found.push({ x, y: mean, low: mean - std, high: mean + std, n: values.length });
  }
  return found;
}

/**
 * The standard deviation of a sample of runs, 0 of one: between their means, and within what each of these is
 * the mean of.
 * @param {number[]} differences
 * @param {number[]} spreads
 */
function deviationOf(differences, spreads) {
  const all = [...differences, ...spreads];
  // squares of 1e200 fit no float
  const largest = all.reduce((most, one) => Math.max(most, Math.abs(one)), 0);
  const count = differences.length;
  if (count < 2 || !largest) return 0;
  const squares = (/** @type {number[]} */ values) =>
    values.reduce((sum, one) => sum + (one / largest) ** 2, 0);
  return largest * Math.sqrt(squares(differences) / (count - 1) + squares(spreads) / count);
}

/**
 * A curve's mean between two places, and the deviation of the values there.
 * @param {Placed} curve
 * @param {number} low
 * @param {number} high
 * @param {number} x between them
 */
function valueIn(curve, low, high, x) {
  const start = firstAt(curve.x, (one) => one >= low),
    end = firstAt(curve.x, (one) => one > high);
  const counts = curve.count.slice(start, end);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!total) return { mean: start === end ? valueAt(curve, x) : NaN, spread: 0 };
  const sum = (/** @type {(place: number) => number} */ valueOf) =>
    counts.reduce((all, count, place) => (count ? all + valueOf(start + place) * (count / total) : all), 0);
  const mean = sum((place) => curve.y[place]);
  const sizes = counts.map((count, place) =>
    count ? Math.max(Math.abs(curve.y[start + place] - mean), curve.spread[start + place]) : 0,
  );
  const largest = sizes.reduce((most, one) => Math.max(most, one), 0);
  if (!largest || !Number.isFinite(largest)) return { mean, spread: 0 };
  const squares = sum(
    (place) => ((curve.y[place] - mean) / largest) ** 2 + (curve.spread[place] / largest) ** 2,
  );
  return { mean, spread: largest * Math.sqrt(squares) };
}

/**
 * The first place of growing numbers for which something holds.
 * @param {number[]} numbers
 * @param {(number: number) => boolean} holds
 */
function firstAt(numbers, holds) {
  let low = 0,
    high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(numbers[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * A curve between its points; NaN before the first and after the last.
 * @param {Placed} curve
 * @param {number} place
 */
function valueAt({ x, y }, place) {
  if (!x.length || place < x[0] || place > x[x.length - 1]) return NaN;
  const at = firstAt(x, (one) => one > place) - 1;
  if (x[at] === place || at + 1 === x.length) return y[at];
  return y[at] + (y[at + 1] - y[at]) * ((place - x[at]) / (x[at + 1] - x[at]));
}

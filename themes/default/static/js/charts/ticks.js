// The number formats of ticks.

import { LARGEST } from "../core/format.js";

/**
 * A number format of d3 for an axis; empty where its own, which goes by the steps, will do.
 * @param {number[]} numbers
 * @param {number[]} ticks
 * @param {boolean} isLog
 */
export function axisFormat(numbers, ticks, isLog) {
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isFar = largest !== 0 && (largest < 1e-5 || largest >= LARGEST);
  const rounded = (/** @type {number} */ digits) => (isFar ? `.${digits - 1}~e` : `,.${digits}~r`);
  if (ticks.length) return rounded(digitsFor(ticks));
  if (!isLog) return isFar ? "~e" : "";
  const least = numbers.reduce((low, value) => (value > 0 ? Math.min(low, value) : low), largest);
  if (largest >= 10 * least) return ",~g";
  return rounded(digitsBetween(least, largest)); // its ticks are those of a linear one
}

/**
 * Digits that tell about ten steps from one number to another apart.
 * @param {number} low
 * @param {number} high
 */
function digitsBetween(low, high) {
  return Math.min(15, 3 + Math.ceil(-Math.log10(high > low ? (high - low) / high : 1)));
}

/**
 * Significant digits that say ticks exactly, or, where that takes more than twelve, tell them apart.
 * @param {number[]} ticks
 */
function digitsFor(ticks) {
  const rounded = (/** @type {number} */ digits) => ticks.map((tick) => Number(tick.toPrecision(digits)));
  for (let digits = 3; digits <= 12; digits++) {
    if (rounded(digits).every((value, place) => value === ticks[place])) return digits;
  }
  for (let digits = 4; digits < 17; digits++) {
    if (new Set(rounded(digits)).size === ticks.length) return digits;
  }
  return 17;
}

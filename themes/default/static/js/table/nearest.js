// The name that was probably meant.

/** @import { Source } from "../core/source.js" */

/**
 * The nearest of some names.
 * @param {string} word
 * @param {string[]} known
 * @returns {string | undefined} undefined when none is near
 */
export function nearest(word, known) {
  let best;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of known) {
    const far = distance(word.toLowerCase(), name.toLowerCase(), least);
    if (far < least) [best, least] = [name, far];
  }
  return best;
}

/**
 * The nearest metric, param or tag, by its key or its full name.
 * @param {Source} source
 * @param {string} word
 */
export function nearestColumn(source, word) {
  const names = new Map();
  for (const group of ["tags", "params", "metrics"]) {
    for (const column of source.columnsOf(group)) names.set(column.label, column.name);
  }
  const key = nearest(word, [...names.keys()]);
  return key === undefined ? nearest(word, [...names.values()]) : names.get(key);
}

/**
 * Edits that make one text of the other, swaps of neighbours among them; at most `limit`.
 * @param {string} a
 * @param {string} b
 * @param {number} limit
 */
function distance(a, b, limit) {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  /** @type {number[]} */
  let earlier = [];
  let before = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(before[j] + 1, row[j - 1] + 1, before[j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], earlier[j - 2] + 1);
      }
    }
    [earlier, before] = [before, row];
  }
  return Math.min(limit, before[b.length]);
}

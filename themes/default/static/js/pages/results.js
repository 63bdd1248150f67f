// What pages of results tables share: cells, counts, the filter by words.

import { make } from "../core/dom.js";
import { MISSING, formatNumber, plural, thousands, unsaid } from "../core/format.js";

/** A browser draws more only slowly; the filter finds the rest. */
export const SHOWN_ROWS = 1000;

/**
 * Whether some values have all words.
 * @param {any[]} values
 * @param {string} words
 */
export function hasWords(values, words) {
  const text = values.map(cellText).join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/**
 * A value as text.
 * @param {any} value
 * @returns {string}
 */
export function cellText(value) {
  if (value === null || value === undefined) return MISSING;
  return typeof value === "number" ? formatNumber(value) : value;
}

/**
 * What that text leaves out, for a title.
 * @param {any} value
 */
export function restOfCell(value) {
  return typeof value === "number" ? unsaid({ kind: "number" }, value) : "";
}

/**
 * "73 rows", "12 of 73 rows".
 * @param {number} shown
 * @param {number} total
 */
export function countOf(shown, total) {
  const rows = plural(total, "row");
  const capped = shown > SHOWN_ROWS ? `, the first ${thousands(SHOWN_ROWS)} drawn` : "";
  return (shown === total ? rows : `${thousands(shown)} of ${rows}`) + capped;
}

/**
 * A field for words.
 * @param {(words: string) => void} listen
 */
export function wordsBox(listen) {
  const input = make("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "words",
  });
  input.addEventListener("input", () => listen(input.value));
  return make("label", { class: "filter" }, make("span", {}, "Filter"), " ", input);
}

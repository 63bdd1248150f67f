// A chart drawn for a phone: its legends below it, what parallel axes are called slanted. As site/narrow.py
// has it.

/** @import { Row, Spec } from "./asked.js" */

/** From this width of a picture on it has room for more. */
export const ROOM = 400;
/** Letters of the entries of a legend that have room beside each other. */
const SHORT = 14;
const SLANT = -35;

/**
 * A spec for a small screen.
 * @param {Spec} spec
 * @param {Row[]} rows
 * @param {number} width of the whole picture
 * @returns {Spec}
 */
export function narrowed(spec, rows, width) {
  const longest = rows.reduce((most, { color }) => Math.max(most, String(color ?? "").length), 0);
  return turned(spec, longest <= SHORT ? 2 : 1, width);
}

/**
 * @param {any} value
 * @param {number} columns
 * @param {number} width
 * @returns {any}
 */
function turned(value, columns, width) {
  if (Array.isArray(value)) return value.map((one) => turned(one, columns, width));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, own]) => {
      if (key === "config" || typeof own !== "object" || own === null) return [key, own];
      if (key === "legend") return [key, legendBelow(own, columns, width)];
      if (key === "axis" && own.labelAngle === 0) {
        return [key, { ...own, labelAngle: SLANT, labelAlign: "right", labelLimit: 90 }];
      }
      return [key, turned(own, columns, width)];
    }),
  );
}

/**
 * @param {any} legend
 * @param {number} columns
 * @param {number} width
 */
function legendBelow(legend, columns, width) {
  if (legend.type !== "gradient") return { ...legend, columns };
  return { ...legend, orient: "bottom", direction: "horizontal", gradientLength: Math.floor(width / 2) };
}

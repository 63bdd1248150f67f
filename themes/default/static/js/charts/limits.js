// Between which numbers the axes of a chart lie, where somebody said: xlim=10..20, ylim=..0.5. As
// report/charts/limits.py has it.

import { formatNumber, formatTime, fullNumber, fullTime } from "../core/format.js";

/** @import { Filled, Row, Spec } from "./asked.js" */

/** @typedef {[low: number | null, high: number | null]} Ends */
/** @typedef {{x: Ends, y: Ends, isClipped: boolean}} Limits */

/** Limits of y that leave out its outermost numbers. */
export const CLIP = "clip";
const LEAST_CLIPPED = 20;
const OUTERMOST = 0.01;
const NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";
const LIMITS = new RegExp(`^(${NUMBER})?\\.\\.(${NUMBER})?$`);

/**
 * `10..20`, `10..` or `..20`; null where a text is no such thing.
 * @param {string} text
 * @returns {Ends | null}
 */
export function readEnds(text) {
  const match = LIMITS.exec(text);
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  const [low = null, high = null] = [match[1], match[2]].map((end) =>
    end === undefined ? null : Number(end),
  );
  if ([low, high].some((end) => end !== null && !Number.isFinite(end))) return null;
  return low !== null && high !== null && low >= high ? null : [low, high];
}

/**
 * The text of two ends, as short as these differ.
 * @param {number} low
 * @param {number} high
 */
export function endsText(low, high) {
  const digits = Math.max(
    3,
    Math.ceil(Math.log10(Math.max(Math.abs(low), Math.abs(high)) / (high - low))) + 3,
  );
  return [low, high].map((end) => String(Number(end.toPrecision(Math.min(15, digits))))).join("..");
}

/**
 * The limits that a chart's fields ask for; of a logarithmic axis no end is 0 or less.
 * @param {string} x
 * @param {string} y
 * @param {Row[]} rows
 * @param {boolean[]} isLog whether x and y are logarithmic
 * @returns {Limits}
 */
export function limitsOf(x, y, rows, isLog) {
  const [across, down] = [x, y].map((text, place) => {
    const ends = (readEnds(text) || [null, null]).map((end) =>
      isLog[place] && end !== null && end <= 0 ? null : end,
    );
    return /** @type {Ends} */ (ends);
  });
  if (y !== CLIP) return { x: across, y: down, isClipped: false };
  const numbers = rows.map((row) => row.y).filter(Number.isFinite);
  numbers.sort((a, b) => a - b);
  const last = numbers.length - 1;
  const low = numbers[Math.floor(OUTERMOST * last)],
    high = numbers[Math.ceil((1 - OUTERMOST) * last)];
  const isClipped =
    numbers.length >= LEAST_CLIPPED && low < high && (low > numbers[0] || high < numbers[last]);
  return { x: across, y: isClipped ? [low, high] : [null, null], isClipped };
}

/**
 * Give the axes of a spec their limits; its marks end there.
 * @param {Spec} spec changed in place
 * @param {Limits} limits
 */
export function limit(spec, limits) {
  for (const channel of /** @type {const} */ (["x", "y"])) {
    const ends = limits[channel];
    if (ends[0] === null && ends[1] === null) continue;
    for (const layer of spec.layer || [spec]) {
      const one = layer.encoding?.[channel];
      if (!one || !["quantitative", "temporal"].includes(one.type)) continue;
      const scale = { ...one.scale, nice: false, zero: false };
      if (one.type === "temporal" || ["log", "symlog"].includes(scale.type)) delete scale.zero;
      ["domainMin", "domainMax"].forEach((name, place) => {
        const end = ends[place];
        if (end !== null) scale[name] = endIn(one.type, end);
      });
      one.scale = scale;
      const mark = layer.mark ?? spec.mark;
      layer.mark = typeof mark === "object" ? { ...mark, clip: true } : { type: mark, clip: true };
    }
  }
}

/**
 * An end as a spec has it: one of times as an expression, since the interpreter makes no date of a number.
 * @param {string} type
 * @param {number} end
 */
function endIn(type, end) {
  return type === "temporal" ? { expr: end.toFixed(0) } : end;
}

/**
 * domainMin or domainMax of a scale as a number; undefined where it has none.
 * @param {any} scale
 * @param {string} name
 * @returns {number | undefined}
 */
export function endOf(scale, name) {
  const end = scale?.[name];
  return typeof end === "object" ? Number(end.expr) : end;
}

/**
 * What a chart does not show; empty where it shows all.
 * @param {Limits} limits
 * @param {Filled} filled
 */
export function limitsText({ x, y, isClipped }, { titles, isTime }) {
  const told = [];
  if (isLimited(x)) told.push(`${titles.x || "x"} ${rangeText(x, isTime)}`);
  if (isClipped) told.push(`the outermost 2 % of ${titles.y || "y"} lie outside`);
  else if (isLimited(y)) told.push(`${titles.y || "y"} ${rangeText(y)}`);
  return told.join("; ");
}

/** @param {Ends} ends */
const isLimited = (ends) => ends.some((end) => end !== null);

/**
 * @param {Ends} ends
 * @param {boolean} [isTime]
 */
function rangeText(ends, isTime) {
  const written = (/** @type {(end: number) => string} */ form) =>
    ends.map((end) => (end === null ? null : form(end)));
  let [low, high] = written(isTime ? formatTime : formatNumber);
  if (low !== null && low === high) [low, high] = written(isTime ? fullTime : fullNumber);
  if (low === null) return `up to ${high}`;
  return high === null ? `from ${low}` : `${low} to ${high}`;
}

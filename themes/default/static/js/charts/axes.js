// How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing. As
// report/charts/axes.py has it.

import { axisFormat } from "./ticks.js";
import { endsOf } from "./kinds.js";
import { endOf } from "./limits.js";

/** @import { Row, Spec } from "./asked.js" */

/** How an axis of times writes a tick, by the unit that it begins; d3's own way is 12 PM. */
const CLOCK = {
  year: "%Y",
  quarter: "%Y-%m",
  month: "%Y-%m",
  week: "%Y-%m-%d",
  date: "%Y-%m-%d",
  hours: "%H:%M",
  minutes: "%H:%M",
  seconds: "%H:%M:%S",
  milliseconds: "%H:%M:%S.%L",
};
/** The same over more than a day, where an hour comes again. */
const CALENDAR = { ...CLOCK, hours: "%m-%d %H:%M", minutes: "%m-%d %H:%M" };
const DAY = 86400000;
/** Numbers this near to each other, as a share of them, are one place on an axis. */
const SAME = 1e-15;
const GUIDES = [
  ["x", "axis"],
  ["y", "axis"],
  ["color", "legend"],
];
/** The power of ten that numbers near the largest there are are divided by. */
export const TAMING = 10;

/**
 * The encodings that have an axis or ramp of numbers or times, and the numbers of the rows that lie on it.
 * Fields that the spec makes are like those that its `usermeta` names.
 * @param {Spec} spec
 * @param {Row[]} rows
 * @param {string} channel
 * @param {string} guide
 */
function measuredOf(spec, rows, channel, guide) {
  /** @type {any[]} */
  const encodings = (spec.layer || [spec]).map(({ encoding }) => encoding || {});
  const own = encodings.filter(
    ({ [channel]: one }) =>
      one?.field && ["quantitative", "temporal"].includes(one.type) && one[guide] !== null,
  );
  const made = spec.usermeta?.of || {};
  const named = own.flatMap((encoding) =>
    [channel, `${channel}2`].filter((one) => encoding[one]).map((one) => encoding[one].field),
  );
  /** @type {string[]} */
  const fields = [...new Set(named.map((field) => made[field] || field))];
  const all = rows.flatMap((row) => fields.map((field) => row[field])).filter(Number.isFinite);
  const numbers = inSight(all, own, channel);
  return { own, made, fields, numbers };
}

/**
 * The numbers between the limits of an axis, and these; all where it has none.
 * @param {number[]} numbers
 * @param {any[]} encodings
 * @param {string} channel
 */
function inSight(numbers, encodings, channel) {
  const scales = encodings.map((encoding) => encoding[channel].scale);
  const end = (/** @type {string} */ name) =>
    scales.map((scale) => endOf(scale, name)).find((own) => own !== undefined);
  const ends = [end("domainMin"), end("domainMax")];
  if (ends.every((own) => own === undefined)) return numbers;
  const [low = -Infinity, high = Infinity] = ends;
  const inside = numbers.filter((number) => low <= number && number <= high);
  return [...inside, ...ends.filter((own) => own !== undefined)];
}

/**
 * Give the axes and ramps of a spec the format that its rows ask for.
 * @param {Spec} spec changed in place
 * @param {Row[]} rows
 */
export function fitAxes(spec, rows) {
  for (const [channel, guide] of GUIDES) {
    const { own, made, numbers } = measuredOf(spec, rows, channel, guide);
    for (const { [channel]: one } of own) {
      one[guide] = { ...one[guide], ...guideOf(one, guide, numbers, one.field in made) };
    }
  }
}

/**
 * What an axis or ramp gets for its numbers.
 * @param {any} one its encoding
 * @param {string} guide
 * @param {number[]} numbers
 * @param {boolean} isMade whether the spec makes its field
 */
function guideOf(one, guide, numbers, isMade) {
  const [low, high] = endsOf(numbers);
  if (one.type === "temporal") return { format: high - low > DAY ? CALENDAR : CLOCK };
  const isPlain = guide === "axis" && !isMade && !one.aggregate;
  const isOne = high - low <= SAME * Math.max(Math.abs(low), Math.abs(high));
  // of one value d3 knows no step, and would label 0.37 as 0
  const own = isPlain && numbers.length && isOne ? { values: [numbers[0]] } : {};
  const isLog = one.scale?.type === "log";
  const rounded = [low, high].map((end) => Number(end.toPrecision(4)));
  const ends = isLog && guide === "legend" ? rounded : null; // it has labels there, of any numbers
  const ticks = own.values || ends || one[guide]?.values || [];
  const format = axisFormat(numbers, ticks, isLog);
  return format ? { ...own, format } : own;
}

/**
 * Rows to compute with: numbers whose range no float holds are divided, and titles say by what.
 * @param {Spec} spec changed in place
 * @param {Row[]} rows
 * @returns {{rows: Row[], wild: Set<string>}} `wild`: the fields that were divided
 */
export function tame(spec, rows) {
  /** @type {Set<string>} */
  const wild = new Set();
  for (const [channel, guide] of GUIDES) {
    const { own, fields, numbers } = measuredOf(spec, rows, channel, guide);
    if (!isWild(numbers)) continue;
    fields.forEach((field) => wild.add(field));
    for (const encoding of own) encoding[channel] = tamedEncoding(encoding[channel], channel, guide);
  }
  if (!wild.size) return { rows, wild };
  if (wild.has("x")) for (const param of spec.params || []) param.value /= 10 ** TAMING;
  const divided = (/** @type {string} */ key, /** @type {any} */ value) =>
    wild.has(key) && typeof value === "number" ? value / 10 ** TAMING : value;
  return { wild, rows: rows.map((row) => mapRow(row, divided)) };
}

/**
 * A row with each of its values made anew.
 * @param {Row} row
 * @param {(key: string, value: any) => any} make
 * @returns {Row}
 */
export function mapRow(row, make) {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, make(key, value)]));
}

/**
 * @param {any} one
 * @param {string} channel
 * @param {string} guide
 */
function tamedEncoding(one, channel, guide) {
  const title = `${one.title || channel}, in 1e${TAMING}`;
  const constant = one.scale?.constant;
  const scale = constant ? { scale: { ...one.scale, constant: constant / 10 ** TAMING } } : {};
  const ticks = one[guide]?.values;
  if (!ticks) return { ...one, ...scale, title };
  const values = ticks.map((/** @type {number} */ tick) => tick / 10 ** TAMING);
  return { ...one, ...scale, title, [guide]: { ...one[guide], values } };
}

/**
 * Whether the range or the sum of some numbers is more than a float can hold.
 * @param {number[]} numbers
 */
function isWild(numbers) {
  const [low, high] = endsOf(numbers);
  return !Number.isFinite((high - low) * 2 + Math.max(Math.abs(low), Math.abs(high)) * numbers.length);
}

// A column's blocks to its values; report/tables/column_scripts.py writes them. Curves to their points.

/** @import { StoredCurve, WrittenCurve } from "./brought.js" */

/**
 * JSON has no NaN and infinities; they travel as text.
 * @param {any} value
 */
export function readNumber(value) {
  return typeof value === "string" ? Number(value) : value;
}

/**
 * A curve with its steps and times as lists; report/charts/curves.py writes those of integers as the first
 * (`step_from`) and what each is more than the one before it (`step_by`), one number where all are the same.
 * @param {WrittenCurve} written
 * @returns {StoredCurve}
 */
export function readCurve(written) {
  const count = written.value.length;
  const read = (/** @type {string} */ name) => {
    const from = written[`${name}_from`],
      by = written[`${name}_by`];
    if (from === undefined) return written[name];
    if (!Array.isArray(by)) return Array.from({ length: count }, (_, place) => from + place * by);
    let at = from;
    return [from, ...by.map((more) => (at += more))];
  };
  return /** @type {StoredCurve} */ ({ ...written, step: read("step"), time: read("time") });
}

/**
 * The values of a column, and those of a param as they were logged where a number does not say it.
 * @param {any[]} blocks each a list, places with values (`n p v`), or codes with their values (`d i`)
 * @param {string} kind
 * @param {string} group
 */
export function decodeColumn(blocks, kind, group) {
  /** @type {any[]} */
  const values = [];
  /** @type {(string | null)[]} */
  const texts = [];
  const read = kind === "text" ? (/** @type {any} */ value) => value : readNumber;
  const hasTexts = kind === "number" && group === "params";
  for (const block of blocks) {
    if (block.p) decodePlaces(block, read, values, hasTexts ? texts : []);
    else if (block.d) decodeCodes(block, read, values, hasTexts ? texts : []);
    else for (const value of block) values.push(read(value));
  }
  return { values, texts };
}

/**
 * Few runs have a value: their places and values.
 * @param {{n: number, p: number[], v: any[]}} block
 * @param {(value: any) => any} read
 * @param {any[]} values
 * @param {(string | null)[]} texts
 */
function decodePlaces({ n, p, v }, read, values, texts) {
  const start = values.length;
  for (let place = 0; place < n; place++) values.push(null);
  p.forEach((place, index) => {
    values[start + place] = read(v[index]);
    if (typeof v[index] === "string") texts[start + place] = v[index];
  });
}

/**
 * Few values that many runs have: a dictionary, and its place for each run.
 * @param {{d: any[], i: number[]}} block
 * @param {(value: any) => any} read
 * @param {any[]} values
 * @param {(string | null)[]} texts
 */
function decodeCodes({ d, i }, read, values, texts) {
  const parsed = d.map(read);
  for (const code of i) {
    texts[values.length] = code < 0 ? null : d[code];
    values.push(code < 0 ? null : parsed[code]);
  }
}

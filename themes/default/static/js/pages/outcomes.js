// Which rows of a comparison a reader wants, in which order, as the link keeps it.

import { putHash } from "../core/dom.js";
import { hasWords } from "./results.js";

/** @import { PairedRow } from "./pairing.js" */

/**
 * Two runs, a score, what became of it (all, differ, better, worse, same), the order (asked, worse,
 * better) and words that a row has.
 * @typedef {{compare: string, score: string, rows: string, order: string, words: string}} Wanted
 */

/** @type {Wanted} */
const AS_BUILT = { compare: "", score: "", rows: "all", order: "asked", words: "" };
/**
 * Outcomes of a score by what a reader asks for.
 * @type {Object<string, string[]>}
 */
const KINDS = { better: ["better", "higher"], worse: ["worse", "lower"], same: ["same"] };

/**
 * What the link asks for.
 * @param {string} built the two runs that the page was built with
 * @param {string[]} runs all there are
 * @returns {Wanted}
 */
export function readWanted(built, runs) {
  const hash = new URLSearchParams(location.hash.slice(1));
  const asked = (hash.get("compare") || "").split(",");
  const known = (/** @type {string} */ key, /** @type {string[]} */ values) =>
    values.find((value) => value === hash.get(key)) || values[0];
  const isKnown = asked.length === 2 && asked.every((run) => runs.includes(run));
  return {
    ...AS_BUILT,
    compare: isKnown ? asked.join(",") : built,
    score: hash.get("score") || "",
    rows: known("rows", ["all", "differ", ...Object.keys(KINDS)]),
    order: known("order", ["asked", "worse", "better"]),
  };
}

/**
 * Put it into the link, without what the page comes with.
 * @param {Wanted} wanted
 * @param {string} built
 */
export function keepWanted({ compare, score, rows, order }, built) {
  const parts = [
    compare !== built && `compare=${compare}`,
    score && `score=${encodeURIComponent(score)}`,
    rows !== AS_BUILT.rows && `rows=${rows}`,
    order !== AS_BUILT.order && `order=${order}`,
  ].filter(Boolean);
  const others = location.hash.slice(1).split("&");
  const kept = others.filter((part) => part && !/^(?:v|compare|score|rows|order)=/.test(part));
  const all = [...parts, ...kept];
  putHash(all.length ? `#v=1&${all.join("&")}` : "");
}

/**
 * The wanted rows in the wanted order.
 * @param {PairedRow[]} rows
 * @param {Wanted} wanted
 */
export function keptRows(rows, wanted) {
  const found = rows.filter((row) => {
    const { inputs, target, outputs } = row;
    return isWanted(row, wanted) && hasWords([inputs, target, ...outputs], wanted.words);
  });
  return wanted.order === AS_BUILT.order ? found : sorted(found, wanted);
}

/**
 * @param {PairedRow} row
 * @param {string} score
 */
function pairOf({ scores }, score) {
  return scores.find(({ name }) => name === score);
}

/**
 * @param {PairedRow} row
 * @param {Wanted} wanted
 */
function isWanted(row, { rows, score }) {
  if (rows === "differ") return row.differs;
  return !KINDS[rows] || KINDS[rows].includes(pairOf(row, score)?.outcome || "");
}

/**
 * By how much a score changed; rows without it last.
 * @param {PairedRow[]} rows
 * @param {Wanted} wanted
 */
function sorted(rows, { order, score }) {
  const gains = new Map(rows.map((row) => [row, gainOf(row, score)]));
  const sign = order === "worse" ? 1 : -1;
  return rows.sort((a, b) => {
    const [x, y] = [gains.get(a) ?? NaN, gains.get(b) ?? NaN];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : x < y ? -sign : sign;
  });
}

/**
 * @param {PairedRow} row
 * @param {string} score
 */
function gainOf(row, score) {
  const pair = pairOf(row, score);
  if (!pair?.outcome) return NaN;
  const size = Math.abs(Number(pair.after) - Number(pair.before)) || 0;
  return KINDS.worse.includes(pair.outcome) ? -size : size;
}

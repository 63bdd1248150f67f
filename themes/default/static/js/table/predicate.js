// A filter's syntax tree to the runs it keeps, as query/predicate.py has it: two-valued, and a
// comparison with what a run does not have is false.

import { conditionOf } from "./conditions.js";
import { kindOf } from "./fields.js";
import { exactValues, valuesOfField } from "./values.js";

/** @import { Source } from "../core/source.js" */
/** @import { Comparison, Tree } from "./grammar.js" */

/** From here on a number is not told from the next; whole numbers in texts are compared as such. */
const EXACT = 2 ** 53;

/**
 * The comparisons of a tree, from left to right.
 * @param {Tree} tree
 * @returns {Comparison[]}
 */
export function comparisonsOf(tree) {
  if (tree.type === "compare") return [tree];
  return (tree.type === "not" ? [tree.part] : tree.parts).flatMap(comparisonsOf);
}

/**
 * The runs that a filter keeps, as 1 and 0. Columns must be loaded.
 * @param {Source} source
 * @param {Tree} tree
 * @param {number} now milliseconds since the epoch
 * @returns {Uint8Array}
 */
export function evaluate(source, tree, now) {
  if (tree.type === "compare") return compare(source, tree, now);
  if (tree.type === "not") return evaluate(source, tree.part, now).map((kept) => 1 - kept);
  const isAnd = tree.type === "and";
  const found = new Uint8Array(source.count).fill(isAnd ? 1 : 0);
  for (const part of tree.parts) {
    const own = evaluate(source, part, now);
    for (let run = 0; run < found.length; run++) {
      found[run] = isAnd ? found[run] & own[run] : found[run] | own[run];
    }
  }
  return found;
}

/**
 * @param {Source} source
 * @param {Comparison} comparison
 * @param {number} now
 */
function compare(source, { field, operator, values: given }, now) {
  const isText = kindOf(field) === "either";
  const operands = given.map((value) => {
    if (typeof value === "object") return now + value.offset;
    return typeof value === "bigint" && !isText ? Number(value) : value;
  });
  const meets = operator.endsWith("NULL") ? null : conditionOf(operator, operands);
  const isNull = operator === "IS NULL";
  if (field.entity === "dataset") return compareDatasets(source, field.key, meets, isNull);
  const isNumeric = operands.some((value) => typeof value === "number" || typeof value === "bigint");
  const isLarge = operands.some((value) => Number(value) >= EXACT || Number(value) <= -EXACT);
  const isExact = isText && isNumeric && isLarge;
  const values = isExact ? exactValues(source, field) : valuesOfField(source, field, isNumeric);
  const kept = new Uint8Array(source.count);
  for (let run = 0; run < kept.length; run++) {
    const isMissing = values[run] === null || values[run] === undefined;
    if (meets ? !isMissing && meets(values[run]) : isMissing === isNull) kept[run] = 1;
  }
  return kept;
}

/**
 * The runs of which a data set meets a condition; without one, those that have any, or none.
 * @param {Source} source
 * @param {string} key
 * @param {((value: any) => boolean) | null} meets
 * @param {boolean} isNull
 */
function compareDatasets(source, key, meets, isNull) {
  const lists = source.valuesOf(`dataset.${key}`);
  const parsed = new Map();
  const any = (/** @type {any} */ value) => value !== null && (!meets || meets(value));
  const kept = new Uint8Array(source.count);
  for (let run = 0; run < kept.length; run++) {
    const text = lists[run];
    if (text && !parsed.has(text)) parsed.set(text, JSON.parse(text).some(any));
    kept[run] = Boolean(text && parsed.get(text)) !== isNull ? 1 : 0;
  }
  return kept;
}

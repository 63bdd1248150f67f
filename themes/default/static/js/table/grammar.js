// The filter language: text to a syntax tree, as query/filters.py reads it.

import { readField } from "./naming.js";
import { readOperands, readOperator } from "./operands.js";
import { Reader } from "./reader.js";
import { tokenize, told } from "./tokens.js";

/** @import { Source } from "../core/source.js" */
/** @import { Field } from "./fields.js" */
/** @import { Operand } from "./operands.js" */
/** @import { Token } from "./tokens.js" */

/**
 * @typedef {{type: "compare", field: Field, operator: string, values: Operand[]}} Comparison
 * @typedef {Comparison | {type: "not", part: Tree} | {type: "and"|"or", parts: Tree[]}} Tree
 */

/**
 * The tree of a filter; of an empty one, what every run meets.
 * @param {Source} source
 * @param {string} text
 * @param {Token[]} [tokens] of the text
 * @returns {Tree}
 * @throws {FilterError}
 */
export function parseTree(source, text, tokens) {
  const reader = new Reader(source, text, tokens || tokenize(text));
  if (reader.here.kind === "end") return { type: "and", parts: [] };
  const tree = eitherOf(reader);
  if (reader.here.kind !== "end") {
    const hint = /^-[0-9]{1,2}$/.test(reader.here.text) ? "; a date is written in quotes" : "";
    throw reader.error(`expected AND or OR, found ${told(reader.here)}${hint}`, reader.here);
  }
  return tree;
}

/**
 * @param {Reader} reader
 * @returns {Tree}
 */
function eitherOf(reader) {
  const parts = [allOf(reader)];
  while (reader.takes("OR")) parts.push(allOf(reader));
  return parts.length === 1 ? parts[0] : { type: "or", parts };
}

/**
 * @param {Reader} reader
 * @returns {Tree}
 */
function allOf(reader) {
  const parts = [clauseOf(reader)];
  while (reader.takes("AND")) {
    if (reader.here.kind === "end") break;
    parts.push(clauseOf(reader));
  }
  return parts.length === 1 ? parts[0] : { type: "and", parts };
}

/**
 * @param {Reader} reader
 * @returns {Tree}
 */
function clauseOf(reader) {
  const negation = reader.takes("NOT");
  if (negation) return { type: "not", part: reader.nested(() => clauseOf(reader), negation) };
  if (reader.here.text === "(") {
    const token = reader.next();
    const found = reader.nested(() => eitherOf(reader), token);
    reader.expect(")", "to close the one before");
    return found;
  }
  const field = readField(reader);
  const operator = readOperator(reader, field);
  return { type: "compare", field, operator, values: readOperands(reader, field, operator) };
}

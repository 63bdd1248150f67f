// Rows of two results tables that have the same inputs.

import { cellText } from "./results.js";

/** @import { Evaluation } from "../core/brought.js" */

/**
 * @typedef {{inputs: string, target: string, outputs: string[],
 *   scores: [name: string, one: any, other: any][], differs: boolean}} PairedRow
 */

const NAMED_INPUTS = 8;

/**
 * Rows of the same inputs, in the order of the first.
 * @param {Evaluation} one
 * @param {Evaluation} other
 * @returns {PairedRow[]}
 */
export function compareRows(one, other) {
  const theirs = keyRows(other);
  const scores = placesOf(one, "score").flatMap(([name, place]) => {
    const their = placesOf(other, "score").find(([own]) => own === name);
    return their ? [{ name: name.replace(/(\/v\d+)?\/score$/, ""), place, their: their[1] }] : [];
  });
  return [...keyRows(one)].flatMap(([key, row]) => {
    const their = theirs.get(key);
    if (!their) return [];
    const outputs = [textsOf(one, row, "output"), textsOf(other, their, "output")];
    const pairs = scores.map(
      (score) => /** @type {[string, any, any]} */ ([score.name, row[score.place], their[score.their]]),
    );
    const differs = outputs[0] !== outputs[1] || pairs.some(([, a, b]) => a !== b);
    const target = textsOf(one, row, "target");
    return [{ inputs: inputsOf(one, row), target, outputs, scores: pairs, differs }];
  });
}

/**
 * Each row by its inputs and by how often they came before.
 * @param {Evaluation} evaluation
 */
function keyRows({ columns, rows }) {
  const seen = new Map();
  /** @type {Map<string, any[]>} */
  const keyed = new Map();
  for (const row of rows) {
    const inputs = JSON.stringify(row.filter((_, place) => columns[place][1] === "input"));
    seen.set(inputs, (seen.get(inputs) || 0) + 1);
    keyed.set(`${inputs}${seen.get(inputs)}`, row);
  }
  return keyed;
}

/**
 * Names and places of the columns of a kind.
 * @param {Evaluation} evaluation
 * @param {string} kind
 * @returns {[name: string, place: number][]}
 */
function placesOf({ columns }, kind) {
  return columns.flatMap(([name, own], place) =>
    own === kind ? [/** @type {[string, number]} */ ([name, place])] : [],
  );
}

/**
 * @param {Evaluation} evaluation
 * @param {any[]} row
 * @param {string} kind
 */
function textsOf(evaluation, row, kind) {
  return placesOf(evaluation, kind)
    .map(([, place]) => cellText(row[place]))
    .join(" · ");
}

/**
 * What the model was asked: by itself, or several by name.
 * @param {Evaluation} evaluation
 * @param {any[]} row
 */
function inputsOf(evaluation, row) {
  const found = placesOf(evaluation, "input");
  if (found.length === 1) return cellText(row[found[0][1]]);
  const more = found.length > NAMED_INPUTS ? ` and ${found.length - NAMED_INPUTS} more` : "";
  const named = found.slice(0, NAMED_INPUTS).map(([name, place]) => `${name} ${cellText(row[place])}`);
  return named.join(" · ") + more;
}

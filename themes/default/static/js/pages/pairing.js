// Rows of two results tables that have the same inputs.

import { thousands } from "../core/format.js";
import { cellText } from "./results.js";

/** @import { Evaluation } from "../core/brought.js" */

/**
 * What became of a value; "higher" and "lower" where nobody knows which is better, nothing where one of
 * the two is no number.
 * @typedef {"better" | "worse" | "same" | "higher" | "lower" | ""} Outcome
 * @typedef {{name: string, before: any, after: any, outcome: Outcome}} ScorePair
 * @typedef {{inputs: string, target: string, outputs: string[], scores: ScorePair[],
 *   differs: boolean}} PairedRow
 * @typedef {{name: string, before: number | null, after: number | null, direction: "" | "max" | "min",
 *   gains: number, losses: number, same: number}} ScoreChange
 */

const NAMED_INPUTS = 8;

/**
 * Rows of the same inputs, in the order of the first, and what became of each score; as
 * report/evaluations/comparison.py has it.
 * @param {Evaluation} before
 * @param {Evaluation} after
 * @returns {{rows: PairedRow[], changes: ScoreChange[], cut: string}} `cut`: that only the first rows of a
 *   table are compared
 */
export function compareTables(before, after) {
  const theirs = keyRows(after);
  const scores = commonScores(before, after);
  const rows = [...keyRows(before)].flatMap(([key, one]) => {
    const other = theirs.get(key);
    if (other === undefined) return [];
    const [row, their] = [before.rows[one], after.rows[other]];
    const outputs = [textsOf(before, row, "output"), textsOf(after, their, "output")];
    const own = scores.map(({ name, direction, here, there }) => ({
      name,
      before: row[here],
      after: their[there],
      outcome: outcomeOf(row[here], their[there], direction),
    }));
    const isOther = before.said[one] !== after.said[other];
    const differs = isOther || own.some((pair) => pair.before !== pair.after);
    const target = textsOf(before, row, "target");
    return [{ inputs: inputsOf(before, row), target, outputs, scores: own, differs }];
  });
  const changes = scores.map(({ name, direction }, place) => {
    const pairs = rows.map((row) => row.scores[place]).filter(({ outcome }) => outcome);
    return { name, direction, ...changeOf(pairs) };
  });
  const most = [before, after].find(({ rows: own, total }) => total > own.length)?.rows.length;
  return { rows, changes, cut: most ? `, of the first ${thousands(most)} of each` : "" };
}

/** @param {ScorePair[]} pairs */
function changeOf(pairs) {
  const count = (/** @type {Outcome[]} */ ...kinds) =>
    pairs.filter(({ outcome }) => kinds.includes(outcome)).length;
  const mean = (/** @type {any[]} */ values) =>
    values.length ? values.reduce((sum, value) => sum + Number(value), 0) / values.length : null;
  return {
    before: mean(pairs.map((pair) => pair.before)),
    after: mean(pairs.map((pair) => pair.after)),
    gains: count("better", "higher"),
    losses: count("worse", "lower"),
    same: count("same"),
  };
}

/**
 * @param {any} before a number, or a text where JSON has none for it
 * @param {any} after
 * @param {string} direction
 * @returns {Outcome}
 */
function outcomeOf(before, after, direction) {
  if (before === null || after === null) return "";
  const [from, to] = [Number(before), Number(after)];
  if (Number.isNaN(from) || Number.isNaN(to)) return "";
  if (from === to) return "same";
  if (!direction) return to > from ? "higher" : "lower";
  return to > from === (direction === "max") ? "better" : "worse";
}

/**
 * The scores that both tables have, and their places.
 * @param {Evaluation} before
 * @param {Evaluation} after
 */
function commonScores(before, after) {
  return before.columns.flatMap(([name, kind, direction], here) => {
    const there = after.columns.findIndex(([own, of]) => own === name && of === "score");
    if (kind !== "score" || there < 0) return [];
    return [{ name: name.replace(/(\/v\d+)?\/score$/, ""), direction, here, there }];
  });
}

/**
 * The place of each row by its inputs and by how often they came before.
 * @param {Evaluation} evaluation
 */
function keyRows({ asked }) {
  const seen = new Map();
  /** @type {Map<string, number>} */
  const keyed = new Map();
  asked.forEach((inputs, place) => {
    seen.set(inputs, (seen.get(inputs) || 0) + 1);
    keyed.set(`${inputs} ${seen.get(inputs)}`, place);
  });
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

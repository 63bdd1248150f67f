// The rows of a comparison of two results tables: of each score, and of each question.

import { deltaOf, makeDelta } from "../core/deltas.js";
import { cellOf, make, makeButton } from "../core/dom.js";
import { diffWords } from "./diff.js";
import { cellText, restOfCell } from "./results.js";

/** @import { Line } from "./diff.js" */
/** @import { Wanted } from "./outcomes.js" */
/** @import { PairedRow, ScoreChange, ScorePair } from "./pairing.js" */

/**
 * What became of a score; a count shows its rows, and all again.
 * @param {ScoreChange} one
 * @param {Wanted} wanted
 * @param {string} first the score that counts where none is asked for
 * @param {(changes: Partial<Wanted>) => void} change
 */
export function changeRow(one, wanted, first, change) {
  const { name, before, after, direction, gains, losses, same } = one;
  const mean = (/** @type {number | null} */ value) =>
    make("td", cellOf("number", restOfCell(value)), cellText(value));
  const counted = (/** @type {string} */ rows, /** @type {number} */ count, word = "") => {
    const text = `${count}${direction ? "" : word}`;
    if (!count) return make("td", { class: "number" }, text);
    const isOn = wanted.rows === rows && (wanted.score || first) === name;
    const show = () => change(isOn ? { rows: "all" } : { rows, score: name });
    const label = `${text}: show rows ${word && !direction ? word.trim() : rows} in ${name}`;
    const labels = { "aria-pressed": String(isOn), "aria-label": label, "data-count": `${rows} ${name}` };
    return make("td", { class: "number" }, makeButton(text, show, labels));
  };
  const delta = makeDelta(deltaOf(after, before, direction || null));
  return make(
    "tr",
    {},
    make("th", { scope: "row" }, name),
    mean(before),
    mean(after),
    make("td", { class: "change" }, delta || ""),
    counted("better", gains, " higher"),
    counted("worse", losses, " lower"),
    counted("same", same),
  );
}

/**
 * A question, both answers with the words that only one has, and both scores.
 * @param {PairedRow} row
 */
export function differenceRow({ inputs, target, outputs, scores, differs }) {
  const words = diffWords(outputs[0], outputs[1]);
  const [before, after] = words ? [marked(words, "del"), marked(words, "add")] : [[outputs[0]], [outputs[1]]];
  return make(
    "tr",
    differs ? { class: "differs" } : {},
    make("td", { class: "input" }, inputs),
    make("td", { class: "target" }, target),
    make("td", { class: "output" }, ...before),
    make("td", { class: "output" }, ...after),
    make("td", { class: "scores" }, ...scores.map(scoreLine)),
  );
}

/**
 * One of two texts; neighbouring words of a kind are one element.
 * @param {Line[]} words
 * @param {"add" | "del"} kind
 */
function marked(words, kind) {
  /** @type {[isOwn: boolean, text: string][]} */
  const parts = [];
  for (const [own, text] of words.filter((word) => !word[0] || word[0] === kind)) {
    const last = parts.at(-1);
    if (last && last[0] === Boolean(own)) last[1] += text;
    else parts.push([Boolean(own), text]);
  }
  return parts.map(([isOwn, text]) => (isOwn ? make(kind === "del" ? "del" : "ins", {}, text) : text));
}

/** @param {ScorePair} pair */
function scoreLine({ name, before, after, outcome }) {
  const value = (/** @type {any} */ own) => make("strong", cellOf("", restOfCell(own)), cellText(own));
  const line = make("div", {}, `${name} `, value(before));
  if (before === after) return line;
  line.append(" → ", value(after));
  if (outcome !== "better" && outcome !== "worse") return line;
  const mark = make("span", { "aria-hidden": "true" }, outcome === "better" ? "▲" : "▼");
  const word = make("span", { class: "hidden" }, outcome);
  line.append(" ", make("span", { class: `delta ${outcome}` }, mark, word));
  return line;
}

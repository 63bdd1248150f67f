// Two results tables row by row, as Python compares them.

import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../report/evaluations/comparison_cases.json" with { type: "json" };
import { diffWords } from "../../themes/default/static/js/pages/diff.js";
import { keptRows } from "../../themes/default/static/js/pages/outcomes.js";
import { compareTables } from "../../themes/default/static/js/pages/pairing.js";
import { cellText } from "../../themes/default/static/js/pages/results.js";

const { rows, changes, cut } = compareTables(cases.before, cases.after);
const all = { compare: "", score: "exact_match", rows: "all", order: "asked", words: "" };

test("rows of the same inputs have an outcome for each score", () => {
  const told = rows.map((row) => [
    row.inputs,
    row.outputs,
    row.scores.map(({ outcome }) => outcome),
    row.differs,
  ]);
  assert.deepEqual(told, cases.rows);
  assert.equal(cut, ", of the first 6 of each");
});

test("a score has its means, gains and losses", () => {
  const told = changes.map(({ name, before, after, gains, losses, same }) => [
    name,
    cellText(before),
    cellText(after),
    gains,
    losses,
    same,
  ]);
  assert.deepEqual(told, cases.changes);
});

test("rows are kept by outcome and sorted by change, those without the score last", () => {
  const names = (wanted) => keptRows(rows, { ...all, ...wanted }).map(({ outputs }) => outputs[1]);
  assert.deepEqual(names({ rows: "worse" }), ["an a"]);
  assert.deepEqual(names({ rows: "better", score: "token_count" }), ["the b", "e"]);
  assert.deepEqual(names({ order: "worse" }), ["an a", "maybe", "e", "the b", "c"]);
  assert.deepEqual(names({ order: "better", rows: "differ" })[0], "the b");
  assert.deepEqual(names({ words: "maybe" }), ["maybe"]);
});

test("the words of two answers that only one has", () => {
  const words = diffWords("the quick fox runs home", "the slow fox runs home");
  assert.deepEqual(
    words.filter(([kind]) => kind),
    [
      ["del", "quick"],
      ["add", "slow"],
    ],
  );
  assert.equal(words.map(([kind, text]) => (kind === "add" ? "" : text)).join(""), "the quick fox runs home");
  assert.equal(diffWords("nothing in common", "entirely other words"), null);
});

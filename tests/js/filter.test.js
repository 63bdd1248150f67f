// What the filter box reads, finds and says.

import assert from "node:assert/strict";
import { test } from "node:test";
import { adviceOf as adviceIn } from "../../themes/default/static/js/table/advice.js";
import { likeTest } from "../../themes/default/static/js/table/conditions.js";
import { columnsOfBox, readBox as readIn, runsOfBox } from "../../themes/default/static/js/table/filter.js";
import { nearest } from "../../themes/default/static/js/table/nearest.js";
import { conformance } from "./site.js";

const source = conformance("basic");
const readBox = (text) => readIn(source, text);
const adviceOf = (box, isDone) => adviceIn(source, box, isDone);

function find(text) {
  const kept = runsOfBox(source, readBox(text));
  const names = source.valuesOf("run_name");
  return kept === null ? names : names.filter((_, run) => kept[run]);
}

test("words must all occur somewhere, in any case", () => {
  assert.deepEqual(find("NET").sort(), ["beta net", "eta", "gamma net"]);
  assert.deepEqual(find("net blue").sort(), ["beta net", "eta"]);
  assert.deepEqual(find('"beta n"'), ["beta net"]);
  assert.deepEqual(find("nothing"), []);
  assert.equal(find("  ").length, 9);
  assert.deepEqual(find("1e-3"), ["gamma net"]); // as it was logged
});

test("text with an operator is a query", () => {
  assert.deepEqual(find("params.lr > 0.01 and status = 'FINISHED'").sort(), ["alpha tree", "zeta_under"]);
  assert.deepEqual(find("metrics.loss.min < 0.35 or duration > 2h").sort(), [
    "Delta",
    "beta net",
    "epsilon 100%",
  ]);
});

test("a bare name is that of the only thing that has such a key", () => {
  assert.deepEqual(find("lr > 0.01 and status = 'FINISHED'").sort(), ["alpha tree", "zeta_under"]);
  assert.equal(
    adviceOf(readBox("`cross-entropy` > 1")),
    "Not applied. Column 1: “cross-entropy” is a metric and a param; " +
      "write metrics.`cross-entropy` or params.`cross-entropy`.",
  );
});

test("an error says where and what was probably meant", () => {
  assert.equal(
    adviceOf(readBox("acuracy > 0.9")),
    "Not applied. Column 1: unknown attribute “acuracy”. Did you mean metrics.accuracy?",
  );
  assert.match(
    adviceOf(readBox("params.model = tree")),
    /Column 16: .*quoted text or a number, not “tree”; write 'tree'/,
  );
  assert.match(adviceOf(readBox("params.model contains 'a'")), /“contains” is no operator/);
  assert.equal(adviceOf(readBox("params.model = 'tree'")), "");
  assert.equal(adviceOf(readBox("just words")), "");
});

test("a half-typed filter is advised, not searched as words", () => {
  for (const [text, advice] of [
    ["metrics.accuracy", "Not finished: a comparison is missing here."],
    ["accuracy >", "Not finished: metrics.accuracy compares with an unquoted number."],
    ["status like", "Not finished: status compares with quoted text."],
    ["lr not", "Not finished: “not” is no operator"],
    ["not team in", "Not finished: "],
    ["run_name ilike 'a", "Not finished: a quote is open: “'a”."],
    ["metrics.accuracy > 1e", "Not finished: “1e” is neither a number nor a span such as 7d."],
  ]) {
    const box = readBox(text);
    assert.equal(box.words.length, 0, text);
    assert.ok(adviceOf(box).startsWith(advice), `${text}: ${adviceOf(box)}`);
    assert.match(adviceOf(box, true), /^Not applied/, text);
  }
});

test("words that name a field are told how to filter by it", () => {
  assert.equal(
    adviceOf(readBox("accuracy")),
    "Searched as a word; to filter by accuracy, compare it: accuracy < …",
  );
  assert.equal(adviceOf(readBox("team")), "Searched as a word; to filter by team, compare it: team = …");
  assert.equal(
    adviceOf(readBox("cross-entropy")),
    "Searched as a word; to filter by cross-entropy, compare it: metrics.`cross-entropy` < …",
  );
  assert.equal(
    adviceOf(readBox("status")),
    "Searched as a word; to filter by status, compare it: status = …",
  );
  assert.equal(adviceOf(readBox("params")), "Searched as a word; a filter goes on with a key: params.KEY.");
});

test("what is still being typed is no mistake yet", () => {
  const text = "metrics.accuracy > 0.9 and params.model = 'tree'";
  for (let length = 8; length < text.length; length++) {
    const box = readBox(text.slice(0, length));
    assert.equal(box.words.length, 0, box.text);
    assert.doesNotMatch(adviceOf(box), /Not applied/, box.text);
  }
});

test("words that happen to be operators are words", () => {
  for (const text of ["in", "like", "between", "net in", "is it", '"a = b"', "it's"]) {
    const box = readBox(text);
    assert.ok(!box.error && !box.tree && box.words.length, text);
  }
  assert.ok(readBox("run_name like 'a%'").tree);
  assert.ok(readBox("status is not null").tree);
});

test("what no run has is said, and what a report leaves out", () => {
  const advice = (text) => adviceOf(readBox(text));
  assert.equal(
    advice("metrics.acuracy > 1"),
    "No run here has metrics.acuracy. Did you mean metrics.accuracy?",
  );
  assert.equal(advice("metrics.loss.std > 1"), "metrics.loss has .min, .max, .mean, but no .std.");
  assert.match(advice("status = 'finished'"), /^There is no status “finished”; they are RUNNING,/);
  for (const text of ["user_id is null", "not artifact_uri = 'x'", "tags.`mlflow.user` = 'ada'"]) {
    assert.match(advice(text), /^Not applied\. Column \d+: this report does not hold/, text);
  }
});

test("no filter takes long", () => {
  const start = performance.now();
  readBox(Array.from({ length: 4000 }, (_, i) => `metrics.loss = ${i}`).join(" or "));
  readBox(`metrics.loss = ${"1".repeat(90000)}x`);
  readBox(`a = 1${" ".repeat(90000)}x`);
  readBox(`a = '${"x".repeat(10 ** 7)}'`);
  const like = likeTest("%a%a%a%a%a%b", false);
  assert.equal(like("a".repeat(400)), false);
  assert.ok(performance.now() - start < 4000, `${performance.now() - start} ms`);
});

test("LIKE reads as SQL has it", () => {
  const like = (text, pattern) => likeTest(pattern, false)(text);
  for (const [text, pattern, expected] of [
    ["", "", true],
    ["", "%", true],
    ["a", "", false],
    ["abc", "a%", true],
    ["abc", "%c", true],
    ["abc", "a_c", true],
    ["abc", "a_", false],
    ["aXbXc", "%X%X%", true],
    ["ab", "%%b", true],
    ["𝒳y", "_y", true],
    ["a.c", "a.c", true],
    ["abc", "a.c", false],
  ]) {
    assert.equal(like(text, pattern), expected, `${text} ${pattern}`);
  }
});

test("only the columns that a query asks for are loaded", () => {
  const columns = (text) => Array.from(columnsOfBox(source, readBox(text))).sort();
  assert.deepEqual(columns("params.lr > 1 and metrics.loss.min < 2"), [
    "metrics.`loss`.min",
    "metrics.loss.min",
    "params.lr",
  ]); // some run has a metric called loss.min
  assert.deepEqual(columns("metrics.`loss`.min < 2"), ["metrics.`loss`.min"]);
  assert.deepEqual(columns("metrics.accuracy.max < 2"), ["metrics.accuracy.max"]);
  assert.deepEqual(columns(""), []);
  assert.ok(columns("word").includes("tags.team"));
});

test("the nearest name is found, or none", () => {
  assert.equal(nearest("stauts", ["status", "start_time"]), "status");
  assert.equal(nearest("completely", ["status", "start_time"]), undefined);
});

test("a name from an object's prototype is no name of ours", () => {
  for (const text of ["constructor > 1", "__proto__.x = 'a'", "toString = 'a'", "params.constructor = 'a'"]) {
    const box = readBox(text);
    assert.ok(box.error || find(text).length === 0, text);
  }
});

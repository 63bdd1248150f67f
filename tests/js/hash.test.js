// The view in the hash of a link.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readHash, writeHash } from "../../themes/default/static/js/core/hash.js";

/** A small generator of random numbers, so that failures repeat. */
function randoms(seed) {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 4294967296;
  };
}

const WORDS = [
  "loss",
  "params.lr",
  "a b",
  "é",
  "x,y",
  "q&r=s",
  "100%",
  "<b>",
  "#",
  "+",
  "a/b",
  "=",
  "tags.f:g",
];

test("a view survives the hash, whatever is in it", () => {
  const random = randoms(7);
  const pick = () => WORDS[Math.floor(random() * WORDS.length)];
  const some = () => Array.from({ length: Math.floor(random() * 4) }, pick);
  for (let number = 0; number < 500; number++) {
    const facets = new Map(some().map((name) => [name, new Set([pick(), pick()])]));
    const ranges = new Map(some().map((name) => [name, [String(random()), random() < 0.5 ? "" : "-1e-7"]]));
    const maybe = (value, empty) => (random() < 0.5 ? value : empty);
    const columns = some();
    const view = {
      ...readHash(""),
      facets,
      ranges,
      q: some().join(" "),
      sort: maybe(`-${pick()}`, ""),
      cols: columns.length ? columns : null,
      pin: some(),
      group: maybe(pick(), ""),
      differ: random() < 0.5,
      all: random() < 0.5,
      p: 1 + Math.floor(random() * 9),
      e: some(),
      sel: some(),
      base: maybe(pick(), ""),
      same: random() < 0.5,
      hide: some(),
      ysame: random() < 0.5,
      charts: maybe([{ type: pick(), x: pick(), y: pick() }, { type: "line" }], null),
      w: maybe("2026-01-01..", ""),
      axis: maybe("time", ""),
      smooth: maybe("0.5", ""),
      unknown: random() < 0.3 ? [["later", pick()]] : [],
    };
    const text = writeHash(view);
    const again = readHash(text);
    const plain = (value) =>
      JSON.stringify(value, (_, entry) =>
        Object.prototype.toString.call(entry) === "[object Map]" ||
        Object.prototype.toString.call(entry) === "[object Set]"
          ? [...entry]
          : entry,
      );
    assert.equal(plain(again), plain(view), text);
    assert.equal(writeHash(again), text);
    assert.doesNotMatch(text, /[<> ]/);
  }
});

test("a view as the page comes leaves no hash", () => {
  assert.equal(writeHash(readHash("")), "");
});

test("a hash stays readable", () => {
  const text = "#v=1&q=tree&f.status=FAILED,KILLED&sort=-metrics.loss&p=2";
  assert.equal(writeHash(readHash(text)), text);
});

test("nonsense is no error", () => {
  for (const text of ["#", "#v=9", "#p=-3", "#p=x", "#%zz=%", "#&&=", "#q=%E0%A4%A"]) readHash(text);
  assert.equal(readHash("#p=-3").p, 1);
});

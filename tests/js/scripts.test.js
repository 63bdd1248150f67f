// The scripts are joined: what one declares twice, the last wins, and nobody is told.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const path = require("node:path");
const { test } = require("node:test");

const theme = fs.readFileSync(path.join(__dirname, "..", "..", "src", "runreport", "site", "theme.py"), "utf8");
const folder = path.join(__dirname, "..", "..", "themes", "default", "static", "js");
const DECLARED = /^(?:async )?(?:function|const|let|class) ([A-Za-z_$][\w$]*)/gm;

test("no name is declared twice in one script, nor beside those that it shares", () => {
  const bundles = [...theme.matchAll(/"(\w+)": \(([^)]*)\)/g)].filter(([, , names]) => names.includes(".js"));
  assert.ok(bundles.length >= 4);
  for (const [, bundle, names] of bundles) {
    const seen = new Map();
    for (const [, name] of names.matchAll(/"([\w.]+\.js)"/g)) {
      const text = fs.readFileSync(path.join(folder, name), "utf8");
      for (const [, declared] of text.matchAll(DECLARED)) {
        assert.ok(!seen.has(declared), `${bundle}: ${declared} of ${name} is ${seen.get(declared)}'s, too`);
        seen.set(declared, name);
      }
    }
  }
});

test("what the first script shares is used by a later one", () => {
  const read = (name) => fs.readFileSync(path.join(folder, name), "utf8");
  const [, list] = /const \{([^}]*)\} = shared;/.exec(read("later.js"));
  const later = fs.readdirSync(folder).filter((name) => new RegExp(`"(?:tools|charts|pages)": \\([^)]*"${name}"`, "s").test(theme) && !name.startsWith("later"));
  assert.ok(later.length > 10);
  const texts = later.map(read).join("\n");
  for (const name of list.split(",").map((one) => one.trim()).filter(Boolean)) {
    assert.match(texts, new RegExp(`\\b${name.replace("$", "\\$")}\\b`), name);
  }
  assert.match(read("tail.js").replace(/\s/g, ""), new RegExp(list.replace(/\s/g, "")));
});

// The scripts that read filters, on the data of a built report.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { load } = require("./load.js");

const SCRIPTS = [
  "format.js", "columns.js", "nearest.js", "tokens.js", "grammar.js", "predicate.js", "filter.js",
];

/** @param {Object} manifest @param {Map<string, Array>} blocks @param {string[]} wanted */
exports.withData = function withData(manifest, blocks, wanted) {
  const page = load(SCRIPTS, [...wanted, "decode", "decoded"], { brought: { manifest, blocks } });
  for (const column of manifest.columns) page.decoded.set(column.name, page.decode(column));
  return page;
};

/** What data scripts bring. @param {string} scripts */
exports.dataOf = function dataOf(scripts) {
  const found = { manifest: null, blocks: new Map() };
  const runreport = {
    manifest(manifest) { found.manifest = manifest; },
    data(block, columns) {
      for (const [column, values] of Object.entries(columns)) {
        if (!found.blocks.has(column)) found.blocks.set(column, []);
        found.blocks.get(column)[block] = values;
      }
    },
  };
  vm.runInContext(scripts, vm.createContext({ runreport }));
  return found;
};

/** The data of one of the conformance archives, as a build wrote it. @param {string} name */
exports.conformance = function conformance(name) {
  const file = path.join(__dirname, "..", "query", "scripts", `${name}.js`);
  return exports.dataOf(fs.readFileSync(file, "utf8"));
};

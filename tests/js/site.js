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
  const page = load(SCRIPTS, [...wanted, "loadColumns"], {
    brought: { manifest, blocks },
    loadScript: () => Promise.resolve(),
  });
  page.loadColumns(manifest.columns.map((column) => column.name));
  return page;
};

/** The data of one of the conformance archives, as a build wrote it. @param {string} name */
exports.conformance = function conformance(name) {
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
  const file = path.join(__dirname, "..", "query", "scripts", `${name}.js`);
  vm.runInContext(fs.readFileSync(file, "utf8"), vm.createContext({ runreport }));
  return found;
};

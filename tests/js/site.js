// The scripts that read filters, on the data of a built report.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");
const { load } = require("./load.js");

const SCRIPTS = [
  "format.js", "columns.js", "hash.js", "nearest.js", "tokens.js", "grammar.js", "predicate.js", "filter.js",
];

/** The scripts with the runs of some data. @param {{manifest: Object, blocks: Map}} data @param {string[]} wanted */
exports.withData = function withData({ folder, manifest, blocks }, wanted) {
  const page = load(SCRIPTS, [...wanted, "Source", "useSource: (data) => { source = data; }"], {});
  const source = new page.Source(folder, manifest);
  for (const [block, columns] of blocks) source.bring(block, columns);
  for (const column of source.columns) source.decode(column);
  page.useSource(source);
  return page;
};

/** What data scripts bring. @param {string} scripts */
exports.dataOf = function dataOf(scripts) {
  const found = { folder: "", manifest: null, blocks: [] };
  const runreport = {
    manifest(folder, manifest) { Object.assign(found, { folder, manifest }); },
    data(folder, block, columns) { found.blocks.push([block, columns]); },
  };
  vm.runInContext(scripts, vm.createContext({ runreport }));
  return found;
};

/** The data of one of the conformance archives, as a build wrote it. @param {string} name */
exports.conformance = function conformance(name) {
  const file = path.join(__dirname, "..", "query", "scripts", `${name}.js`);
  return exports.dataOf(fs.readFileSync(file, "utf8"));
};

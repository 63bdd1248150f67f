// Loads scripts of the theme into one context, as the joined file does in a page.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = path.join(__dirname, "..", "..", "themes", "default", "static", "js");

/** @param {string[]} names @param {string[]} wanted @param {Object} [globals] */
exports.load = function load(names, wanted, globals = {}) {
  const source = names.map((name) => fs.readFileSync(path.join(folder, name), "utf8")).join("\n");
  const context = vm.createContext({ ...globals, console });
  return vm.runInContext(`${source}\n;({ ${wanted.join(", ")} })`, context);
};

// The data of a built report, for the scripts that read it.

import fs from "node:fs";
import vm from "node:vm";
import { Source } from "../../themes/default/static/js/core/source.js";

/**
 * What data scripts bring, as a source with all columns.
 * @param {string} scripts
 */
export function sourceOf(scripts) {
  const found = { source: null };
  const runreport = {
    manifest(folder, manifest) {
      found.source = new Source(folder, manifest);
    },
    data(folder, block, columns) {
      found.source.bring(block, columns);
    },
  };
  vm.runInContext(scripts, vm.createContext({ runreport }));
  for (const column of found.source.columns) found.source.decode(column);
  return found.source;
}

/**
 * One of the conformance archives, as a build wrote it.
 * @param {string} name
 */
export function conformance(name) {
  return sourceOf(fs.readFileSync(new URL(`../query/scripts/${name}.js`, import.meta.url), "utf8"));
}

// The one global of a page, `runreport`, which the generated data scripts and the later scripts call.

import { brought } from "./brought.js";
import { readCurve } from "./decoding.js";
import { loadLater, loaded } from "./loading.js";
import { giveLooks } from "./looks.js";
import { Source } from "./source.js";

/** @import { GrownPoint } from "./growing.js" */
/** @import { BuiltChart, Evaluation, SiteIndex, StoredText, WrittenCurve } from "./brought.js" */
/** @import { Manifest } from "./source.js" */

/**
 * A run as a script has it: curves are pairs.
 * @typedef {{run_id: string, curves?: [string, WrittenCurve][], [key: string]: any}} WrittenRun
 */

/** @param {WrittenRun} run */
function bringRun(run) {
  const curves = (run.curves || []).map(([name, curve]) => /** @type {const} */ ([name, readCurve(curve)]));
  brought.runs.set(run.run_id, { ...run, curves: new Map(curves) });
}

window.runreport = Object.freeze({
  /**
   * @param {string} folder
   * @param {string} file
   */
  latest(folder, file) {
    brought.latest.set(folder, file);
  },
  /**
   * @param {string} folder
   * @param {Manifest} manifest
   */
  manifest(folder, manifest) {
    brought.sources.set(folder, new Source(folder, manifest));
  },
  /**
   * @param {string} folder
   * @param {number} block
   * @param {Object<string, any>} columns
   */
  data(folder, block, columns) {
    brought.sources.get(folder)?.bring(block, columns);
  },
  /** @param {Object<string, Object>} specs */
  specs(specs) {
    brought.specs = specs;
  },
  /** @param {Object<string, BuiltChart>} charts */
  charts(charts) {
    brought.charts = charts;
    giveLooks(Object.values(charts).flatMap(({ runs_built: ids = [] }) => ids));
  },
  /** @param {WrittenRun[]} runs */
  details(runs) {
    runs.forEach(bringRun);
  },
  run: bringRun,
  /**
   * @param {string} digest
   * @param {[name: string, version: string][]} listed
   */
  packages(digest, listed) {
    brought.packages.set(digest, new Map(listed));
  },
  /**
   * What runs logged since the site was made, told by the preview server.
   * @param {GrownPoint[]} points
   * @param {boolean} isCut whether some before these are not told
   */
  async grow(points, isCut) {
    (await loadLater("pages")).grow(points, isCut);
  },
  /**
   * @param {string} run
   * @param {string} metric
   * @param {WrittenCurve} curve
   */
  fine(run, metric, curve) {
    const own = brought.fine.get(run) || new Map();
    brought.fine.set(run, own.set(metric, readCurve(curve)));
  },
  /**
   * @param {string} run
   * @param {string} key
   * @param {[step: number, ...text: StoredText][]} steps
   */
  steps(run, key, steps) {
    const own = brought.texts.get(run) || new Map();
    brought.texts.set(run, own.set(key, new Map(steps.map(([step, ...text]) => [step, text]))));
  },
  /**
   * @param {string} run
   * @param {Evaluation} table
   */
  evaluation(run, table) {
    brought.evaluations.set(run, table);
  },
  /** @param {SiteIndex} site */
  site(site) {
    brought.site = site;
  },
  /**
   * A later script: its modules are added to those there are.
   * @param {string} name
   * @param {(all: typeof $modules) => Object} start what its entry exports
   */
  later(name, start) {
    Object.assign(loaded, { [name]: start($modules) });
  },
});

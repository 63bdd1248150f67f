// The one global of a page, `runreport`, which the generated data scripts and the later scripts call.

import { brought } from "./brought.js";
import { loadLater, loaded } from "./loading.js";
import { giveLooks } from "./looks.js";
import { Source } from "./source.js";

/** @import { GrownPoint } from "./growing.js" */
/** @import { BuiltChart, Evaluation, SiteIndex, StoredCurve, StoredText } from "./brought.js" */
/** @import { Manifest } from "./source.js" */

/**
 * Details as a script has them: curves are pairs.
 * @typedef {{curves: [string, StoredCurve][]}} StoredDetails
 */

/**
 * @param {string} id
 * @param {StoredDetails} details
 */
function bringRun(id, details) {
  brought.runs.set(id, { ...details, curves: new Map(details.curves) });
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
  /** @param {[string, any, StoredDetails?][]} runs */
  details(runs) {
    for (const [id, record, details] of runs) {
      brought.records.set(id, record);
      if (details) bringRun(id, details);
    }
  },
  run: bringRun,
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
   * @param {StoredCurve} curve
   */
  fine(run, metric, curve) {
    const own = brought.fine.get(run) || new Map();
    brought.fine.set(run, own.set(metric, curve));
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

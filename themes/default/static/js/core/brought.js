// What the data scripts brought.

/** @import { Pointed } from "../pointing/places.js" */
/** @import { Source } from "./source.js" */

/**
 * A curve as the page has it; lists are as long as `value`. Numbers that JSON lacks are texts.
 * @typedef {{step: number[], time: number[], value: (number | string)[], low?: (number | string)[],
 *   high?: (number | string)[], spread?: (number | string)[], count?: number[], resumed?: number[],
 *   ordered?: boolean, fine?: [script: string, points: number]}} StoredCurve `fine`: where more of its
 * points are, and how many
 * @typedef {Object<string, any>} WrittenCurve as a data script has it: see readCurve
 * @typedef {[path: string, url: string, kind: string, text: string, bytes: number,
 *   digest: string]} StoredFile
 * @typedef {[key: string, kind: string, steps: [step: number, url: string][], script?: string]} StoredSeries
 * `script`: where its texts are
 * @typedef {[content: string | [columns: string[], rows: string[][]], note: string]} StoredText
 * @typedef {{curves: Map<string, StoredCurve>, files?: StoredFile[], media?: StoredSeries[],
 *   packages?: string, [key: string]: any}} RunData what was logged of a run, and what else its pages
 *   need; `packages`: the digest of the list of its packages
 * @typedef {{columns: [name: string, kind: string, direction: "" | "max" | "min"][], rows: any[][],
 *   asked: string[], said: string[], total: number, run?: string}} Evaluation
 * @typedef {{type: string, x?: string, y?: string, runs_built?: string[], runs?: string, order?: string,
 *   is_cut?: boolean, pointed?: Pointed}} BuiltChart
 * @typedef {{entries: [kind: string, name: string, url: string, more?: string][],
 *   experiments: [name: string, url: string, runs: number][]}} SiteIndex
 */

export const brought = {
  /**
   * The manifest that a folder of data has now.
   * @type {Map<string, string>}
   */
  latest: new Map(),
  /**
   * Run data by folder.
   * @type {Map<string, Source>}
   */
  sources: new Map(),
  /**
   * Specs of charts by the names of their forms.
   * @type {Object<string, Object>}
   */
  specs: {},
  /**
   * The charts of an experiment as they were built.
   * @type {Object<string, BuiltChart>}
   */
  charts: {},
  /**
   * The data of runs by their ids.
   * @type {Map<string, RunData>}
   */
  runs: new Map(),
  /**
   * More points of curves by run id and metric.
   * @type {Map<string, Map<string, StoredCurve>>}
   */
  fine: new Map(),
  /**
   * Texts of several steps by run id, key and step.
   * @type {Map<string, Map<string, Map<number, StoredText>>>}
   */
  texts: new Map(),
  /**
   * Versions of packages by name, by the digests of the lists.
   * @type {Map<string, Map<string, string>>}
   */
  packages: new Map(),
  /**
   * Results tables by run id.
   * @type {Map<string, Evaluation>}
   */
  evaluations: new Map(),
  /**
   * Experiments, models, tags and notes, for the menu and the search.
   * @type {SiteIndex | null}
   */
  site: null,
};

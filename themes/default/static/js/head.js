// One classic script, because a page opened from disk may load no other kind. The files of this
// folder are joined in a fixed order; what they share is declared here, and the one global is
// `runreport`, which the generated data scripts call.
(function () {
"use strict";

/** Way from this page to the site's root, e.g. "../../". */
const up = document.body.dataset.up || "";

/**
 * @typedef {{name: string, label: string, group: string, kind: string, distinct: number,
 *   varies: boolean, files: string[], format?: [string, number], min?: number, max?: number,
 *   facet?: [string, number][]}} Column
 */

/** What the data scripts brought. */
const brought = {
  /** @type {{runs: number, block: number, columns: Column[]} | null} */
  manifest: null,
  /** @type {Object<string, {spec: Object, options: Object}>} */
  charts: {},
  /** Curves by run id, then metric. @type {Map<string, Map<string, Object>>} */
  curves: new Map(),
  /** Results tables by run id. @type {Map<string, Object>} */
  evaluations: new Map(),
  /** Encoded values by column name, one entry a block. @type {Map<string, Array>} */
  blocks: new Map(),
};

window.runreport = Object.freeze({
  manifest(manifest) { brought.manifest = manifest; },
  charts(charts) { brought.charts = charts; },
  curves(run, pairs) { brought.curves.set(run, new Map(pairs)); },
  evaluation(run, table) { brought.evaluations.set(run, table); },
  data(block, columns) {
    for (const name of Object.keys(columns)) {
      if (!brought.blocks.has(name)) brought.blocks.set(name, []);
      brought.blocks.get(name)[block] = columns[name];
    }
  },
});

/**
 * An element with text and attributes; never HTML, since names and values may come from anyone.
 * @param {string} tag
 * @param {Object<string, string>} [attributes]
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const loading = new Map();

/**
 * Load a script of this site once.
 * @param {string} url
 * @returns {Promise<void>} rejects when it cannot be loaded
 */
function loadScript(url) {
  if (!loading.has(url)) {
    loading.set(url, new Promise((resolve, reject) => {
      const script = make("script", { src: url });
      script.onload = () => resolve();
      script.onerror = () => reject(new Error(`Could not load ${url}`));
      document.head.append(script);
    }));
  }
  return loading.get(url);
}

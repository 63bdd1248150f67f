// One classic script, because a page opened from disk may load no other kind. The files of this
// folder are joined in a fixed order; what they share is declared here, and the one global is
// `runreport`, which the generated data scripts call.
(function () {
"use strict";

/** Way from this page to the site's root, e.g. "../../". */
const up = document.body.dataset.up || "";

/**
 * @typedef {{name: string, label: string, group: string, kind: string, distinct: number,
 *   varies: boolean, files: string[], min?: number, max?: number,
 *   facet?: [string, number][]}} Column
 */

/** What the data scripts brought. */
const brought = {
  /** The manifest that a folder of data has now. @type {Map<string, string>} */
  latest: new Map(),
  /** Run data by folder. @type {Map<string, Source>} */
  sources: new Map(),
  /** Altair's specs by the names of their forms. @type {Object<string, Object>} */
  specs: {},
  /** The charts of an experiment as they were built. @type {Object<string, Object>} */
  charts: {},
  /** Curves, files and packages by run id. @type {Map<string, Object>} */
  runs: new Map(),
  /** Runs without a page, as run.json has them. @type {Map<string, Object>} */
  records: new Map(),
  /** Results tables by run id. @type {Map<string, Object>} */
  evaluations: new Map(),
  /** Experiments, models, tags and notes, for the menu and the search. */
  site: null,
};

/** What the scripts that are loaded later share with this one; see charts.js. */
const shared = {};

window.runreport = Object.freeze({
  latest(folder, file) { brought.latest.set(folder, file); },
  manifest(folder, manifest) { brought.sources.set(folder, new Source(folder, manifest)); },
  data(folder, block, columns) { brought.sources.get(folder).bring(block, columns); },
  specs(specs) { brought.specs = specs; },
  charts(charts) {
    brought.charts = charts;
    giveLooks(Object.values(charts).flatMap(({ runs_built: ids = [] }) => ids));
  },
  details(runs) {
    for (const [id, record, details] of runs) {
      brought.records.set(id, record);
      if (details) brought.runs.set(id, { ...details, curves: new Map(details.curves) });
    }
  },
  run(id, details) { brought.runs.set(id, { ...details, curves: new Map(details.curves) }); },
  evaluation(run, table) { brought.evaluations.set(run, table); },
  site(site) { brought.site = site; },
  later(start) { start(shared); },
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

/** @param {string} text @param {() => void} act @param {Object<string, string>} [attributes] */
function makeButton(text, act, attributes) {
  const button = make("button", { type: "button", ...attributes }, text);
  button.addEventListener("click", act);
  return button;
}

/** A check box with its label. @returns {{label: HTMLElement, input: HTMLInputElement}} */
function makeBox(text, change) {
  const input = make("input", { type: "checkbox" });
  if (change) input.addEventListener("change", () => change(input.checked));
  return { label: make("label", {}, input, " ", text), input };
}

/**
 * A select with its label.
 * @param {string} text
 * @param {[string, string][]} choices value and text
 * @param {string} chosen
 * @param {(value: string) => void} [change]
 */
function makeChoice(text, choices, chosen, change) {
  const input = make("select", { "aria-label": text });
  for (const [value, shown] of choices) input.append(new Option(shown, value, false, value === chosen));
  if (change) input.addEventListener("change", () => change(input.value));
  return { label: make("label", {}, make("span", {}, text), " ", input), input };
}

/** @param {number} count */
function thousands(count) {
  return count.toLocaleString("en-US");
}

/** "1 run", "1,234 runs". @param {number} count @param {string} noun */
function plural(count, noun) {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
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

let waiting = 0;
let spoken = 0;

/** Say something in the page's live region, at most once in half a second. @param {string} text */
function say(text) {
  clearTimeout(waiting);
  const place = document.getElementById("shown");
  if (!place) return;
  waiting = setTimeout(() => {
    spoken = Date.now();
    place.textContent = text;
  }, Math.max(60, spoken + 500 - Date.now()));
}

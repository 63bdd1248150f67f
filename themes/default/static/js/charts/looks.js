// What tells runs and groups of a chart apart: which look each text has among those of its form. As
// report/charts/looks.py has it.

import { thousands } from "../core/format.js";
import { LOOKS, giveLooks, keepLooks, looks } from "../core/looks.js";
import { distinctTexts } from "../core/words.js";
import { STEPS, isNumeric } from "./asked.js";
import { sortPlaces, spreadOf } from "./kinds.js";

/** @import { Chart } from "../core/hash.js" */
/** @import { Column, Source } from "../core/source.js" */
/** @import { Spec } from "./asked.js" */

/**
 * How runs are coloured: `values` has a text or an amount a run; a run without one is not drawn. `looks` are
 * those of `texts`; -1 is the look of what has none.
 * @typedef {{kind: string, values: Map<number, any>, title: string, texts: string[], looks: number[],
 *   note: string}} Coloured
 */

const NO_LOOK = "var(--other)";

/**
 * The runs that each chart of curves draws, for their looks.
 * @type {Map<Chart, string[]>}
 */
const drawnRuns = new Map();

/**
 * Give the runs that a chart draws looks, and take those of runs that no chart draws any more.
 * @param {Chart} chart
 * @param {string[]} ids
 */
export function drawRuns(chart, ids) {
  drawnRuns.set(chart, ids);
  keepLooks(new Set([...drawnRuns.values()].flat()));
  giveLooks(ids);
}

/**
 * A chart draws no runs any more; their looks stay until another does.
 * @param {Chart} chart
 */
export function forgetRuns(chart) {
  drawnRuns.delete(chart);
}

/**
 * The runs that a chart was built with have looks already.
 * @param {Chart} chart
 * @param {string[]} ids
 */
export function rememberRuns(chart, ids) {
  drawnRuns.set(chart, ids);
}

/**
 * Runs in one colour.
 * @param {number[]} runs
 * @param {string} [note] why
 * @returns {Coloured}
 */
export function uncoloured(runs, note = "") {
  const values = new Map(runs.map((run) => [run, null]));
  return { kind: "none", values, title: "", texts: [], looks: [], note };
}

/**
 * Runs coloured by a column.
 * @param {Source} source
 * @param {string} name
 * @param {number[]} runs
 * @param {boolean} [isDiscrete] groups of runs are drawn, which a ramp of amounts cannot colour
 * @returns {Coloured}
 */
export function coloured(source, name, runs, isDiscrete = false) {
  const column = source.column(name);
  if (!column) return uncoloured(runs);
  const values = source.valuesOf(name),
    title = column.label;
  if (name === "status") {
    const own = new Map(runs.map((run) => [run, values[run]]));
    return { kind: "status", values: own, title, texts: [], looks: [], note: "" };
  }
  const present = new Set(runs.map((run) => values[run]).filter((value) => value !== null)).size;
  if (!isNumeric(column) || (column.group === "params" && present <= STEPS)) {
    return byTexts(source, column, runs);
  }
  if (isDiscrete) return uncoloured(runs, `${title} is an amount, which colours no groups`);
  return ramp(source, column, runs);
}

/**
 * Runs coloured by the texts of their values: in steps of a ramp where these have an order, else each in its
 * own look; those without a value last.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 * @returns {Coloured}
 */
function byTexts(source, column, runs) {
  const values = source.valuesOf(column.name);
  const texts = distinctTexts(source, column, runs);
  const textOf = (/** @type {number} */ run) => texts.get(run) || "";
  const inOrder = sortPlaces(
    runs.map((run) => values[run]),
    column.ordered,
  ).map((place) => runs[place]);
  const missing = [...new Set(inOrder.filter((run) => values[run] === null).map(textOf))];
  const told = [...new Set(inOrder.map(textOf))].filter((text) => !missing.includes(text));
  const own = { values: texts, title: column.label, texts: [...told, ...missing], note: "" };
  const none = missing.map(() => -1);
  if (told.length <= STEPS && (isNumeric(column) || column.ordered?.length)) {
    return { ...own, kind: "ordered", looks: [...spreadLooks(told.length), ...none] };
  }
  if (told.length > LOOKS) {
    const note = `${column.label} has ${thousands(told.length)} values, too many to colour`;
    return uncoloured(runs, note);
  }
  const places = new Map(column.slots || []);
  const slots = new Map(runs.map((run) => [textOf(run), places.get(values[run]) ?? LOOKS]));
  const slotsOf = told.map((text) => slots.get(text) ?? LOOKS);
  return { ...own, kind: "category", looks: [...freeLooks(slotsOf), ...none] };
}

/**
 * Runs in groups by a column; of more groups than looks the last ones have none of their own.
 * @param {Source} source
 * @param {string} name
 * @param {number[]} runs
 * @returns {Coloured}
 */
export function grouped(source, name, runs) {
  const found = coloured(source, name, runs, true);
  const column = source.column(name);
  if (!["none", "status"].includes(found.kind) || !column) return found;
  const values = distinctTexts(source, column, runs);
  const all = source.valuesOf(name);
  const places = sortPlaces(
    runs.map((run) => all[run]),
    column.ordered,
  );
  const texts = [...new Set(places.map((place) => values.get(runs[place]) || ""))];
  const own = texts.map((_, look) => (look < LOOKS ? look : -1));
  return { kind: "category", values, title: column.label, texts, looks: own, note: found.note };
}

/**
 * Runs coloured by an amount; of a metric of which less is better the other way round.
 * @param {Source} source
 * @param {Column} column
 * @param {number[]} runs
 * @returns {Coloured}
 */
export function ramp(source, column, runs) {
  const all = source.valuesOf(column.name);
  const values = new Map(runs.filter((run) => Number.isFinite(all[run])).map((run) => [run, all[run]]));
  const kind = spreadOf([...values.values()]).kind === "log" ? "log" : "number";
  const own = column.better === "min" ? `${kind}-down` : kind;
  return { kind: own, values, title: column.label, texts: [], looks: [], note: "" };
}

/**
 * Each run in its own look.
 * @param {Source} source
 * @param {number[]} runs
 * @param {string[]} labels
 * @returns {Coloured}
 */
export function runColours(source, runs, labels) {
  const ids = source.valuesOf("run_id");
  const values = new Map(runs.map((run, place) => [run, labels[place]]));
  const own = runs.map((run) => looks.get(ids[run]) ?? -1);
  return { kind: "run", values, title: "", texts: labels, looks: own, note: "" };
}

/**
 * Steps of a ramp for texts in their order: the first and the last at its ends.
 * @param {number} count
 */
function spreadLooks(count) {
  if (count === 1) return [Math.floor(STEPS / 2)];
  return Array.from({ length: count }, (_, place) => Math.floor((place * (STEPS - 1)) / (count - 1) + 0.5));
}

/**
 * Looks for texts, each its site's if no earlier one has it, else the next that is free.
 * @param {number[]} slots
 */
function freeLooks(slots) {
  /** @type {number[]} */
  const found = [];
  const taken = new Set();
  for (const place of slots.map((_, own) => own).sort((a, b) => slots[a] - slots[b] || a - b)) {
    let look = slots[place] % LOOKS;
    while (taken.has(look)) look = (look + 1) % LOOKS;
    taken.add(look);
    found[place] = look;
  }
  return found;
}

/**
 * Fill the looks of texts into a spec's colours, dashes, shapes and shades.
 * @param {Spec} spec changed in place
 * @param {Coloured} colours
 */
export function paint(spec, colours) {
  if (!colours.texts.length) return;
  for (const { encoding = {} } of spec.layer || [spec]) {
    if (encoding.xOffset) encoding.xOffset.scale = { domain: colours.texts };
    for (const [name, one] of Object.entries(encoding)) {
      const { field, type, scale } = /** @type {any} */ (one);
      if (field !== "color" || type === "quantitative" || !Array.isArray(scale?.range) || scale.domain) {
        continue;
      }
      const { range } = scale;
      scale.domain = colours.texts;
      const none = name === "color" ? NO_LOOK : range[0];
      scale.range = colours.looks.map((look) => (look >= 0 ? range[look % range.length] : none));
    }
  }
}

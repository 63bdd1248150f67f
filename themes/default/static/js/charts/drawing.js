// Specs to pictures. They run through Vega's AST interpreter, so the page's policy needs no eval, and the
// loader refuses every URL.

import { make } from "../core/dom.js";
import { VENDOR } from "../core/files.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { MAX_MARKS } from "./asked.js";
import { TAMING, fitAxes, tame } from "./axes.js";
import { fitLabels } from "./labels.js";
import { showTip } from "./told.js";

/** @import { FieldText, Made, Row, Spec } from "./asked.js" */

/** Of more marks a canvas is drawn, which browsers draw sooner. */
const SVG_MARKS = 4 * MAX_MARKS;

/** @type {Promise<void> | null} */
let libraries = null;

/** Load the vendored libraries, one after the other. */
export function loadLibraries() {
  libraries =
    libraries ||
    (async () => {
      for (const url of VENDOR) await loadScript(siteUrl(url));
    })();
  return libraries;
}

/** Vega-Lite warns of what it does about a width; readers need not know. */
const QUIET = {
  level: () => QUIET,
  error: () => QUIET,
  warn: () => QUIET,
  info: () => QUIET,
  debug: () => QUIET,
};

/**
 * A view of rows that loads nothing and runs no text as a program.
 * @param {Spec} spec
 * @param {Row[]} rows
 */
export function makeView(spec, rows) {
  const { spec: compiled } = vegaLite.compile({ ...spec, datasets: undefined }, { logger: QUIET });
  const runtime = vega.parse(compiled, null, { ast: true });
  const refuse = () => Promise.reject(new Error("Charts load nothing."));
  const view = new vega.View(runtime, {
    expr: vega.expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    logLevel: vega.Error,
    renderer: rows.length > SVG_MARKS ? "canvas" : "svg",
  });
  return view.data("rows", rows);
}

/**
 * Draw a filled spec. The picture is hidden from assistive technology: title and numbers say the same.
 * @param {Pick<Made, "spec" | "rows" | "fields">} made
 * @returns {Promise<{container: HTMLElement, view: any, full: Spec}>} `full`: the spec with the rows as drawn
 */
export async function drawSpec({ spec, rows, fields }) {
  const tamed = tame(spec, rows);
  fitAxes(spec, tamed.rows);
  const fitted = fitLabels(spec, tamed.rows);
  const view = makeView(spec, fitted.rows);
  const container = make("div", { "aria-hidden": "true" });
  const isPointed = () => "pointed" in container.dataset; // it answers by itself
  const told = tamedTexts(fields, tamed.wild);
  view.tooltip(
    (
      /** @type {any} */ _,
      /** @type {MouseEvent} */ event,
      /** @type {any} */ __,
      /** @type {any} */ value,
    ) => isPointed() || showTip(told, event, value, fitted.whole),
  );
  view.addEventListener("click", (/** @type {any} */ _, /** @type {any} */ item) => {
    const datum = isPointed() ? null : item?.datum;
    const href = datum?.href || (Array.isArray(datum) && datum[0]?.href);
    if (typeof href === "string" && href.startsWith("r/")) location.href = siteUrl(href);
  });
  await view.initialize(container).runAsync();
  return { container, view, full: { ...spec, datasets: { rows: fitted.rows } } };
}

/**
 * @param {Object<string, FieldText>} fields
 * @param {Set<string>} wild the fields that were divided
 */
function tamedTexts(fields, wild) {
  return Object.fromEntries(
    Object.entries(fields).map(([key, field]) => {
      const label = wild.has(key) ? `${field.label}, in 1e${TAMING}` : field.label;
      return [key, { ...field, label }];
    }),
  );
}

/**
 * The views of regions that hold small pictures.
 * @type {WeakMap<HTMLElement, any>}
 */
const placed = new WeakMap();

/**
 * Put a picture in place of the one before it, unless a later one was asked for meanwhile.
 * @param {HTMLElement} drawing
 * @param {HTMLElement} container
 * @param {any} view
 * @param {() => boolean} isWanted
 * @returns {boolean} whether it is there
 */
export function placeDrawn(drawing, container, view, isWanted) {
  if (!isWanted()) {
    view.finalize();
    return false;
  }
  placed.get(drawing)?.finalize();
  placed.set(drawing, view);
  drawing.replaceChildren(container);
  return true;
}

/**
 * Make a spec of lines small: no legend of colours, no title of y.
 * @param {Spec} spec changed in place
 * @param {number} width
 * @param {number} height
 */
export function makeSmall(spec, width, height) {
  for (const { encoding } of spec.layer || []) {
    for (const one of [encoding.color, encoding.strokeDash]) if (one.scale) one.legend = null;
    encoding.y.title = null;
  }
  Object.assign(spec, { width, height, autosize: { type: "fit-x", contains: "padding" } });
}

// One figure of the page: its chart, and drawing it.

import { make, makeButton, within } from "../core/dom.js";
import { loadNamed } from "../core/loading.js";
import { drawSpec, loadLibraries } from "./drawing.js";
import { fillChart } from "./filling.js";
import { numbersOf } from "./told.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { Made, OwnChart, Spec } from "./asked.js" */

/**
 * `isLive`: drawn here rather than with the page; `ticket`: the number of its last drawing; `drawn`: what is
 * there now; `change`: called when the reader changed its chart.
 * @typedef {{chart: OwnChart, figure: HTMLElement, isLive: boolean, ticket: number,
 *   drawn: {view: any, full: Spec, title: string, shows: string} | null, change: () => void}} Figure
 */

/**
 * A figure of the page with its chart.
 * @param {OwnChart} chart
 * @param {HTMLElement} figure
 * @param {boolean} isLive
 * @returns {Figure}
 */
export function figureOf(chart, figure, isLive) {
  return { chart, figure, isLive, ticket: 0, drawn: null, change: () => {} };
}

/** A figure without a picture. */
export function emptyFigure() {
  const region = { role: "region", tabindex: "0", "aria-label": "Chart" };
  return make(
    "figure",
    { class: "chart" },
    make("figcaption", {}),
    make("div", { class: "drawing scroll", ...region }),
  );
}

/**
 * What is being drawn: one figure after the other, in the order they were asked for, so that looks are given
 * in that order, too.
 * @type {Promise<void>}
 */
let queue = Promise.resolve();

/**
 * Draw a figure, unless it is asked for again before its turn comes.
 * @param {Shown} shown
 * @param {Figure} one
 * @returns {Promise<void>}
 */
export function drawFigure(shown, one) {
  const ticket = ++one.ticket;
  one.isLive = true;
  queue = queue.then(() => (one.ticket === ticket ? drawNow(shown, one, ticket) : undefined));
  return queue;
}

/**
 * @param {Shown} shown
 * @param {Figure} one
 * @param {number} ticket
 */
async function drawNow(shown, one, ticket) {
  const drawing = within(one.figure, ".drawing");
  try {
    await Promise.all([loadNamed("specs"), loadLibraries()]);
    const { source, runs, isNarrow } = shown;
    const made = await fillChart({ source, chart: one.chart, runs, isNarrow });
    if (one.ticket !== ticket) return;
    tellFigure(one, made);
    one.drawn?.view.finalize();
    one.drawn = null;
    if (!made.rows.length) {
      drawing.replaceChildren(make("p", { class: "muted" }, "No run of this view has these values."));
      return;
    }
    const { title, shows, rows, fields } = made;
    const { container, view, full } = await drawSpec({ ...made, spec: sizedSpec(made.spec, drawing) });
    one.drawn = { view, full, title, shows };
    drawing.replaceChildren(container);
    one.figure.append(numbersOf(rows, title, fields));
  } catch (error) {
    drawing.replaceChildren(make("p", { class: "muted" }, "This chart could not be drawn."));
    reportError(error);
  }
}

/**
 * @param {Spec} spec
 * @param {HTMLElement} drawing
 * @returns {Spec}
 */
function sizedSpec(spec, drawing) {
  const { paddingLeft, paddingRight } = getComputedStyle(drawing);
  const width = drawing.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return { ...spec, width: Math.max(260, width), autosize: { type: "fit-x", contains: "padding" } };
}

/**
 * The title of a figure, and which runs it shows, with a way to all of them.
 * @param {Figure} one
 * @param {Made} made
 */
function tellFigure(one, { title, shows, isCut }) {
  const { chart, figure } = one;
  figure.dataset.type = chart.type;
  figure.querySelector(".numbers")?.remove();
  within(figure, ".drawing").setAttribute("aria-label", `${title}, ${shows}`);
  const told = make("span", { class: "shows" }, shows);
  if (isCut && chart.runs !== "all") {
    const drawAll = () => {
      chart.runs = "all";
      one.change();
    };
    told.append(" ", makeButton("Draw all", drawAll, { class: "quiet" }));
  }
  within(figure, "figcaption").replaceChildren(title, " ", told);
}

// One figure of the page: its chart, and drawing it.

import { make, makeButton, within } from "../core/dom.js";
import { thousands } from "../core/format.js";
import { loadLater } from "../core/loading.js";
import { runWays } from "../core/sources.js";
import { beyondBrush, brush, keptBy } from "../table/brushing.js";
import { drawSpec, loadLibraries } from "./drawing.js";
import { fillChart, loadChart } from "./filling.js";
import { pointedOf } from "./pointed.js";
import { forgetRuns } from "./looks.js";
import { ROOM, narrowed } from "./narrow.js";
import { numbersOf } from "./told.js";

/** @import { Source } from "../core/source.js" */
/** @import { Ways } from "../pointing/attaching.js" */
/** @import { Shown } from "../table/shown.js" */
/** @import { Asked, Made, OwnChart, Spec } from "./asked.js" */

/**
 * What a figure is drawn of; of parallel coordinates also how they are brushed, and which runs that keeps.
 * @typedef {Asked & {ways?: Partial<Ways>, keeps?: (run: number) => boolean}} Brushed
 *
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
 * What is being drawn: one figure after the other, so that no two take the same looks.
 * @type {Promise<void>}
 */
let queue = Promise.resolve();

/**
 * Draw a figure once its data is there, unless it is asked for again before.
 * @param {Shown} shown
 * @param {Figure} one
 * @returns {Promise<void>}
 */
export async function drawFigure(shown, one) {
  const ticket = ++one.ticket;
  const asked = { ...askedOf(shown, one.chart), isWanted: () => one.ticket === ticket };
  one.isLive = true;
  one.figure.setAttribute("aria-busy", "true");
  forgetRuns(one.chart); // before any other is drawn: what these had is free
  try {
    await Promise.all([loadChart(asked), loadLibraries()]);
    const turn = queue.then(() => drawNow(one, asked));
    queue = turn.catch(() => {});
    await turn;
  } catch (error) {
    if (!asked.isWanted()) return;
    const told = make("p", { class: "muted" }, "This chart could not be drawn.");
    one.figure.querySelector(".drawing")?.replaceChildren(told);
    throw error;
  } finally {
    if (asked.isWanted()) one.figure.removeAttribute("aria-busy");
  }
}

/**
 * What a chart is drawn of: parallel coordinates of all runs, of which those that its axes keep stand out.
 * @param {Shown} shown
 * @param {OwnChart} chart
 * @returns {Brushed}
 */
function askedOf(shown, chart) {
  const { source, runs, isNarrow } = shown;
  if (chart.type !== "parallel" || !shown.canFilter) return { source, chart, runs, isNarrow };
  const columns = [...(chart.x || "").split(","), chart.c || ""];
  const beyond = beyondBrush(shown, columns);
  const isKept = keptBy(shown);
  return {
    source,
    chart,
    runs: beyond.isBrushed ? beyond.runs : runs,
    isNarrow: beyond.isBrushed ? beyond.isNarrow : isNarrow,
    ways: { brush: (column, kept) => brush(shown, column, kept), isKept },
    keeps: beyond.isBrushed ? (run) => columns.every((column) => isKept(run, column)) : undefined,
  };
}

/**
 * Nothing that is being drawn for a figure is wanted any more.
 * @param {Figure} one
 */
export function dropFigure(one) {
  one.ticket++;
  forgetRuns(one.chart);
  one.drawn?.view.finalize();
  one.figure.remove();
}

/**
 * @param {Figure} one
 * @param {Brushed & {isWanted: () => boolean}} asked
 */
async function drawNow(one, asked) {
  if (!asked.isWanted()) return;
  const drawing = within(one.figure, ".drawing");
  const made = await fillChart(asked);
  if (!asked.isWanted()) {
    forgetRuns(one.chart);
    return;
  }
  const { keeps } = asked;
  if (keeps) made.shows += `; ${thousands(made.filled.runs.filter(keeps).length)} of them kept`;
  const { title, shows, rows, fields } = made;
  const isOpen = Boolean(one.figure.querySelector(".numbers[open]"));
  tellFigure(one, made);
  const before = one.drawn;
  if (rows.length) {
    const { container, view, full } = await drawSpec({ ...made, spec: sizedSpec(made, drawing) });
    one.drawn = { view, full, title, shows };
    drawing.replaceChildren(container);
    const isPart = Boolean(one.chart.xlim || one.chart.ylim);
    const zoom = (/** @type {{xlim: string, ylim: string}} */ part) => {
      if (!isPart && !part.xlim && !part.ylim) return;
      Object.assign(one.chart, part);
      one.change();
    };
    await answer(drawing, container, made, asked.source, { zoom, isPart, ...asked.ways });
    const numbers = numbersOf(rows, title, fields);
    numbers.open = isOpen;
    one.figure.append(numbers);
  } else {
    one.drawn = null;
    drawing.replaceChildren(make("p", { class: "muted" }, "No run of this view has these values."));
  }
  before?.view.finalize();
}

/**
 * Let a drawn picture answer to a pointer; one that is no SVG, or of other charts, has Vega's own tooltips.
 * @param {HTMLElement} drawing
 * @param {HTMLElement} container
 * @param {Pick<Made, "filled" | "rows">} made
 * @param {Source} source
 * @param {Partial<Ways>} [more]
 */
export async function answer(drawing, container, made, source, more = {}) {
  const told = pointedOf(made, source);
  const svg = container.querySelector("svg");
  if (!told || !svg) return;
  const { attach } = await loadLater("pointing");
  if (attach(drawing, svg, told, { ...runWays(source), ...more })) container.dataset.pointed = "";
}

/**
 * The spec of a chart for the room that it has.
 * @param {Made} made
 * @param {HTMLElement} drawing
 * @returns {Spec}
 */
function sizedSpec({ spec, rows }, drawing) {
  const { paddingLeft, paddingRight } = getComputedStyle(drawing);
  const width = Math.max(260, drawing.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
  const own = width < ROOM ? narrowed(spec, rows, width) : spec;
  const isWhole = document.fullscreenElement?.contains(drawing);
  const height = isWhole ? { height: Math.max(200, innerHeight - 260) } : {};
  return { ...own, ...height, width, autosize: { type: "fit-x", contains: "padding" } };
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

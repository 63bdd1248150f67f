// The curves of all metrics of an experiment, small, in sections that are drawn when they are opened.

import { brought } from "../core/brought.js";
import { curveTools } from "../core/curve_tools.js";
import { every, make, makeBox, makeButton, within } from "../core/dom.js";
import { loadLater, loadNamed } from "../core/loading.js";
import { looks, makeDot } from "../core/looks.js";
import { keepHash } from "../table/update.js";
import { drawSpec, loadLibraries, makeSmall, placeDrawn } from "./drawing.js";
import { answer } from "./figure.js";
import { addFigure, startFigures } from "./figures.js";
import { fillChart, loadChart } from "./filling.js";
import { limit } from "./limits.js";

/** @import { CurveState } from "../core/curve_tools.js" */
/** @import { Source } from "../core/source.js" */
/** @import { Shown } from "../table/shown.js" */
/** @import { Made, OwnChart, Row } from "./asked.js" */

const HEIGHT = 170;
/** How long the table rests before open sections follow it. */
const PAUSE_MS = 400;

/**
 * Draw each section when it is opened; open ones follow the table, and what a search shows again.
 * @param {Shown} shown
 * @param {HTMLElement} place
 */
export function startSmall(shown, place) {
  const sections = every(place, "details.fold", HTMLDetailsElement);
  let state = 0;
  const draw = async (/** @type {HTMLDetailsElement} */ section) => {
    if (!section.open) return;
    await drawSection(shown, section, state).catch(() => {}); // tried again when it is opened
    showLegend(shown, place);
  };
  const drawAll = () => sections.forEach(draw);
  const drawAnew = () => {
    state++;
    drawAll();
  };
  startTools(shown, place, drawAnew);
  loadLater("pointing").then(
    ({ startHidden }) => startHidden(shown),
    () => {},
  );
  for (const section of sections) {
    section.addEventListener("toggle", () => draw(section));
    offerOne(shown, section);
  }
  within(place, ".find").addEventListener("input", () => setTimeout(drawAll)); // it hides and shows first
  drawAll();
  let waiting = 0;
  shown.listeners.push(() => {
    clearTimeout(waiting);
    waiting = window.setTimeout(drawAnew, PAUSE_MS);
  });
}

/**
 * A section of several metrics offers these in one chart, those that the search shows.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} section
 */
function offerOne(shown, section) {
  const all = every(section, "figure[data-metric]");
  if (all.length < 2) return;
  const add = async () => {
    await startFigures(shown);
    const seen = all.filter((figure) => !figure.hidden);
    const y = seen.map(({ dataset }) => `metrics.${dataset.metric}`).join(",");
    addFigure(shown, { type: "line", y });
  };
  section.querySelector("summary")?.after(make("p", { class: "more one" }, makeButton("In one chart", add)));
}

/**
 * What all curves lie along, how they are smoothed, and whether those of a section have one y axis; a legend.
 * @param {Shown} shown
 * @param {HTMLElement} place
 * @param {() => void} drawAnew
 */
function startTools(shown, place, drawAnew) {
  const tools = make("div", { class: "controls" });
  const chosen = () => {
    const { axis, smooth, ysame } = shown.view;
    return JSON.stringify([axis, smooth, ysame]);
  };
  let told = "";
  const tell = () => {
    if (told === chosen()) return; // the link may say something else than the reader chose last
    told = chosen();
    const { axis, smooth, ysame } = shown.view;
    const state = { axis, smooth };
    const change = () => {
      Object.assign(shown.view, state);
      told = chosen();
      keepHash(shown);
      drawAnew();
    };
    const same = makeBox("Same Y in a section", (isOn) => {
      shown.view.ysame = isOn;
      change();
    });
    same.input.checked = ysame;
    tools.replaceChildren(...curveTools(state, change), same.label);
  };
  tell();
  shown.listeners.push(tell);
  within(place, ".find").after(tools, make("p", { class: "legend", hidden: "" }));
}

/**
 * The runs whose curves are drawn, by the marks that they have in the table, which show and hide them.
 * @param {Shown} shown
 * @param {HTMLElement} place
 */
function showLegend({ source }, place) {
  const drawn = every(place, "details[open] figure:not([hidden])").flatMap(({ dataset }) =>
    (dataset.runs || "").split(" ").filter(Boolean),
  );
  const ids = source.valuesOf("run_id"),
    names = source.valuesOf("run_name");
  const entries = [...new Set(drawn)]
    .map(Number)
    .filter((run) => looks.has(ids[run]))
    .map((run) => make("span", {}, makeDot(ids[run], names[run]), names[run]));
  const legend = within(place, ".legend");
  legend.replaceChildren(...entries);
  legend.hidden = !entries.length;
}

/**
 * Draw the pictures of a section that are seen and are of an earlier state, one after the other.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} section
 * @param {number} state of the table
 */
async function drawSection(shown, section, state) {
  await Promise.all([loadNamed("specs"), loadLibraries()]);
  const { source, view } = shown;
  const seen = every(section, "figure[data-metric]").filter((figure) => !figure.hidden);
  const stale = seen.filter(({ dataset }) => dataset.state !== String(state));
  const ready = [];
  for (const figure of stale.length && view.ysame ? seen : stale) {
    figure.dataset.state = String(state);
    const isWanted = () => section.open && !figure.hidden && figure.dataset.state === String(state);
    const made = await fillSmall(shown, figure.dataset.metric || "", isWanted);
    if (!made) {
      if (figure.dataset.state === String(state)) delete figure.dataset.state;
    } else if (view.ysame) ready.push({ figure, made });
    else await drawSmall(figure, made, source);
  }
  const y = view.ysame ? endsOf(ready.flatMap(({ made }) => made.rows)) : null;
  for (const { figure, made } of ready) {
    if (figure.dataset.state !== String(state)) continue; // asked for anew meanwhile
    if (y) limit(made.spec, { x: [null, null], y, isClipped: false });
    await drawSmall(figure, made, source);
  }
}

/**
 * The small chart of a metric; null where it is wanted no more.
 * @param {Shown} shown
 * @param {string} metric
 * @param {() => boolean} isWanted
 */
async function fillSmall({ source, runs, isNarrow, view }, metric, isWanted) {
  const asked = { source, chart: chartOf(metric, view), runs, isNarrow, isWanted };
  await loadChart(asked);
  const made = isWanted() ? await fillChart(asked) : null;
  return isWanted() ? made : null;
}

/**
 * @param {HTMLElement} figure
 * @param {Made} made
 * @param {Source} source
 */
async function drawSmall(figure, made, source) {
  const drawing = within(figure, ".drawing");
  figure.dataset.runs = made.filled.runs.join(" ");
  if (!made.rows.length) {
    drawing.textContent = "No run of this view has this curve.";
    return;
  }
  makeSmall(made.spec, Math.max(200, drawing.clientWidth), HEIGHT);
  const { container, view } = await drawSpec(made);
  placeDrawn(drawing, container, view, () => true);
  await answer(drawing, container, made, source);
}

/**
 * The least and the greatest of what rows have on y; null of none.
 * @param {Row[]} rows
 * @returns {[number, number] | null}
 */
function endsOf(rows) {
  let [low, high] = [Infinity, -Infinity];
  for (const { y, low: least = y, high: most = y, raw = y } of rows) {
    for (const value of [y, least, most, raw]) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low < high ? [low, high] : null;
}

/**
 * The chart of a metric, of the runs that the page was built with.
 * @param {string} metric
 * @param {CurveState} state
 * @returns {OwnChart}
 */
function chartOf(metric, { axis, smooth }) {
  const built = Object.values(brought.charts).find((one) => one.runs_built);
  const own = built
    ? { runs: "built", built: built.runs_built, order: built.order, cut: metric }
    : { runs: "" };
  const x = axis || "step";
  return { type: "line", x, y: `metrics.${metric}`, c: "", g: "", scale: "", smooth, ...own };
}

// The curves of all metrics of an experiment, small, in sections that are drawn when they are opened.

import { brought } from "../core/brought.js";
import { every, make, makeButton, within } from "../core/dom.js";
import { loadNamed } from "../core/loading.js";
import { drawSpec, loadLibraries, makeSmall } from "./drawing.js";
import { answer } from "./figure.js";
import { addFigure, startFigures } from "./figures.js";
import { fillChart, loadChart } from "./filling.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */

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
  const draw = (/** @type {HTMLDetailsElement} */ section) => {
    if (section.open) drawSection(shown, section, state).catch(() => {}); // tried again when it is opened
  };
  const drawAll = () => sections.forEach(draw);
  for (const section of sections) {
    section.addEventListener("toggle", () => draw(section));
    offerOne(shown, section);
  }
  place.addEventListener("input", () => setTimeout(drawAll)); // the search hides and shows first
  drawAll();
  let waiting = 0;
  shown.listeners.push(() => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      state++;
      drawAll();
    }, PAUSE_MS);
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
 * Draw the pictures of a section that are seen and are of an earlier state, one after the other.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} section
 * @param {number} state of the table
 */
async function drawSection(shown, section, state) {
  await Promise.all([loadNamed("specs"), loadLibraries()]);
  const { source, runs, isNarrow } = shown;
  for (const figure of every(section, "figure[data-metric]")) {
    if (figure.hidden || figure.dataset.state === String(state)) continue;
    figure.dataset.state = String(state);
    const isWanted = () => section.open && !figure.hidden && figure.dataset.state === String(state);
    const asked = { source, chart: chartOf(figure.dataset.metric || ""), runs, isNarrow, isWanted };
    await loadChart(asked);
    const made = isWanted() ? await fillChart(asked) : null;
    if (!made || !isWanted()) {
      if (figure.dataset.state === String(state)) delete figure.dataset.state;
      continue;
    }
    const drawing = within(figure, ".drawing");
    if (!made.rows.length) {
      drawing.textContent = "No run of this view has this curve.";
      continue;
    }
    makeSmall(made.spec, Math.max(200, drawing.clientWidth), HEIGHT);
    const { container } = await drawSpec(made);
    drawing.replaceChildren(container);
    await answer(drawing, container, made, source);
  }
}

/**
 * The chart of a metric, of the runs that the page was built with.
 * @param {string} metric
 * @returns {OwnChart}
 */
function chartOf(metric) {
  const built = Object.values(brought.charts).find((one) => one.runs_built);
  const own = built
    ? { runs: "built", built: built.runs_built, order: built.order, cut: metric }
    : { runs: "" };
  return { type: "line", x: "step", y: `metrics.${metric}`, c: "", g: "", scale: "", smooth: "", ...own };
}

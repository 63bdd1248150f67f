// The curves of all metrics of an experiment, small, in sections that are drawn when they are opened.

import { brought } from "../core/brought.js";
import { every, within } from "../core/dom.js";
import { loadNamed } from "../core/loading.js";
import { drawSpec, loadLibraries, makeSmall } from "./drawing.js";
import { answer } from "./figure.js";
import { fillChart, loadChart } from "./filling.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */

const HEIGHT = 170;
/** How long the table rests before open sections follow it. */
const PAUSE_MS = 400;

/**
 * Draw each section when it is opened; open ones follow the table.
 * @param {Shown} shown
 * @param {HTMLElement} place
 */
export function startSmall(shown, place) {
  const sections = every(place, "details.fold", HTMLDetailsElement);
  /** @type {Set<HTMLDetailsElement>} */
  const drawn = new Set();
  const draw = (/** @type {HTMLDetailsElement} */ section) => {
    if (!section.open || drawn.has(section)) return;
    drawn.add(section);
    drawSection(shown, section).catch(() => drawn.delete(section));
  };
  for (const section of sections) {
    section.addEventListener("toggle", () => draw(section));
    draw(section);
  }
  let waiting = 0;
  shown.listeners.push(() => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      drawn.clear();
      sections.forEach(draw);
    }, PAUSE_MS);
  });
}

/** The number of the last drawing of each section: an earlier one that ends later is dropped. */
const tickets = new WeakMap();

/**
 * Draw the pictures of a section one after the other, as long as it is open.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} section
 */
async function drawSection(shown, section) {
  const ticket = (tickets.get(section) || 0) + 1;
  tickets.set(section, ticket);
  await Promise.all([loadNamed("specs"), loadLibraries()]);
  const { source, runs, isNarrow } = shown;
  for (const figure of every(section, "figure[data-metric]")) {
    const isWanted = () => section.open && tickets.get(section) === ticket;
    const asked = { source, chart: chartOf(figure.dataset.metric || ""), runs, isNarrow, isWanted };
    await loadChart(asked);
    if (!isWanted()) return;
    const made = await fillChart(asked);
    if (!isWanted()) return;
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

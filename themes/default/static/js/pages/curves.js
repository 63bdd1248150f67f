// The curves of a run's page: as the server drew them, until the reader chooses an axis or smooths.

import { brought } from "../core/brought.js";
import { every, make, makeChoice, makeSmoothing, putHash, say, within } from "../core/dom.js";
import { AXES, readHash, writeHash } from "../core/hash.js";
import { loadLater, loadNamed, loadScript } from "../core/loading.js";
import { Source } from "../core/source.js";

/** @import { Pointed } from "../pointing/places.js" */
/** @typedef {{x: string, smooth: string}} CurveState */

/**
 * Make the controls; what the link asks for is drawn at once.
 * @param {string} id of the run
 */
export function startCurves(id) {
  const section = document.getElementById("curve-tools");
  if (!section) return;
  const view = readHash(location.hash);
  const state = { x: view.axis || "step", smooth: view.smooth || "" };
  const change = () => {
    const now = readHash(location.hash);
    now.axis = state.x === "step" ? "" : state.x;
    now.smooth = state.smooth;
    putHash(writeHash(now));
    drawCurves(id, state).catch(() => say("The curves could not be drawn, so they stay as they were built."));
  };
  const axis = makeChoice("X", AXES, state.x, (value) => {
    state.x = value;
    change();
  });
  const smooth = makeSmoothing(state.smooth);
  const told = make("output", {}, state.smooth || "0");
  smooth.addEventListener("input", () => {
    told.textContent = smooth.value;
  });
  smooth.addEventListener("change", () => {
    state.smooth = Number(smooth.value) ? smooth.value : "";
    change();
  });
  section.append(axis.label, make("label", {}, make("span", {}, "Smoothing"), " ", smooth, " ", told));
  section.hidden = false;
  if (view.axis || view.smooth) change();
  else startBuilt(id).catch(() => {}); // without its data a picture stays a picture
}

/**
 * The curves as they were built answer to a pointer.
 * @param {string} id of the run
 */
async function startBuilt(id) {
  const figures = every(document, ".curves figure[data-metric]");
  if (!figures.length) return;
  const [pointing] = await Promise.all([loadLater("pointing"), loadScript("run.js")]);
  const curves = brought.runs.get(id)?.curves;
  for (const figure of figures) {
    const metric = figure.dataset.metric || "";
    const curve = curves?.get(metric);
    const svg = figure.querySelector("svg");
    if (!curve || !svg) continue;
    const places = curve.value.flatMap((value, place) => (Number.isFinite(value) ? [place] : []));
    const x = places.map((place) => curve.step[place]);
    const y = places.map((place) => Number(curve.value[place]));
    /** @type {Pointed} */
    const told = {
      x: curve.ordered ? "Order" : "Step",
      y: metric,
      color: "",
      texts: [],
      lines: [[-1, metric, null, x, y]],
    };
    pointing.attach(within(figure, ".drawing"), svg, told, { hrefOf: () => "", idOf: () => "" });
  }
}

/** The number of the last drawing asked for: an earlier one that ends later is dropped. */
let drawings = 0;

/**
 * Draw the curves of a run's figures.
 * @param {string} id of the run
 * @param {CurveState} state
 */
export async function drawCurves(id, { x, smooth }) {
  const ticket = ++drawings;
  const [charts] = await Promise.all([loadLater("charts"), loadNamed("specs")]);
  if (!brought.runs.has(id)) await loadScript("run.js");
  await charts.loadLibraries();
  const source = pickedRun(id);
  for (const figure of every(document, ".curves figure[data-metric]")) {
    const chart = { type: "line", y: `metrics.${figure.dataset.metric}`, x, c: "", g: "", smooth, scale: "" };
    const made = await charts.fillChart({ source, chart, runs: [0], isNarrow: false });
    if (ticket !== drawings) return;
    if (!made.rows.length) continue; // run.js is of another build: the picture stays
    const drawing = within(figure, ".drawing");
    charts.makeSmall(made.spec, Math.max(200, drawing.clientWidth - 8), 170);
    const { container } = await charts.drawSpec(made);
    drawing.replaceChildren(container);
    await charts.answer(drawing, container, made, source);
  }
}

/**
 * This run as a source of one, for the charts.
 * @param {string} id
 */
function pickedRun(id) {
  const names = [...(brought.runs.get(id)?.curves.keys() || [])];
  const kind = { group: "metrics", kind: "number", files: [], distinct: 1, varies: false };
  const columns = names.map((label) => ({ name: `metrics.${label}`, label, ...kind }));
  const picked = new Source("", { runs: 1, columns });
  picked.values.set("run_id", [id]);
  picked.values.set("run_name", [document.querySelector("h1")?.textContent?.trim() || id]);
  picked.values.set("_curves", ["1"]);
  return picked;
}

// The curves of a run's page: as the server drew them, until the reader chooses an axis or smooths.

import { brought } from "../core/brought.js";
import { curveTools } from "../core/curve_tools.js";
import { crc32, followGrowth } from "../core/growing.js";
import { isInSight, whenQuiet } from "../core/quiet.js";
import { every, putHash, say, within } from "../core/dom.js";
import { readHash, writeHash } from "../core/hash.js";
import { loadLater, loadNamed } from "../core/loading.js";
import { Source } from "../core/source.js";
import { loadOwn } from "../core/sources.js";

/** @import { Pointed } from "../pointing/places.js" */
/** @import { Part } from "../pointing/zooming.js" */
/** @import { CurveState } from "../core/curve_tools.js" */

/**
 * Make the controls; what the link asks for is drawn at once.
 * @param {string} id of the run
 */
export function startCurves(id) {
  const section = document.getElementById("curve-tools");
  if (!section) return;
  const { axis, smooth } = readHash(location.hash);
  const state = { axis, smooth };
  const change = () => {
    putHash(writeHash({ ...readHash(location.hash), ...state }));
    drawCurves(id, state).catch(() => say("The curves could not be drawn, so they stay as they were built."));
  };
  let along = axis;
  const choose = () => {
    if (state.axis !== along) parts.clear(); // they were of another axis
    along = state.axis;
    change();
  };
  section.append(...curveTools(state, choose));
  section.hidden = false;
  const draw = whenQuiet((sums) => drawGrown(id, state, sums));
  followGrowth((grown) => draw(grown.get(id) || []));
  if (axis || smooth) change();
  else startBuilt(id).catch(() => {}); // without its data a picture stays a picture
}

/**
 * The curves as they were built answer to a pointer.
 * @param {string} id of the run
 */
async function startBuilt(id) {
  const figures = every(document, ".curves figure[data-metric]");
  if (!figures.length) return;
  const [pointing] = await Promise.all([loadLater("pointing"), loadOwn()]);
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
    const zoom = (/** @type {Part} */ part) => zoomTo(id, { axis: "", smooth: "" }, metric, part);
    pointing.attach(within(figure, ".drawing"), svg, told, { hrefOf: () => "", idOf: () => "", zoom });
  }
}

let drawings = 0;
/**
 * The number of the last drawing asked for of each metric: an earlier one that ends later is dropped.
 * @type {Map<string, number>}
 */
const latest = new Map();

/**
 * The parts of its axes that each metric is shown in.
 * @type {Map<string, Part>}
 */
const parts = new Map();

/**
 * Show a part of a metric's curve.
 * @param {string} id of the run
 * @param {CurveState} state
 * @param {string} metric
 * @param {Part} part
 */
function zoomTo(id, state, metric, part) {
  if (part.xlim || part.ylim) parts.set(metric, part);
  else if (!parts.delete(metric)) return;
  drawCurves(id, state, metric).catch(() => say("The part could not be drawn, so the picture stays."));
}

/**
 * Draw the curves that have grown and are in sight.
 * @param {string} id of the run
 * @param {CurveState} state
 * @param {Set<number>} sums of metrics
 * @returns {Promise<Set<number>>} those that are not in sight
 */
async function drawGrown(id, state, sums) {
  const rest = new Set();
  for (const figure of every(document, ".curves figure[data-metric]")) {
    const metric = figure.dataset.metric || "";
    const sum = crc32(metric);
    if (!sums.has(sum)) continue;
    if (isInSight(figure)) await drawCurves(id, state, metric);
    else rest.add(sum);
  }
  return rest;
}

/**
 * Draw the curves of a run's figures.
 * @param {string} id of the run
 * @param {CurveState} state
 * @param {string} [only] metric that is drawn alone
 */
export async function drawCurves(id, state, only) {
  const ticket = ++drawings;
  const { axis: x, smooth } = state;
  const figures = every(document, ".curves figure[data-metric]").filter(
    ({ dataset }) => only === undefined || dataset.metric === only,
  );
  for (const { dataset } of figures) latest.set(dataset.metric || "", ticket);
  const [charts] = await Promise.all([loadLater("charts"), loadNamed("specs")]);
  if (!brought.runs.has(id)) await loadOwn();
  await charts.loadLibraries();
  const source = pickedRun(id);
  for (const figure of figures) {
    const metric = figure.dataset.metric || "";
    const part = parts.get(metric) || { xlim: "", ylim: "" };
    const chart = { type: "line", y: `metrics.${metric}`, x, c: "", g: "", smooth, scale: "", ...part };
    const made = await charts.fillChart({ source, chart, runs: [0], isNarrow: false });
    if (ticket !== latest.get(metric)) continue;
    if (!made.rows.length) continue; // the data are of another build: the picture stays
    const drawing = within(figure, ".drawing");
    charts.makeSmall(made.spec, Math.max(200, drawing.clientWidth - 8), 170);
    const { container, view } = await charts.drawSpec(made);
    if (!charts.placeDrawn(drawing, container, view, () => ticket === latest.get(metric))) continue;
    const zoom = (/** @type {Part} */ own) => zoomTo(id, state, metric, own);
    await charts.answer(drawing, container, made, source, { zoom, isPart: parts.has(metric) });
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

// The live charts of a page. The built pictures stay until the reader changes something; only then are the
// chart libraries loaded.

import { brought } from "../core/brought.js";
import { every, say, within } from "../core/dom.js";
import { loadNamed } from "../core/loading.js";
import { keepHash } from "../table/update.js";
import { closeEditor, openEditor } from "./editor.js";
import { completeChart, fullNames } from "./choices.js";
import { builtFigure, figures } from "./shown_figures.js";
import { NAMING, TYPES, chartsText, plainChart } from "./fields.js";
import { drawFigure, dropFigure, emptyFigure, figureOf } from "./figure.js";
import { followSize } from "./following.js";
import { rememberRuns } from "./looks.js";

/** @import { BuiltChart } from "../core/brought.js" */
/** @import { Chart } from "../core/hash.js" */
/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */
/** @import { Figure } from "./figure.js" */

/** How long the table rests before the charts follow it. */
const CHART_PAUSE_MS = 250;

/** The charts as the page was built, as the hash would have them. */
let builtCharts = "";
/** @type {Promise<void> | null} */
let started = null;
const chartsOf = () => figures.map(({ chart }) => chart);

/**
 * Take over the page's charts; the link may ask for others.
 * @param {Shown} shown
 * @param {Chart[]} [charts] of a page that was built without any
 * @returns {Promise<void>}
 */
export function startFigures(shown, charts) {
  started = started || takeFigures(shown, charts);
  return started;
}

/**
 * @param {Shown} shown
 * @param {Chart[]} [charts]
 */
async function takeFigures(shown, charts) {
  await loadNamed("specs");
  for (const figure of every(document, "figure.chart[data-chart]")) {
    const built = brought.charts[figure.dataset.chart || ""];
    if (!built) continue;
    const chart = builtChart(shown, built);
    addOne(shown, figureOf(chart, figure, false));
    if (chart.built) rememberRuns(chart, chart.built);
  }
  const own = charts?.map((chart) => completeChart(shown.source, chart.type, chart, true));
  builtCharts = chartsText(own || chartsOf());
  const { written } = shown;
  shown.written = (view) => {
    const isBuilt = chartsText(chartsOf()) === builtCharts;
    return { ...written(view), charts: isBuilt ? null : chartsOf().map(plainChart) };
  };
  const asked = shown.view.charts || charts;
  if (asked) replaceFigures(shown, asked);
  let waiting = 0;
  shown.listeners.push(() => {
    clearTimeout(waiting);
    const follow = () => {
      for (const one of figures) if (one.isLive || shown.isNarrow) drawFigure(shown, one);
    };
    waiting = window.setTimeout(follow, CHART_PAUSE_MS); // the rows come first
  });
  if (shown.isNarrow) for (const one of figures) drawFigure(shown, one);
  followSize(figures, (one) => drawFigure(shown, one));
}

/**
 * @param {Shown} shown
 * @param {BuiltChart} built
 * @returns {OwnChart}
 */
function builtChart({ source }, built) {
  const chart = completeChart(source, built.type, built, true);
  return { ...chart, ...ofBuilt(built), runs: built.runs || "" };
}

/**
 * Which runs a chart was built with.
 * @param {BuiltChart} built
 */
function ofBuilt(built) {
  return { built: built.runs_built, order: built.order, cut: built.is_cut && built.y };
}

/**
 * @param {Shown} shown
 * @param {Figure} one
 */
function addOne(shown, one) {
  one.change = () => {
    drawFigure(shown, one);
    writeLink(shown);
  };
  figures.push(one);
  return one;
}

/**
 * What of the link cannot be shown, where the page tells of links.
 * @param {string} text
 */
function tellLink(text) {
  document.getElementById("advice")?.append(` ${text}`);
}

/**
 * Show exactly these charts.
 * @param {Shown} shown
 * @param {Chart[]} charts
 */
function replaceFigures(shown, charts) {
  figures.splice(0).forEach(dropFigure);
  for (const asked of charts) {
    if (Object.hasOwn(TYPES, asked.type)) makeFigure(shown, askedChart(shown, asked));
    else {
      const types = Object.keys(TYPES).join(", ");
      tellLink(`The link asks for a chart of type “${asked.type}”; there are ${types}.`);
    }
  }
  for (const one of figures) drawFigure(shown, one);
}

/**
 * A chart of a link with what it lacks; what it names in vain is told.
 * @param {Shown} shown
 * @param {Chart} asked
 * @returns {OwnChart}
 */
function askedChart({ source }, asked) {
  const chart = completeChart(source, asked.type, asked, true);
  for (const field of NAMING) {
    const wanted = asked[field];
    if (wanted === undefined || chart[field] === fullNames(source, asked.type, field, wanted)) continue;
    tellLink(`The link asks for a chart of “${wanted}”, which no run here has or this type cannot show.`);
  }
  for (const field of /** @type {const} */ (["xlim", "ylim"])) {
    if (asked[field] && chart[field] !== asked[field]) {
      tellLink(`The link asks for ${field} “${asked[field]}”, which is no range such as 0..0.5 here.`);
    }
  }
  if (chart.runs !== "built") return chart;
  const built = Object.values(brought.charts).find((one) => one.runs_built);
  return built ? { ...chart, ...ofBuilt(built) } : { ...chart, runs: "" };
}

/**
 * Add a figure to the page.
 * @param {Shown} shown
 * @param {OwnChart} chart
 */
function makeFigure(shown, chart) {
  const one = addOne(shown, figureOf(chart, emptyFigure(), true));
  const place = within(document, "section.charts");
  place.insertBefore(one.figure, place.querySelector(".add-chart"));
  closeEditor(shown, one, () => edit(shown, one));
  return one;
}

/**
 * @param {Shown} shown
 * @param {Figure} one
 */
function edit(shown, one) {
  openEditor(shown, one, {
    close: () => closeEditor(shown, one, () => edit(shown, one)).focus(),
    remove: () => removeFigure(shown, one),
    all: figures,
  });
  if (!one.isLive) drawFigure(shown, one);
}

/**
 * Add a chart, and open its editor.
 * @param {Shown} shown
 * @param {Chart} [asked] a scatter chart where none is
 */
export function addFigure(shown, asked = { type: "scatter" }) {
  const one = makeFigure(shown, completeChart(shown.source, asked.type, asked));
  one.change();
  edit(shown, one);
  one.figure.scrollIntoView({ block: "center" });
}

/**
 * Open the editor of a built chart.
 * @param {Shown} shown
 * @param {string} name
 */
export function editFigure(shown, name) {
  const one = builtFigure(name);
  if (one) edit(shown, one);
}

/**
 * The charts are part of the view's link.
 * @param {Shown} shown
 */
function writeLink(shown) {
  keepHash(shown);
  shown.tell();
}

/**
 * @param {Shown} shown
 * @param {Figure} one
 */
function removeFigure(shown, one) {
  figures.splice(figures.indexOf(one), 1);
  dropFigure(one);
  writeLink(shown);
  say("Removed the chart; “Reset view” brings the built ones back.");
}

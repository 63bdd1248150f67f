// The view as a table of runreport.toml: the next build draws it without script.

import { within } from "../core/dom.js";
import { writeChart } from "../core/hash.js";
import { plainChart, titleOf } from "./fields.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */

const quote = (/** @type {string} */ text) => JSON.stringify(text);
const list = (/** @type {string[]} */ texts) => `[${texts.map(quote).join(", ")}]`;

/**
 * A view of the page with its charts.
 * @param {Shown} shown
 * @param {OwnChart[]} charts
 */
export function configText(shown, charts) {
  const { source } = shown;
  const page = (within(document, "h1").textContent || "").trim();
  const name = `${page} ${charts.length ? titleOf(source, charts[0]) : ""}`.trim();
  const texts = charts.map((chart) => {
    const runs = chart.runs === "all" ? "all" : "";
    return writeChart(plainChart({ ...chart, runs }));
  });
  const isPicked = source.folder === "compare";
  const own = isPicked ? [`runs = ${list(source.valuesOf("run_id"))}`] : tableLines(shown, page);
  return [`[views.${quote(name)}]`, ...own, `charts = ${list(texts)}`, ""].join("\n");
}

/**
 * @param {Shown} shown
 * @param {string} experiment
 */
function tableLines({ view, box }, experiment) {
  const lines = [`experiments = ${list([experiment])}`];
  if (box.words.length) {
    const words = box.text.replace(/\s+/g, " ");
    lines.push(`# The words “${words}” of the filter box are no filter of a config.`);
  }
  const chosen = [...view.facets].map(([name, values]) => {
    const texts = [...values].map((value) => `'${value.replaceAll("'", "''")}'`);
    return `${filterName(name)} IN (${texts.join(", ")})`;
  });
  const ranges = [...view.ranges].flatMap(([name, [low, high]]) => [
    low && `${filterName(name)} >= ${low}`,
    high && `${filterName(name)} <= ${high}`,
  ]);
  const filter = [box.tree ? `(${box.text})` : "", ...chosen, ...ranges].filter(Boolean).join(" AND ");
  if (filter) lines.push(`filter = ${quote(filter)}`);
  return lines;
}

/**
 * A column as a filter names it.
 * @param {string} name
 */
function filterName(name) {
  const cut = name.indexOf(".");
  return cut > 0 ? `${name.slice(0, cut)}.\`${name.slice(cut + 1)}\`` : name;
}

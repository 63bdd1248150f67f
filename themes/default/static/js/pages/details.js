// A run without a page of its own: what its page would say, from a script that holds 256 runs.

import { brought } from "../core/brought.js";
import { byId, cellOf, make, scrolling } from "../core/dom.js";
import {
  MISSING,
  formatDuration,
  formatTime,
  formatValue,
  isSetTag,
  thousands,
  unsaid,
} from "../core/format.js";
import { readHash } from "../core/hash.js";
import { readNumber } from "../core/decoding.js";
import { siteUrl } from "../core/loading.js";
import { findIds } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { findSource, loadDetails, runPlace } from "../core/sources.js";
import { makeStatus } from "../table/cells.js";
import { drawCurves } from "./curves.js";

/** @import { RunData } from "../core/brought.js" */

/** Start the page. */
export async function startView() {
  const { id, e } = readHash(location.hash);
  const tell = (/** @type {string} */ text) => {
    byId("shown").textContent = text;
  };
  if (!id || !e[0]) return tell("The link names no run. Open a run from the table of its experiment.");
  let source;
  try {
    source = await findSource(`e/${e[0]}`);
    await source.load(ADDRESS);
  } catch {
    return tell(`The link names the experiment “${e[0]}”, whose data could not be loaded.`);
  }
  const ids = source.valuesOf("run_id");
  const { found } = findIds([id], ids);
  if (!found.length) return tell(`No run of this experiment, or more than one, has the ID “${id}”.`);
  if (!source.valuesOf("_view")[found[0]]) return location.replace(siteUrl(runPlace(source, found[0])));
  try {
    await loadDetails(source, found[0]);
  } catch {
    return tell("What this run logged could not be loaded.");
  }
  const record = brought.runs.get(ids[found[0]]);
  if (!record) return tell("What this run logged is not there.");
  drawTitle(record, source.folder);
  drawRun(record);
  await drawOwnCurves(record.run_id);
}

/**
 * @param {RunData} record
 * @param {string} folder of its experiment
 */
function drawTitle(record, folder) {
  document.title = `${record.run_name} – ${document.title}`;
  byId("name").textContent = record.run_name;
  byId("lead").replaceChildren(makeStatus(record.status), make("span", { class: "id" }, record.run_id));
  byId("crumbs").append(
    make("li", {}, make("a", { href: siteUrl(`${folder}/index.html`) }, record.experiment)),
    make("li", {}, make("span", { "aria-current": "page" }, record.run_name)),
  );
}

/** @param {RunData} record */
function drawRun(record) {
  const { start_time: start, end_time: end, tags, registered, artifacts } = record;
  const span = end === null || start === null ? MISSING : formatDuration(end - start);
  const note = tags["mlflow.note.content"];
  const facts = [
    ["Source", tags["mlflow.source.name"] || MISSING],
    ["Registered version", registered.join(", ") || "Not registered"],
    ["Start date", start === null ? MISSING : formatTime(start)],
    ["Duration", span],
  ];
  const section = (/** @type {string} */ title, /** @type {Node} */ content) =>
    make("section", {}, make("h2", {}, title), content);
  const files = artifacts.map((/** @type {any} */ { path, size_bytes: size }) => [path, thousands(size)]);
  byId("view").replaceChildren(
    ...(note ? [make("pre", { tabindex: "0", "aria-label": "Note" }, note)] : []),
    make(
      "dl",
      { class: "facts" },
      ...facts.map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text))),
    ),
    section("Metrics", makeTable(["Metric", "Last", "Min", "Max", "Points"], metricsOf(record))),
    section("Hyperparameters", makeTable(["Param", "Value"], Object.entries(record.params))),
    section(
      "Tags",
      makeTable(
        ["Tag", "Value"],
        Object.entries(tags).filter(([key]) => isSetTag(key)),
      ),
    ),
    section("Output files", makeTable(["Path", "Bytes"], files)),
    section("Environment", makeTable(["What", "Value"], environmentOf(record))),
  );
}

/** @param {RunData} record */
function metricsOf(record) {
  return Object.entries(record.metrics).map(([name, value]) => [
    name,
    ...["last", "min", "max"].map((key) => readNumber(value[key])),
    thousands(value.count),
  ]);
}

/**
 * What is known of where a run ran, packages aside.
 * @param {RunData} record
 */
function environmentOf(record) {
  return Object.entries(record.environment).flatMap(([key, value]) => {
    if (value === null || typeof value !== "object") return [[key, String(value)]];
    return Object.entries(value).map(([name, text]) => [`${key} ${name}`, String(text)]);
  });
}

/**
 * @param {string[]} heads
 * @param {any[][]} rows
 */
function makeTable(heads, rows) {
  if (!rows.length) return make("p", { class: "muted" }, "None.");
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const body = rows.map(([first, ...rest]) =>
    make("tr", {}, make("th", { scope: "row" }, first), ...rest.map(makeCell)),
  );
  const table = make("table", { class: "fields" }, make("thead", {}, head), make("tbody", {}, ...body));
  return scrolling(heads[0], table);
}

/**
 * A cell of a logged text or a number.
 * @param {string | number} value
 */
function makeCell(value) {
  const column = { kind: typeof value === "number" ? "number" : "text" };
  return make("td", cellOf("", unsaid(column, value)), formatValue(column, value));
}

/** @param {string} id */
async function drawOwnCurves(id) {
  const found = brought.runs.get(id);
  if (!found || !found.curves.size) return;
  const figures = [...found.curves.keys()].map((name) =>
    make("figure", { "data-metric": name }, make("figcaption", {}, name), make("div", { class: "drawing" })),
  );
  const curves = make("div", { class: "curves" }, ...figures);
  byId("view").append(make("section", {}, make("h2", {}, "Curves"), curves));
  await drawCurves(id, { axis: "", smooth: "" });
}

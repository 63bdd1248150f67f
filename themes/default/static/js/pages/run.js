// A run's page: what comes before and after it in the table it was opened from; the runs nested in it;
// its command to copy.

import { brought } from "../core/brought.js";
import { make, makeButton, say, scrolling, within } from "../core/dom.js";
import { formatTime, thousands } from "../core/format.js";
import { escapePart, readHash } from "../core/hash.js";
import { loadLater, siteUrl } from "../core/loading.js";
import { ADDRESS } from "../core/source.js";
import { findSource, loadOwn, loadPackages, runPlace } from "../core/sources.js";
import { makeStatus } from "../table/cells.js";
import { matchingRuns, sortRuns } from "../table/matching.js";
import { PARENT, Shown } from "../table/shown.js";
import { boxOf, neededColumns } from "../table/update.js";
import { startCurves } from "./curves.js";
import { startPlayers } from "./media.js";
import { startSections } from "./sections.js";

/** @import { Source } from "../core/source.js" */

const MOST_NESTED = 200;

/** Start the page. */
export async function startRun() {
  startReproduce();
  startSections();
  const { source: folder = "", run = "" } = document.body.dataset;
  startPackages(run);
  startDownload(run);
  try {
    const source = await findSource(folder);
    await source.load([...ADDRESS, "status", "start_time", PARENT]);
    showNested(source, run);
    await showNeighbours(source, run);
  } catch {
    /* without data the page stays as it was built */
  }
  startCurves(run);
  startPlayers(run).catch(() => {}); // without its data the page stays as it was built
}

/**
 * Earlier and later in the order of the view that the link carries, else by time.
 * @param {Source} source
 * @param {string} id
 */
async function showNeighbours(source, id) {
  const view = readHash(location.hash);
  if (view.w) return;
  const shown = new Shown(source, { ...view, p: 1, group: "" });
  if (view.q.trim()) await loadLater("filters");
  const box = boxOf(source, view.q);
  if (!box.error) shown.box = box;
  await source.load(neededColumns(shown));
  const runs = matchingRuns(source, shown.view, shown.box);
  if (view.sort) sortRuns(source, runs, view.sort);
  const ids = source.valuesOf("run_id"),
    names = source.valuesOf("run_name");
  const at = runs.findIndex((run) => ids[run] === id);
  if (at < 0 || runs.length < 2) return;
  const link = (
    /** @type {number | undefined} */ run,
    /** @type {string} */ text,
    /** @type {string} */ label,
  ) => {
    if (run === undefined) return "";
    const href = siteUrl(runPlace(source, run)) + location.hash;
    return make("a", { href, class: "button", "aria-label": `${label}: ${names[run]}` }, text);
  };
  const inView = view.sort || shown.isNarrow ? " in the view" : "";
  const told = `${thousands(at + 1)} of ${thousands(runs.length)}${inView}`;
  const place = make(
    "p",
    { class: "neighbours", id: "neighbours" },
    link(runs[at - 1], "←", "Previous run"),
    make("span", { class: "count" }, told),
    link(runs[at + 1], "→", "Next run"),
  );
  within(document, ".title").prepend(place);
}

/**
 * The runs that name this one as their parent.
 * @param {Source} source
 * @param {string} id
 */
function showNested(source, id) {
  const nested = source.valuesOf(PARENT).flatMap((parent, run) => (parent === id ? [run] : []));
  if (!nested.length) return;
  const own = (/** @type {string} */ name, /** @type {number} */ run) => source.valuesOf(name)[run];
  const items = nested
    .slice(0, MOST_NESTED)
    .map((run) =>
      make(
        "li",
        {},
        make("a", { href: siteUrl(runPlace(source, run)) }, own("run_name", run)),
        makeStatus(own("status", run)),
        make("time", {}, formatTime(own("start_time", run))),
      ),
    );
  const hash = `#v=1&q=${escapePart(`tags.\`mlflow.parentRunId\` = '${id}'`)}`;
  const href = siteUrl(`${source.folder}/index.html${hash}`);
  const count = make("span", { class: "count" }, thousands(nested.length));
  const place = make(
    "section",
    { id: "nested", "aria-label": "Nested runs" },
    make("h2", {}, "Nested runs ", count),
    make("ul", { class: "runs" }, ...items),
    make("p", {}, make("a", { href }, "Show them in the table")),
  );
  within(document, "section[aria-labelledby=files]").after(place);
}

/**
 * All packages are listed when a reader opens their list.
 * @param {string} id
 */
function startPackages(id) {
  const folded = document.querySelector("details.packages");
  const list = async () => {
    await loadOwn();
    const packages = await loadPackages(brought.runs.get(id));
    const rows = [...packages].map(([name, version]) =>
      make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, version)),
    );
    const table = make("table", { class: "fields" }, make("tbody", {}, ...rows));
    if (rows.length) folded?.append(scrolling("Packages", table));
  };
  // Without its data the list stays a link to the file.
  folded?.addEventListener("toggle", () => list().catch(() => {}), { once: true });
}

/**
 * The data of the run are saved as JSON, its packages among them.
 * @param {string} id
 */
function startDownload(id) {
  const link = document.getElementById("run-data");
  const save = async () => {
    const [tools] = await Promise.all([loadLater("tools"), loadOwn()]);
    const { curves = new Map(), ...run } = brought.runs.get(id) || {};
    const packages = Object.fromEntries(await loadPackages(brought.runs.get(id)));
    const text = JSON.stringify({ ...run, packages, curves: Object.fromEntries(curves) }, null, 1);
    tools.download(`${id}.json`, "application/json", text);
  };
  link?.addEventListener("click", (event) => {
    event.preventDefault();
    save().catch(() => say("The data of this run could not be loaded."));
  });
}

/** The command is copied with one click. */
function startReproduce() {
  const place = document.getElementById("reproduce-code");
  if (!place) return;
  const button = makeButton("Copy", async () => {
    const tools = await loadLater("tools");
    const isDone = await tools.copyText(place.textContent || "");
    button.textContent = isDone ? "Copied" : "Select the text to copy it";
  });
  place.parentElement?.after(button);
}

// What files and packages of chosen runs differ in: images, texts, requirements.

import { brought } from "../core/brought.js";
import { make, scrolling } from "../core/dom.js";
import { MISSING, plural } from "../core/format.js";
import { loadPackages, loadRun } from "../core/sources.js";
import { mediaPart } from "./side_media.js";
import { textsPart } from "./texts.js";

/** @import { RunData } from "../core/brought.js" */
/** @import { Shown } from "../table/shown.js" */

/** @typedef {{run: number, name: string, details: RunData}} Detailed */

/**
 * Draw what differs.
 * @param {Shown} shown
 * @param {HTMLElement} place
 */
export async function drawDifferences({ source, runs }, place) {
  const ids = source.valuesOf("run_id"),
    names = source.valuesOf("run_name");
  await Promise.all(runs.map((run) => loadRun(source, run)));
  const found = runs.flatMap((run) => {
    const details = brought.runs.get(ids[run]);
    return details ? [{ run, name: names[run], details }] : [];
  });
  const parts = [await mediaPart(source, found), textsPart(found), await packagesPart(found)];
  place.replaceChildren(...parts.flatMap((part) => part || []));
}

/**
 * Packages whose versions differ, a column a run.
 * @param {Detailed[]} runs
 */
async function packagesPart(runs) {
  const read = runs.map(async ({ name, details }) => ({ name, packages: await loadPackages(details) }));
  const own = (await Promise.all(read)).filter(({ packages }) => packages.size);
  if (own.length < 2) return null;
  const names = [...new Set(own.flatMap(({ packages }) => [...packages.keys()]))].sort();
  const differing = names.filter((name) => new Set(own.map(({ packages }) => packages.get(name))).size > 1);
  const title = make("h2", { id: "requirements" }, "Requirements");
  const section = make("section", { "aria-labelledby": "requirements" }, title);
  if (!differing.length) {
    const told = `All ${plural(names.length, "package")} are the same.`;
    section.append(make("p", { class: "muted" }, told));
    return section;
  }
  const heads = ["Package", ...own.map(({ name }) => name)].map((text) => make("th", { scope: "col" }, text));
  const rows = differing.map((name) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, name),
      ...own.map(({ packages }) => make("td", {}, packages.get(name) || MISSING)),
    ),
  );
  const table = make(
    "table",
    { class: "compared" },
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...rows),
  );
  section.append(scrolling("Packages that differ", table, " table"));
  return section;
}

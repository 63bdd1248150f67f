// Where run data comes from: the data of a folder, the details of a run.

import { brought } from "./brought.js";
import { escapePart, experimentIn } from "./hash.js";
import { loadScript, siteUrl } from "./loading.js";

/** @import { RunData } from "./brought.js" */
/** @import { Source } from "./source.js" */

/** Folders and manifests that a build makes. */
const FOLDER = /^(?:e\/[a-z0-9-]+|activity)$/;
const MANIFEST = /^columns-[0-9a-f]{12}\.js$/;
/** Runs whose details one script holds. */
const DETAILS_RUNS = 256;

/**
 * The data of a folder, by the manifest it has now.
 * @param {string} folder
 * @returns {Promise<Source>}
 */
export async function findSource(folder) {
  // A link may name any folder; a script that somebody logged as a file must not be run.
  if (!FOLDER.test(folder)) throw new Error(`No folder of runs: ${folder}`);
  if (!brought.sources.has(folder)) {
    await loadScript(siteUrl(`${folder}/data/latest.js`));
    const file = brought.latest.get(folder) || "";
    if (!MANIFEST.test(file)) throw new Error(`No manifest: ${file}`);
    await loadScript(siteUrl(`${folder}/data/${file}`));
  }
  const found = brought.sources.get(folder);
  if (!found) throw new Error(`No runs in ${folder}`);
  return found;
}

/**
 * Load the script that holds the details of a run without a page.
 * @param {Source} source
 * @param {number} run
 */
export async function loadDetails(source, run) {
  const { folder } = await findSource(source.valuesOf("_folder")[run] || source.folder);
  const number = source.valuesOf("_number")[run] ?? run; // its place in the data of its experiment
  await loadScript(siteUrl(`${folder}/data/details-${Math.floor(number / DETAILS_RUNS)}.js`));
}

/**
 * Load the script beside a run's page, or that of a run without one; a run that has none brings nothing.
 * @param {Source} source
 * @param {number} run
 */
export function loadRun(source, run) {
  if (brought.runs.has(source.valuesOf("run_id")[run])) return Promise.resolve();
  if (source.valuesOf("_view")[run]) return loadDetails(source, run);
  return loadScript(siteUrl(runPlace(source, run).replace(/html$/, "js"))).catch(() => {});
}

/**
 * The packages of a run whose data are there: versions by name; none where nobody recorded them.
 * @param {RunData | undefined} run
 * @returns {Promise<Map<string, string>>}
 */
export async function loadPackages(run) {
  const digest = run?.packages;
  if (!digest) return new Map();
  await loadScript(siteUrl(`shared/packages-${digest}.js`));
  return brought.packages.get(digest) || new Map();
}

/** Load the data of the run whose page is open. */
export function loadOwn() {
  return loadScript(document.getElementById("run-data")?.getAttribute("href") || "");
}

/**
 * How the lines of a picture lead to their runs.
 * @param {Source} source
 */
export function runWays(source) {
  const has = (/** @type {{run: number}} */ { run }) => run >= 0;
  return {
    hrefOf: (/** @type {{run: number}} */ line) => (has(line) ? runPlace(source, line.run) : ""),
    idOf: (/** @type {{run: number}} */ line) => (has(line) ? source.valuesOf("run_id")[line.run] : ""),
  };
}

/**
 * Way to a run's page, from the site's root.
 * @param {Source} source
 * @param {number} run
 */
export function runPlace(source, run) {
  const id = source.valuesOf("run_id")[run];
  const folder = source.valuesOf("_folder")[run] || source.folder;
  if (source.valuesOf("_view")[run]) {
    return `r/view.html#v=1&e=${escapePart(experimentIn(folder))}&id=${escapePart(id)}`;
  }
  const slug = source.valuesOf("_slug")[run] || id;
  return `r/${slug.slice(0, 2)}/${slug}.html`;
}

// What a page loads later: data scripts, and the scripts of a purpose when a reader asks for what they do.
// A page opened from disk may load no modules, so theme.toml's scripts are joined into classic ones;
// site/joining.py says how.

import { LATER } from "./files.js";

/**
 * @typedef {{
 *   filters: typeof import("../filters.js"),
 *   deltas: typeof import("../deltas.js"),
 *   tools: typeof import("../tools.js"),
 *   charts: typeof import("../charts.js"),
 *   pages: typeof import("../pages.js"),
 *   pointing: typeof import("../pointing.js"),
 * }} Later what the entries of the later scripts export, by their names in theme.toml
 */

/**
 * What was loaded so far.
 * @type {Partial<Later>}
 */
export const loaded = {};

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/**
 * An address of this site from the page that is open.
 * @param {string} path from the site's root
 */
export function siteUrl(path) {
  return (document.body.dataset.up || "") + path;
}

/**
 * Load a script of this site once.
 * @param {string} url
 * @returns {Promise<void>} rejects when it cannot be loaded
 */
export function loadScript(url) {
  const known = loading.get(url);
  if (known) return known;
  const promise = new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`Could not load ${url}`));
    document.head.append(script);
  });
  loading.set(url, promise);
  return promise;
}

/**
 * Load one of the theme's own scripts that the build names: those of theme.toml, and `specs`.
 * @param {string} name
 */
export function loadNamed(name) {
  return loadScript(siteUrl(LATER.find((path) => path.startsWith(`static/${name}-`)) || name));
}

/**
 * What a later script exports, loaded once.
 * @template {keyof Later} K
 * @param {K} name
 * @returns {Promise<Later[K]>} rejects when it cannot be loaded
 */
export async function loadLater(name) {
  await loadNamed(name);
  const found = loaded[name];
  if (!found) throw new Error(`The script ${name} brought nothing.`);
  return /** @type {Later[K]} */ (found);
}

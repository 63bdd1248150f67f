// What a browser keeps for this site.

import { siteUrl } from "./loading.js";

/**
 * Storage keys carry the place of the site, since a host may serve several.
 * @param {string} name
 */
function storageKey(name) {
  return `runreport ${new URL(siteUrl("") || "./", location.href).pathname} ${name}`;
}

/**
 * What was kept under a name; null where nothing was.
 * @param {string} name
 */
export function recall(name) {
  try {
    return localStorage.getItem(storageKey(name));
  } catch {
    return null; // private mode keeps nothing
  }
}

/**
 * Keep a text under a name.
 * @param {string} name
 * @param {string} value
 */
export function keep(name, value) {
  try {
    localStorage.setItem(storageKey(name), value);
  } catch {
    /* private mode keeps nothing */
  }
}

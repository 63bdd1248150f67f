// The runs that a link hides in the charts: hide=3fa9c1,88b0d2.

import { hidden } from "../core/looks.js";
import { findIds, shortIds } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { keepHash } from "../table/update.js";
import { setAllHidden } from "./hiding.js";

/** @import { Shown } from "../table/shown.js" */

/**
 * Ids of the link that no run here has: they stay in it.
 * @type {string[]}
 */
let missed = [];
let isStarted = false;

/**
 * Hide what the link hides, and nothing else.
 * @param {Shown} shown
 */
export async function hideFromLink({ source, view }) {
  if (!view.hide.length && !hidden.ids.size) return;
  await source.load(ADDRESS);
  const ids = source.valuesOf("run_id");
  const found = findIds(view.hide, ids);
  missed = found.missed;
  setAllHidden(found.found.map((run) => ids[run]));
}

/**
 * Hide what the link hides; what a reader hides later goes into the link.
 * @param {Shown} shown
 */
export async function startHidden(shown) {
  if (isStarted) return;
  isStarted = true;
  await hideFromLink(shown);
  hidden.listeners.push(() => {
    shown.view.hide = [...shortIds([...hidden.ids]), ...missed];
    keepHash(shown);
  });
}

// The runs that a link hides in the charts: hide=3fa9c1,88b0d2.

import { hidden } from "../core/looks.js";
import { findIds, shortIds } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { keepHash } from "../table/update.js";
import { setAllHidden } from "./hiding.js";

/** @import { Shown } from "../table/shown.js" */

/**
 * Hide what the link hides, and nothing else.
 * @param {Shown} shown
 */
export async function hideFromLink({ source, view }) {
  if (!view.hide.length && !hidden.ids.size) return;
  await source.load(ADDRESS);
  const ids = source.valuesOf("run_id");
  setAllHidden(findIds(view.hide, ids).found.map((run) => ids[run]));
}

/**
 * Hide what the link hides; what a reader hides later goes into the link.
 * @param {Shown} shown
 */
export async function startHidden(shown) {
  await hideFromLink(shown);
  hidden.listeners.push(() => {
    shown.view.hide = shortIds([...hidden.ids]);
    keepHash(shown);
  });
}

// The runs that a link hides in the charts: hide=3fa9c1,88b0d2.

import { hidden } from "../core/looks.js";
import { loadLater } from "../core/loading.js";
import { findIds, shortIds } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { keepHash } from "./update.js";

/** @import { Shown } from "./shown.js" */

/**
 * Hide what the link hides, and nothing else; what a reader hides later goes into the link.
 * @param {Shown} shown
 */
export async function hideFromLink(shown) {
  const { source, view } = shown;
  if (!view.hide.length && !hidden.ids.size) return;
  const [pointing] = await Promise.all([loadLater("pointing"), source.load(ADDRESS)]);
  const ids = source.valuesOf("run_id");
  pointing.setAllHidden(findIds(view.hide, ids).found.map((run) => ids[run]));
}

/**
 * Let the link follow what is hidden.
 * @param {Shown} shown
 */
export function keepHidden(shown) {
  hidden.listeners.push(() => {
    shown.view.hide = shortIds([...hidden.ids]);
    keepHash(shown);
  });
}

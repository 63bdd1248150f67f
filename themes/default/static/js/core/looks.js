// Which look each run of this page has: one in its row, its bar and its curves. Charts of curves give
// them; what tells groups apart is in charts/looks.js.

import { makeButton } from "./dom.js";
import { loadLater } from "./loading.js";

/** Looks that a chart has for what has no order: six colours, each solid, dashed and dotted. */
export const LOOKS = 18;

/**
 * Looks by run id.
 * @type {Map<string, number>}
 */
export const looks = new Map();

/**
 * Give runs that have none the first looks that no other run of the page has.
 * @param {string[]} ids
 */
export function giveLooks(ids) {
  const taken = new Set(looks.values());
  let free = 0;
  for (const id of ids) {
    if (looks.has(id)) continue;
    while (taken.has(free)) free++;
    if (free >= LOOKS) break;
    looks.set(id, free++);
  }
  document.querySelectorAll(".dot[data-look]").forEach(paintDot);
}

/**
 * Take the looks of runs that no chart of curves draws any more.
 * @param {Set<string>} drawn
 */
export function keepLooks(drawn) {
  for (const id of looks.keys()) if (!drawn.has(id)) looks.delete(id);
}

/** The runs that the reader hid in the charts, by id, and who wants to know when that changes. */
export const hidden = {
  /** @type {Set<string>} */
  ids: new Set(),
  /** @type {(() => void)[]} */
  listeners: [],
};

/**
 * The mark of a run's look beside its name, which shows and hides it in the charts; nothing where it has
 * none.
 * @param {string} id
 * @param {string} name of the run
 */
export function makeDot(id, name) {
  const toggle = async () => (await loadLater("pointing")).setHidden(id, !hidden.ids.has(id));
  const told = { "aria-label": `${name} in the charts`, "aria-pressed": String(!hidden.ids.has(id)) };
  const dot = makeButton("", toggle, { class: "dot", "data-look": id, ...told });
  paintDot(dot);
  return dot;
}

/** @param {Element} dot */
function paintDot(dot) {
  const look = looks.get(dot.getAttribute("data-look") || "");
  dot.className = look === undefined ? "dot" : `dot c${(look % 6) + 1} d${Math.floor(look / 6)}`;
}

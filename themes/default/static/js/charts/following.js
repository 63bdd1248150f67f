// Live charts follow the width of their places, and the screen that one may have for itself.

import { within } from "../core/dom.js";

/** @import { Figure } from "./figure.js" */

/** How long a window rests before its charts follow it. */
const PAUSE_MS = 250;

/**
 * Draw live figures anew when there is more or less room for them.
 * @param {Figure[]} figures of the page, as they are at any time
 * @param {(one: Figure) => void} draw
 */
export function followSize(figures, draw) {
  /** @type {WeakMap<Figure, number>} */
  const widths = new WeakMap();
  let waiting = 0;
  const follow = () => {
    for (const one of figures) {
      const width = within(one.figure, ".drawing").clientWidth;
      if (one.isLive && widths.get(one) !== width) draw(one);
      widths.set(one, width);
    }
  };
  for (const one of figures) widths.set(one, within(one.figure, ".drawing").clientWidth);
  addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(follow, PAUSE_MS);
  });
  document.addEventListener("fullscreenchange", () => {
    for (const one of figures) if (one.isLive) draw(one);
  });
}

// Which lines of the pictures are hidden: runs in all of them, groups in the one whose legend says so.

import { every } from "../core/dom.js";
import { hidden } from "../core/looks.js";
import { legendOf } from "./places.js";

/** @import { Picture } from "./places.js" */

/**
 * The pictures of the page that answer to a pointer.
 * @type {Picture[]}
 */
export const pictures = [];

/**
 * The lines of a picture that are not hidden.
 * @param {Picture} picture
 */
export function shownLines({ lines }) {
  return lines.filter(({ element }) => !element.classList.contains("off"));
}

/**
 * The entries of a legend show and hide what they stand for.
 * @param {Picture} picture
 * @param {() => void} changed
 */
export function startLegend(picture, changed) {
  for (const [text, entry] of legendOf(picture.svg, picture.told.texts)) {
    entry.classList.add("entry");
    entry.addEventListener("click", () => {
      const own = picture.lines.filter(({ color }) => color === text);
      const isOff = !entry.classList.contains("off");
      for (const line of own) {
        const id = picture.idOf(line);
        if (id && picture.told.texts.includes(line.name)) setHidden(id, isOff);
        else line.element.classList.toggle("off", isOff);
      }
      entry.classList.toggle("off", isOff);
      changed();
    });
  }
}

/**
 * Hide a run in all pictures, or show it again.
 * @param {string} id
 * @param {boolean} isOff
 */
export function setHidden(id, isOff) {
  if (isOff) hidden.add(id);
  else hidden.delete(id);
  for (const picture of pictures) showHidden(picture);
  for (const dot of every(document, `.dot[data-look="${CSS.escape(id)}"]`)) {
    dot.setAttribute("aria-pressed", String(!isOff));
  }
}

/**
 * Hide what is hidden of a picture that came later.
 * @param {Picture} picture
 */
export function showHidden(picture) {
  const entries = new Map(legendOf(picture.svg, picture.told.texts));
  for (const line of picture.lines) {
    const id = picture.idOf(line);
    if (!id || picture.isPoints) continue;
    line.element.classList.toggle("off", hidden.has(id));
    if (line.color === line.name) entries.get(line.name)?.classList.toggle("off", hidden.has(id));
  }
}

// Which lines of the pictures are hidden: runs in all of them, groups in the one whose legend says so.

import { every } from "../core/dom.js";
import { hidden } from "../core/looks.js";
import { legendOf } from "./places.js";

/** @import { Line, Picture } from "./places.js" */

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
  return lines.filter((line) => !isHidden(line));
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
      for (const line of own) hideLine(picture, line, isOff);
      changed();
    });
  }
}

/**
 * Hide a line, or show it again: in all pictures where a legend names its run.
 * @param {Picture} picture
 * @param {Line} line
 * @param {boolean} isOff
 */
function hideLine(picture, line, isOff) {
  const id = picture.idOf(line);
  if (id && picture.told.texts.includes(line.name)) setHidden(id, isOff);
  else hideGroup(picture, line.color ?? line.name, isOff);
}

/**
 * The groups that are hidden in a region, which outlives its pictures.
 * @type {WeakMap<HTMLElement, Set<string>>}
 */
const hiddenGroups = new WeakMap();

/**
 * Hide the lines of one text of the legend in a picture, or show them again.
 * @param {Picture} picture
 * @param {string} text
 * @param {boolean} isOff
 */
function hideGroup(picture, text, isOff) {
  const groups = hiddenGroups.get(picture.drawing) || new Set();
  if (isOff) groups.add(text);
  else groups.delete(text);
  hiddenGroups.set(picture.drawing, groups);
  showHidden(picture);
}

/**
 * Hide the line of a picture that is meant, as its entry of the legend does.
 * @param {Picture} picture
 * @param {Line} line
 */
export function hideMeant(picture, line) {
  const id = picture.idOf(line);
  if (id) setHidden(id, true);
  else hideLine(picture, line, true);
}

/** Show all lines of all pictures. */
export function showLines() {
  for (const { drawing } of pictures) hiddenGroups.delete(drawing);
  setAllHidden([]);
}

/** @param {Line} line */
const isHidden = ({ element }) => element.classList.contains("off");

/**
 * Hide a run in all pictures, or show it again.
 * @param {string} id
 * @param {boolean} isOff
 */
export function setHidden(id, isOff) {
  const others = [...hidden.ids].filter((other) => other !== id);
  setAllHidden(isOff ? [...others, id] : others);
}

/**
 * Hide exactly these runs in all pictures.
 * @param {string[]} ids
 */
export function setAllHidden(ids) {
  const changed = new Set([...hidden.ids, ...ids]);
  hidden.ids = new Set(ids);
  for (const picture of pictures) showHidden(picture);
  for (const dot of every(document, ".dot[data-look]")) {
    const id = dot.dataset.look || "";
    if (changed.has(id)) dot.setAttribute("aria-pressed", String(!hidden.ids.has(id)));
  }
  for (const listener of hidden.listeners) listener();
}

/**
 * Hide what is hidden of a picture that came later.
 * @param {Picture} picture
 */
export function showHidden(picture) {
  const groups = hiddenGroups.get(picture.drawing) || new Set();
  if (picture.isPoints) return;
  for (const line of picture.lines) {
    line.element.classList.toggle(
      "off",
      hidden.ids.has(picture.idOf(line)) || groups.has(line.color ?? line.name),
    );
  }
  for (const [text, entry] of legendOf(picture.svg, picture.told.texts)) {
    const own = picture.lines.filter(({ color }) => color === text);
    entry.classList.toggle("off", own.length > 0 && own.every(isHidden));
  }
}

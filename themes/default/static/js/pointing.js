// Pictures that answer to a pointer and to keys, loaded on pages that have any: what was built answers
// before any chart library is there.

import { every, say } from "./core/dom.js";
import { formatNumber } from "./core/format.js";
import { siteUrl } from "./core/loading.js";
import { spotAt, spotOf, spotOfValue } from "./pointing/finding.js";
import { clearSpot, drawSpot, showSpotTip, spotTold, xText } from "./pointing/overlay.js";
import { pictures, showHidden, shownLines, startLegend } from "./pointing/hiding.js";
import { readMarks, readSmall } from "./pointing/places.js";
import { startZoom } from "./pointing/zooming.js";

/** @import { Line, Picture, Pointed } from "./pointing/places.js" */
/** @import { Part } from "./pointing/zooming.js" */
/** @import { Spot } from "./pointing/finding.js" */

export { setHidden } from "./pointing/hiding.js";

/**
 * How the lines of a picture lead to runs: the address of a line's run from the site's root, and its id;
 * empty where it has none. `zoom` shows a part of the picture, where that can be; `isPart`: it is one.
 * @typedef {{hrefOf: (line: Line) => string, idOf: (line: Line) => string,
 *   zoom?: (part: Part) => void, isPart?: boolean}} Ways
 */

/**
 * Let a picture answer; a picture that does not hold what is told of it stays as it is.
 * @param {HTMLElement} drawing the region that it is in
 * @param {SVGSVGElement} svg
 * @param {Pointed} told
 * @param {Ways} ways
 * @returns {boolean} whether it does
 */
export function attach(drawing, svg, told, ways) {
  const read = svg.classList.contains("curve") ? readSmall(svg, told) : readMarks(svg, told);
  if (!read) return false;
  /** @type {Picture} */
  const picture = { svg, drawing, told, ...read, ...ways };
  const stay = pictures.filter((one) => one.svg.isConnected && one.svg !== svg);
  pictures.splice(0, pictures.length, ...stay, picture);
  svg.classList.add("points");
  svg.addEventListener("pointermove", (event) => point(picture, event));
  svg.addEventListener("pointerdown", (event) => point(picture, event));
  svg.addEventListener("pointerleave", () => leave());
  svg.addEventListener("click", (event) => follow(picture, event));
  answerKeys(picture);
  startLegend(picture, leave);
  if (ways.zoom) startZoom(picture, ways.zoom, leave);
  showHidden(picture);
  return true;
}

/**
 * The pointer is somewhere in a picture.
 * @param {Picture} picture
 * @param {PointerEvent} event
 */
function point(picture, event) {
  const matrix = picture.frame.getScreenCTM();
  if (!matrix) return;
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
  const { begin, width, height } = picture;
  const isInside =
    x >= begin.left - 6 && x <= begin.left + width + 6 && y >= begin.top - 6 && y <= begin.top + height + 6;
  const spot = isInside ? spotAt(picture, shownLines(picture), x, y) : null;
  if (spot) show(picture, spot, event.clientX, event.clientY);
  else leave();
}

/** @type {Spot | null} */
let current = null;

/**
 * Show a spot, and the same place in the other pictures.
 * @param {Picture} picture
 * @param {Spot} spot
 * @param {number} x of the screen
 * @param {number} y
 */
function show(picture, spot, x, y) {
  current = spot;
  drawSpot(picture, spot);
  showSpotTip(spotTold(picture, spot), x, y);
  picture.svg.classList.toggle("leads", Boolean(spot.meant && picture.hrefOf(spot.meant)));
  emphasise(spot.meant ? picture.idOf(spot.meant) : "", spot.meant);
  for (const other of pictures) if (other !== picture) showLinked(other, picture, spot);
}

/**
 * The same place in a picture along the same axis.
 * @param {Picture} other
 * @param {Picture} picture
 * @param {Spot} spot
 */
function showLinked(other, picture, spot) {
  const isAlong = !picture.isPoints && !other.isPoints && other.told.x === picture.told.x;
  const own = isAlong ? spotOfValue(shownLines(other), spot.x) : null;
  if (own) drawSpot(other, own, true);
  else clearSpot(other);
}

function leave() {
  current = null;
  showSpotTip(null);
  emphasise("", null);
  for (const picture of pictures) clearSpot(picture);
}

/** @type {string | null} */
let emphasised = null;

/**
 * Bring a run out in all pictures and in the table.
 * @param {string} id of the run; empty for none
 * @param {Line | null} line of a picture, where no run is known
 */
function emphasise(id, line) {
  const key = id || (line ? line.name : "");
  if (emphasised === key) return;
  emphasised = key;
  for (const picture of pictures) {
    const own = picture.lines.filter((one) => one === line || (id && picture.idOf(one) === id));
    picture.svg.classList.toggle("meant", own.length > 0);
    for (const one of picture.lines) one.element.classList.toggle("near", own.includes(one));
  }
  for (const row of every(document, "#run-table tr.near")) row.classList.remove("near");
  if (id) document.querySelector(`#run-table tr[data-run="${CSS.escape(id)}"]`)?.classList.add("near");
}

/** Rows of the table bring their runs out, too. */
export function startRows() {
  const table = document.getElementById("run-table");
  const rowOf = (/** @type {Event} */ event) =>
    event.target instanceof Element ? event.target.closest("tr[data-run]") : null;
  table?.addEventListener("pointerover", (event) =>
    emphasise(rowOf(event)?.getAttribute("data-run") || "", null),
  );
  table?.addEventListener("pointerleave", () => emphasise("", null));
}

/** How long a click may wait for a second one. */
const DOUBLE_MS = 300;
let opening = 0;

/**
 * Open the run that is meant.
 * @param {Picture} picture
 * @param {MouseEvent} event
 */
function follow(picture, event) {
  const href = current?.meant ? picture.hrefOf(current.meant) : "";
  const isTouched = event instanceof PointerEvent && event.pointerType === "touch";
  if (!href || isTouched) return; // a finger has no other way to ask what is there
  if (event.ctrlKey || event.metaKey) {
    window.open(siteUrl(href));
    return;
  }
  clearTimeout(opening); // of a part, a second click asks for all of it
  const open = () => {
    location.href = siteUrl(href);
  };
  if (!picture.isPart) open();
  else if (event.detail < 2) opening = window.setTimeout(open, DOUBLE_MS);
}

/**
 * The regions that answer to keys: they outlive their pictures.
 * @type {WeakSet<HTMLElement>}
 */
const answering = new WeakSet();

/**
 * The picture that a region shows now: as it was built, one for wide screens or one for small ones.
 * @param {HTMLElement} drawing
 */
function shownIn(drawing) {
  return pictures.find((one) => one.drawing === drawing && one.svg.isConnected && one.svg.checkVisibility());
}

/**
 * Keys of a picture that has the focus: along x, between lines, into a run.
 * @param {Picture} picture
 */
function answerKeys(picture) {
  const { drawing, told } = picture;
  if (answering.has(drawing)) return;
  answering.add(drawing);
  if (!drawing.hasAttribute("tabindex")) {
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute("aria-label", `${told.y} by ${told.x}: arrow keys walk along it`);
  }
  drawing.addEventListener("blur", () => leave());
  drawing.addEventListener("keydown", (event) => {
    const shown = shownIn(drawing);
    if (!shown || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") leave();
    else if (event.key === "Enter" && current?.meant && shown.hrefOf(current.meant)) {
      location.href = siteUrl(shown.hrefOf(current.meant));
    } else if (!moveTo(shown, event.key)) return;
    event.preventDefault();
  });
}

/**
 * Go on from the current spot.
 * @param {Picture} picture
 * @param {string} key
 * @returns {boolean} whether it is one of ours
 */
function moveTo(picture, key) {
  const lines = shownLines(picture);
  const places = [...new Set(lines.flatMap(({ left }) => left))].sort((a, b) => a - b);
  if (!places.length || !["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key)) {
    return false;
  }
  const before = current ? places.indexOf(current.left) : -1;
  let at = before < 0 ? places.length - 1 : before;
  if (key === "Home") at = 0;
  else if (key === "End") at = places.length - 1;
  else if (before >= 0 && key === "ArrowLeft") at = Math.max(0, at - 1);
  else if (before >= 0 && key === "ArrowRight") at = Math.min(places.length - 1, at + 1);
  const spot = spotOf(lines, places[at], null);
  const inOrder = spot.points
    .filter((own) => !picture.isPoints || own.line.left[0] === places[at])
    .sort((a, b) => b.line.y[b.at] - a.line.y[a.at]);
  const named = inOrder.findIndex(({ line }) => line === current?.meant);
  const step = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  const own = inOrder[Math.max(0, Math.min(inOrder.length - 1, named + (named < 0 ? 1 : step)))];
  const points = picture.isPoints ? [own] : spot.points;
  const whole = { ...spot, points, x: own.line.x[own.at], meant: own.line };
  const matrix = picture.frame.getScreenCTM();
  const screen = new DOMPoint(own.line.left[own.at], own.line.top[own.at]).matrixTransform(
    matrix || undefined,
  );
  show(picture, whole, screen.x, screen.y);
  say(
    `${picture.told.x} ${xText(picture, whole.x)}: ${own.line.name} ${formatNumber(own.line.y[own.at], 5)}`,
  );
  return true;
}

// A picture that answers to a pointer and to keys.

import { every } from "../core/dom.js";
import { siteUrl } from "../core/loading.js";
import { spotAt, spotOfValue } from "./finding.js";
import { clearSpot, drawSpot, showSpotTip, spotTold } from "./overlay.js";
import { pictures, showHidden, shownLines, startLegend } from "./hiding.js";
import { answerKeys } from "./keys.js";
import { startBrush } from "./brushing.js";
import { readMarks, readSmall } from "./places.js";
import { startZoom } from "./zooming.js";

/** @import { Line, Picture, Pointed } from "./places.js" */
/** @import { Part } from "./zooming.js" */
/** @import { Brush, IsKept } from "./brushing.js" */
/** @import { Spot } from "./finding.js" */

/**
 * How the lines of a picture lead to runs: the address of a line's run from the site's root, and its id;
 * empty where it has none. `zoom` shows a part of the picture, where that can be; `isPart`: it is one.
 * `brush` keeps the runs that have what these have in a column, or all; `isKept`: whether one has.
 * @typedef {{hrefOf: (line: Line) => string, idOf: (line: Line) => string,
 *   zoom?: (part: Part) => void, isPart?: boolean, brush?: Brush, isKept?: IsKept}} Ways
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
  answerKeys(picture, { spot: () => current, show, leave });
  startLegend(picture, leave);
  if (told.axes) startBrush(picture, leave);
  else if (ways.zoom) startZoom(picture, ways.zoom, leave);
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
  const isAlong =
    !picture.isPoints && !other.isPoints && !picture.told.axes && other.told.x === picture.told.x;
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
  clearTimeout(opening); // of a part or an axis, a second click asks for all of it
  const open = () => {
    location.href = siteUrl(href);
  };
  if (!picture.isPart && !(picture.told.axes && picture.brush)) open();
  else if (event.detail < 2) opening = window.setTimeout(open, DOUBLE_MS);
}

// What is drawn over a picture while a pointer is in it: a line along x, a ring at each point, and the values
// in words.

import { make } from "../core/dom.js";
import { formatNumber, fullTime, unsaid } from "../core/format.js";

/** @import { Line, Picture } from "./places.js" */
/** @import { Spot } from "./finding.js" */

const SVG = "http://www.w3.org/2000/svg";
/** Lines of a picture that are named with their values. */
const MOST_TOLD = 12;

/**
 * An element of a picture.
 * @param {string} tag
 * @param {Object<string, string | number>} attributes
 */
export function makeSvg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * The colour that a line is drawn in.
 * @param {Line} line
 */
function colourOf({ element }) {
  const { stroke, fill } = getComputedStyle(element);
  return stroke && stroke !== "none" ? stroke : fill;
}

/**
 * Draw the line along x and the rings of a spot, in place of those there are.
 * @param {Picture} picture
 * @param {Spot} spot
 * @param {boolean} [isTold] write the value of a single line beside it
 */
export function drawSpot(picture, spot, isTold = false) {
  clearSpot(picture);
  const { frame, begin, height } = picture;
  const layer = makeSvg("g", { class: "pointing" });
  const x = spot.left;
  if (!picture.isPoints) {
    layer.append(makeSvg("line", { x1: x, x2: x, y1: begin.top, y2: begin.top + height }));
  }
  const rings = picture.told.axes ? spot.points.filter(({ line }) => line === spot.meant) : spot.points;
  for (const { line, at } of rings) {
    const ring = makeSvg("circle", { cx: line.left[at], cy: line.top[at], r: picture.isPoints ? 6 : 3.5 });
    ring.style.stroke = colourOf(line);
    layer.append(ring);
  }
  if (isTold && spot.points.length === 1) layer.append(valueOf(picture, spot));
  frame.append(layer);
}

/**
 * The value of a spot's only point, beside it.
 * @param {Picture} picture
 * @param {Spot} spot
 */
function valueOf({ begin, width }, { points: [{ line, at }] }) {
  const isRight = line.left[at] > begin.left + width / 2;
  const place = { x: line.left[at] + (isRight ? -8 : 8), y: Math.max(line.top[at] - 8, begin.top + 10) };
  const text = makeSvg("text", { ...place, "text-anchor": isRight ? "end" : "start" });
  text.textContent = formatNumber(line.y[at], 5);
  return text;
}

/**
 * Take what is drawn over a picture away.
 * @param {Picture} picture
 */
export function clearSpot({ frame }) {
  frame.querySelector(":scope > .pointing")?.remove();
}

/**
 * A value along x in words.
 * @param {Picture} picture
 * @param {any} x
 */
export function xText({ told }, x) {
  if (typeof x !== "number") return String(x);
  return told.time ? `${fullTime(x)}` : formatNumber(x, 6);
}

/**
 * What a spot says: the place along x, and the lines with their values, greatest first, those around the one
 * that is meant where there are too many.
 * @param {Picture} picture
 * @param {Spot} spot
 */
export function spotTold(picture, spot) {
  const { told } = picture;
  if (picture.isPoints) return pointTold(picture, spot.points[0]);
  if (told.axes) return axesTold(spot);
  const inOrder = fromTop(spot.points);
  const place = inOrder.findIndex(({ line }) => line === spot.meant);
  const first = Math.max(0, Math.min(place - MOST_TOLD / 2, inOrder.length - MOST_TOLD));
  const shown = inOrder.slice(first, first + MOST_TOLD);
  const head = make("div", { class: "head" }, make("span", {}, told.x), ` ${xText(picture, spot.x)}`);
  const rows = shown.map(({ line, at }) => {
    const swatch = make("i", { class: "swatch" });
    swatch.style.background = colourOf(line);
    const isMeant = line === spot.meant;
    const where = line.x[at] === spot.x ? "" : ` at ${xText(picture, line.x[at])}`;
    const name = make("span", { class: "name" }, line.name);
    const text = make("b", {}, isMeant ? wholeText(line.y[at]) : shortText(line.y[at]));
    return make("div", isMeant ? { class: "row meant" } : { class: "row" }, swatch, name, text, where);
  });
  const rest = inOrder.length - shown.length;
  if (rest > 0) rows.push(make("div", { class: "rest" }, `and ${rest} more`));
  return [head, ...rows];
}

/**
 * Points of a place along x, the highest first, as its greatest value is.
 * @param {{line: Line, at: number}[]} points
 */
export function fromTop(points) {
  const isAmount = points.every(({ line, at }) => typeof line.y[at] === "number");
  if (isAmount) return [...points].sort((a, b) => b.line.y[b.at] - a.line.y[a.at]);
  return [...points].sort((a, b) => a.line.top[a.at] - b.line.top[b.at]);
}

/**
 * A value of a line, short.
 * @param {number | string} value
 */
export const shortText = (value) => (typeof value === "number" ? formatNumber(value, 5) : value);

/**
 * A value with the digits that its spelling leaves out.
 * @param {number | string} value
 */
function wholeText(value) {
  if (typeof value === "string") return value;
  const rest = unsaid({ kind: "number" }, value);
  return rest ? `${formatNumber(value)} (${rest})` : formatNumber(value);
}

/**
 * What a line through parallel axes says: its value on each.
 * @param {Spot} spot
 */
function axesTold({ meant, points }) {
  const line = meant || points[0].line;
  const rows = line.x.map((axis, at) => {
    const name = make("span", { class: "name" }, axis);
    return make("div", { class: at === points[0].at ? "row meant" : "row" }, name, make("b", {}, line.y[at]));
  });
  return [make("div", { class: "head" }, line.name), ...rows];
}

/**
 * What a single point says.
 * @param {Picture} picture
 * @param {{line: Line, at: number}} point
 */
function pointTold(picture, { line, at }) {
  const { told } = picture;
  const x = line.x[at];
  const rows = [
    [told.y, wholeText(line.y[at])],
    [told.x, typeof x === "number" && !told.time ? wholeText(x) : xText(picture, x)],
  ];
  if (line.color !== null && told.color) rows.push([told.color, line.color]);
  const head = make("div", { class: "head" }, line.name);
  return [
    head,
    ...rows.map(([name, text]) =>
      make("div", { class: "row" }, make("span", { class: "name" }, name), make("b", {}, text)),
    ),
  ];
}

/** @type {HTMLElement | null} */
let tip = null;

/**
 * Show what is told beside a place of the screen, or hide it.
 * @param {HTMLElement[] | null} told
 * @param {number} [x]
 * @param {number} [y]
 */
export function showSpotTip(told, x = 0, y = 0) {
  if (!tip) {
    tip = make("div", { class: "tip spot", role: "tooltip", "aria-hidden": "true" });
    document.body.append(tip);
  }
  tip.hidden = !told;
  if (!told) return;
  tip.replaceChildren(...told);
  const { offsetWidth, offsetHeight } = tip;
  const isLeft = x + 18 + offsetWidth > innerWidth - 8;
  tip.style.left = `${Math.max(8, isLeft ? x - 18 - offsetWidth : x + 18)}px`;
  tip.style.top = `${Math.max(8, Math.min(y - offsetHeight / 2, innerHeight - offsetHeight - 8))}px`;
}

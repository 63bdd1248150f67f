// Drag over a picture to see a part of it, double click to see all again.

import { endsText } from "../charts/limits.js";
import { makeSvg } from "./overlay.js";

/** @import { Picture } from "./places.js" */

/**
 * A part of a picture by the ends of its axes, as charts write these; empty texts for all of it.
 * @typedef {{xlim: string, ylim: string}} Part
 */

/** Units of a picture that a pointer must move before it drags. */
const LEAST = 6;
/** Below, or above that of the whole picture less these, a drag is along x only. */
const LEAST_HIGH = 24;

/**
 * How a place along an axis stands to its value, from two pairs that are far apart: linear or logarithmic,
 * whichever the pairs between bear out; null where neither does, as on an axis of words.
 * @param {[place: number, value: any][]} pairs
 * @returns {((place: number) => number) | null}
 */
export function valueAt(pairs) {
  const known = pairs.filter(([place, value]) => Number.isFinite(place) && Number.isFinite(value));
  if (known.length < 2) return null;
  const first = known.reduce((a, b) => (b[0] < a[0] ? b : a)),
    last = known.reduce((a, b) => (b[0] > a[0] ? b : a));
  if (last[0] - first[0] < 1 || first[1] === last[1]) return null;
  const share = (/** @type {number} */ place) => (place - first[0]) / (last[0] - first[0]);
  const linear = (/** @type {number} */ place) => first[1] + share(place) * (last[1] - first[1]);
  const log = (/** @type {number} */ place) => first[1] * (last[1] / first[1]) ** share(place);
  const span = Math.abs(last[1] - first[1]) / (last[0] - first[0]); // the value of a unit
  const fits = (/** @type {(place: number) => number} */ form) =>
    known.every(([place, value]) => Math.abs(form(place) - value) <= Math.max(span, Math.abs(value) * 0.02));
  if (fits(linear)) return linear;
  return first[1] > 0 && last[1] > 0 && fits(log) ? log : null;
}

/**
 * Let a picture be zoomed.
 * @param {Picture} picture
 * @param {(part: Part) => void} zoom
 * @param {() => void} leave nothing is pointed at while a pointer drags
 */
export function startZoom(picture, zoom, leave) {
  const { svg, frame, begin, width, height } = picture;
  /** @type {{left: number, top: number} | null} */
  let from = null;
  /** @type {Element | null} */
  let box = null;
  const placeOf = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const place = new DOMPoint(clientX, clientY).matrixTransform(frame.getScreenCTM()?.inverse());
    const within = (/** @type {number} */ own, /** @type {number} */ low, /** @type {number} */ size) =>
      Math.min(low + size, Math.max(low, own));
    return { left: within(place.x, begin.left, width), top: within(place.y, begin.top, height) };
  };
  const partTo = (/** @type {{left: number, top: number}} */ to) => {
    if (!from) return null;
    const isHigh = Math.abs(to.top - from.top) >= LEAST_HIGH;
    return {
      left: Math.min(from.left, to.left),
      width: Math.abs(to.left - from.left),
      top: isHigh ? Math.min(from.top, to.top) : begin.top,
      height: isHigh ? Math.abs(to.top - from.top) : height,
      isHigh,
    };
  };
  const end = () => {
    box = from = box?.remove() || null;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls
    from = placeOf(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) end(); // it was let go elsewhere
    const part = partTo(placeOf(event));
    if (!part || (!box && part.width < LEAST)) return;
    leave();
    if (!box) {
      box = makeSvg("rect", { class: "zoomed" });
      frame.append(box);
      svg.setPointerCapture(event.pointerId);
    }
    for (const [name, own] of /** @type {const} */ ([
      ["x", "left"],
      ["y", "top"],
      ["width", "width"],
      ["height", "height"],
    ])) {
      box.setAttribute(name, String(part[own]));
    }
  });
  svg.addEventListener("pointerup", (event) => {
    const part = box && partTo(placeOf(event));
    end();
    if (!part || part.width < LEAST) return;
    swallowClick(svg);
    const asked = partOf(picture, part);
    if (asked) zoom(asked);
  });
  svg.addEventListener("pointercancel", end);
  svg.addEventListener("dblclick", () => zoom({ xlim: "", ylim: "" }));
}

/**
 * The end of a drag is no click on what lies there.
 * @param {SVGSVGElement} svg
 */
function swallowClick(svg) {
  const swallow = (/** @type {Event} */ click) => click.stopImmediatePropagation();
  svg.addEventListener("click", swallow, { capture: true });
  setTimeout(() => svg.removeEventListener("click", swallow, { capture: true }));
}

/**
 * A part of a picture in the values of its axes; null where x has no values.
 * @param {Picture} picture
 * @param {{left: number, width: number, top: number, height: number, isHigh: boolean}} part
 * @returns {Part | null}
 */
function partOf({ lines }, { left, width, top, height, isHigh }) {
  const pairs = (/** @type {number[]} */ places, /** @type {any[]} */ values) =>
    places.map((place, at) => /** @type {[number, any]} */ ([place, values[at]]));
  const across = valueAt(lines.flatMap((line) => pairs(line.left, line.x)));
  const down = valueAt(lines.flatMap((line) => pairs(line.top, line.y)));
  if (!across) return null;
  const xlim = endsText(across(left), across(left + width));
  const ylim = isHigh && down ? endsText(down(top + height), down(top)) : "";
  return { xlim, ylim };
}

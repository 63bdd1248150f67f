// A drag over a picture: a box that follows it, and what it asks for when it ends.

import { makeSvg } from "./overlay.js";

/** @import { Picture } from "./places.js" */

/**
 * A place and a box in the units of a picture's frame.
 * @typedef {{left: number, top: number}} Place
 * @typedef {{left: number, width: number, top: number, height: number}} Box
 *
 * What a drag means: whether one may begin at a place; its box, null while it is none; what it asks for.
 * @typedef {{begins: (from: Place) => boolean, boxOf: (from: Place, to: Place) => Box | null,
 *   ended: (box: Box) => void}} Drag
 */

/** Units of a picture from which on a press that moved is no click. */
const LEAST = 6;

/**
 * Where a pointer is in a picture, within its ends.
 * @param {Picture} picture
 * @param {MouseEvent} event
 * @returns {Place}
 */
export function placeIn({ frame, begin, width, height }, { clientX, clientY }) {
  const place = new DOMPoint(clientX, clientY).matrixTransform(frame.getScreenCTM()?.inverse());
  const within = (/** @type {number} */ own, /** @type {number} */ low, /** @type {number} */ size) =>
    Math.min(low + size, Math.max(low, own));
  return { left: within(place.x, begin.left, width), top: within(place.y, begin.top, height) };
}

/**
 * Follow drags over a picture.
 * @param {Picture} picture
 * @param {() => void} leave nothing is pointed at while a pointer drags
 * @param {Drag} drag
 */
export function followDrag(picture, leave, { begins, boxOf, ended }) {
  const { svg, frame } = picture;
  /** @type {Place | null} */
  let from = null;
  /** @type {Element | null} */
  let drawn = null;
  /** @type {Place | null} where the button went down, whatever a drag from there means */
  let pressed = null;
  const boxTo = (/** @type {PointerEvent} */ event) => from && boxOf(from, placeIn(picture, event));
  const end = () => {
    drawn = from = drawn?.remove() || null;
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return; // a finger scrolls
    pressed = placeIn(picture, event);
    if (begins(pressed)) from = pressed;
  });
  svg.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) end(); // it was let go elsewhere
    const box = boxTo(event);
    if (!box) return;
    leave();
    if (!drawn) {
      drawn = makeSvg("rect", { class: "zoomed" });
      frame.append(drawn);
      svg.setPointerCapture(event.pointerId);
    }
    const { left: x, top: y, width, height } = box;
    for (const [name, own] of Object.entries({ x, y, width, height })) drawn.setAttribute(name, String(own));
  });
  svg.addEventListener("pointerup", (event) => {
    const box = drawn && boxTo(event);
    const to = placeIn(picture, event);
    const isMoved = pressed && Math.hypot(to.left - pressed.left, to.top - pressed.top) >= LEAST;
    end();
    if (isMoved) swallowClick(svg);
    if (box) ended(box);
  });
  svg.addEventListener("pointercancel", end);
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

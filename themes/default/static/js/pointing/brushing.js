// Drag along an axis of parallel coordinates to keep the runs that lie there, double click it to keep all.

import { followDrag, placeIn } from "./dragging.js";
import { makeSvg } from "./overlay.js";

/** @import { Picture } from "./places.js" */

/**
 * Keep the runs that have what these have in a column; null for all.
 * @typedef {(column: string, runs: number[] | null) => void} Brush
 * @typedef {(run: number, column: string) => boolean} IsKept
 */

/** Units of a picture within which a drag is along an axis, and half of what marks a part of one. */
const NEAR = 26,
  HALF = 9;
/** Units that a pointer must move before it drags. */
const LEAST = 6;

/**
 * Let the axes of a picture be brushed, where its page has runs to keep; show what is kept.
 * @param {Picture} picture
 * @param {() => void} leave nothing is pointed at while a pointer drags
 */
export function startBrush(picture, leave) {
  const { svg, brush, told } = picture;
  if (!brush) return;
  const axes = axesOf(picture);
  showKept(picture, axes);
  const columns = new Map(told.axes);
  const axisAt = (/** @type {{left: number}} */ { left }) =>
    axes.find((axis) => Math.abs(axis.left - left) <= NEAR);
  followDrag(picture, leave, {
    begins: (from) => Boolean(axisAt(from)),
    boxOf(from, to) {
      const axis = axisAt(from);
      const high = Math.abs(to.top - from.top);
      if (!axis || high < LEAST) return null;
      return { left: axis.left - HALF, width: 2 * HALF, top: Math.min(from.top, to.top), height: high };
    },
    ended({ left, top, height }) {
      const axis = axisAt({ left: left + HALF });
      const column = axis && columns.get(axis.name);
      if (!axis || column === undefined) return;
      const inside = axis.points.filter((one) => one.top >= top && one.top <= top + height);
      brush(column, inside.length ? inside.map(({ line }) => line.run) : null);
    },
  });
  svg.addEventListener("dblclick", (event) => {
    const axis = axisAt(placeIn(picture, event));
    const column = axis && columns.get(axis.name);
    if (column !== undefined) brush(column, null);
  });
}

/**
 * The axes of a picture, with where its lines cross them.
 * @param {Picture} picture
 */
function axesOf({ lines, told }) {
  return (told.axes || []).map(([name]) => {
    const points = lines.flatMap((line) => {
      const at = line.x.indexOf(name);
      return at < 0 ? [] : [{ line, left: line.left[at], top: line.top[at] }];
    });
    return { name, left: points[0]?.left ?? NaN, points };
  });
}

/**
 * Lines of runs that are not kept are pale; of an axis that keeps some a bar marks these.
 * @param {Picture} picture
 * @param {ReturnType<typeof axesOf>} axes
 */
function showKept({ frame, lines, told, isKept }, axes) {
  if (!isKept) return;
  const columns = (told.axes || []).map(([, column]) => column);
  for (const line of lines) {
    line.element.classList.toggle("out", !columns.every((column) => isKept(line.run, column)));
  }
  axes.forEach(({ left, points }, place) => {
    const kept = points.filter(({ line }) => isKept(line.run, columns[place])).map(({ top }) => top);
    const isWhole = kept.length === points.length;
    if (isWhole || !kept.length) return;
    const top = kept.reduce((a, b) => Math.min(a, b)) - 4,
      bottom = kept.reduce((a, b) => Math.max(a, b)) + 4;
    const bar = { class: "brushed", x: left - HALF, y: top, width: 2 * HALF, height: bottom - top };
    frame.append(makeSvg("rect", bar));
  });
}

// Keys of a picture that has the focus.

import { say } from "../core/dom.js";
import { siteUrl } from "../core/loading.js";
import { spotOf } from "./finding.js";
import { hideMeant, pictures, showLines, shownLines } from "./hiding.js";
import { fromTop, shortText, xText } from "./overlay.js";

/** @import { Line, Picture } from "./places.js" */
/** @import { Spot } from "./finding.js" */

/**
 * The spot that is shown now, and how to show another one or none.
 * @typedef {{spot: () => Spot | null, show: (picture: Picture, spot: Spot, x: number, y: number) => void,
 *   leave: () => void}} Acts
 */

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
 * @param {Acts} acts
 */
export function answerKeys(picture, acts) {
  const { drawing, told, isPoints } = picture;
  if (answering.has(drawing)) return;
  answering.add(drawing);
  if (!drawing.hasAttribute("tabindex")) {
    drawing.tabIndex = 0;
    drawing.setAttribute("role", "group");
    drawing.setAttribute(
      "aria-label",
      `${told.y} by ${told.x}: arrow keys walk along it${isPoints ? "" : ", H hides a line"}`,
    );
  }
  drawing.addEventListener("blur", () => acts.leave());
  drawing.addEventListener("keydown", (event) => {
    const shown = shownIn(drawing);
    if (!shown || event.altKey || event.ctrlKey || event.metaKey) return;
    const meant = acts.spot()?.meant;
    if (event.key === "Escape") acts.leave();
    else if (event.key === "H") showAgain();
    else if (event.key === "h" && meant && !shown.isPoints) hide(shown, meant, acts);
    else if (event.key === "Enter" && meant && shown.hrefOf(meant)) {
      location.href = siteUrl(shown.hrefOf(meant));
    } else if (!moveTo(shown, event.key, acts)) return;
    event.preventDefault();
  });
}

/**
 * Hide the line that is meant.
 * @param {Picture} picture
 * @param {Line} line
 * @param {Acts} acts
 */
function hide(picture, line, { leave }) {
  hideMeant(picture, line);
  leave();
  say(`Hid ${line.name}; Shift and H show all lines.`);
}

function showAgain() {
  showLines();
  say("All lines are shown.");
}

/**
 * Go on from the current spot.
 * @param {Picture} picture
 * @param {string} key
 * @param {Acts} acts
 * @returns {boolean} whether it is one of ours
 */
function moveTo(picture, key, { spot: spotNow, show }) {
  const current = spotNow();
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
  const inOrder = fromTop(spot.points.filter((own) => !picture.isPoints || own.line.left[0] === places[at]));
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
  say(`${picture.told.x} ${xText(picture, whole.x)}: ${own.line.name} ${shortText(own.line.y[own.at])}`);
  return true;
}

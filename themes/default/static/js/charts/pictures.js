// A drawn chart for other programs: its spec that stands alone, SVG, PNG.

import { make } from "../core/dom.js";
import { loadLater } from "../core/loading.js";
import { makeView } from "./drawing.js";

/** @import { Figure } from "./figure.js" */
/** @import { Spec } from "./asked.js" */

/** Pixels of a PNG to one of the page. */
const SCALE = 2;

/**
 * The spec with its data, title and colours, for any other program; null of what is not drawn.
 * @param {Figure} one
 * @returns {Spec | null}
 */
export function standAlone({ drawn }) {
  if (!drawn) return null;
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const painted = JSON.stringify(drawn.full).replace(/var\((--[a-z0-9]+)\)/g, (_, name) => colour(name));
  const title = {
    text: drawn.title,
    subtitle: drawn.shows,
    anchor: "start",
    color: colour("--fg"),
    subtitleColor: colour("--muted"),
  };
  return { ...JSON.parse(painted), title, background: colour("--bg"), autosize: { type: "pad" } };
}

/**
 * A picture as a file: the chart with its title, in the colours that are on the screen.
 * @param {Figure} one
 * @param {"svg" | "png"} form
 */
export async function savePicture(one, form) {
  const spec = standAlone(one);
  if (!one.drawn || !spec) return;
  const { title, full } = one.drawn;
  const { download } = await loadLater("tools");
  const view = makeView(spec, full.datasets.rows);
  const svg = await view.toSVG();
  view.finalize();
  if (form === "svg") download(`${title}.svg`, "image/svg+xml", svg);
  else download(`${title}.png`, "image/png", await rasterized(svg));
}

/**
 * @param {string} svg
 * @returns {Promise<Blob>}
 */
async function rasterized(svg) {
  const picture = new Image();
  const bytes = Array.from(new TextEncoder().encode(svg), (byte) => String.fromCharCode(byte));
  picture.src = `data:image/svg+xml;base64,${btoa(bytes.join(""))}`;
  await picture.decode();
  const canvas = make("canvas");
  canvas.width = picture.width * SCALE;
  canvas.height = picture.height * SCALE;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser draws no canvas.");
  context.scale(SCALE, SCALE);
  context.drawImage(picture, 0, 0);
  const blob = await new Promise((/** @type {(blob: Blob | null) => void} */ resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  if (!blob) throw new Error("The browser made no picture.");
  return blob;
}

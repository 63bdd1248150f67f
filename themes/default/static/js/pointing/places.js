// Where the lines and points of a picture lie, read from the picture itself: as it was built, or as Vega drew
// it. Which values lie there is told beside it.

/**
 * What a picture shows: `lines` are the place of its run in the table (-1 for several), its name, the text of
 * its colour, its xs and its ys; `texts` those of the legend, in its order; `hrefs` the addresses of runs by
 * name, on a page without a table of runs. Of parallel coordinates xs are the names of axes and ys the values
 * in words; `axes` says which column each axis is.
 * @typedef {[run: number, name: string, color: string | null, x: any[], y: any[]]} ToldLine
 * @typedef {{x: string, y: string, color: string, texts: string[], time?: boolean,
 *   axes?: [name: string, column: string][], lines: ToldLine[], hrefs?: Object<string, string>}} Pointed
 *
 * A line of a picture with its places: `left` and `top` in the units of `Picture.frame`.
 * @typedef {{run: number, name: string, color: string | null, x: any[], y: any[], left: number[],
 *   top: number[], element: SVGElement}} Line
 *
 * A picture that answers to a pointer. `isPoints`: each line is one point.
 * @typedef {{svg: SVGSVGElement, drawing: HTMLElement, frame: SVGGraphicsElement, width: number,
 *   height: number, begin: {left: number, top: number}, lines: Line[], told: Pointed, isPoints: boolean,
 *   hrefOf: (line: Line) => string, idOf: (line: Line) => string, isPart?: boolean, brush?: Brush,
 *   isKept?: IsKept}} Picture
 */

/** @import { Brush, IsKept } from "./brushing.js" */

const VERTEX = /[ML]\s*(-?[\d.e+-]+)[ ,](-?[\d.e+-]+)/g;
/** A piece of a small picture's line, in tenths: where it begins, and the ways from point to point. */
const PIECE = /M(\d+) (\d+)(?:l([\d -]+))?/g;
const MOVED = /translate\((-?[\d.e+-]+),\s*(-?[\d.e+-]+)\)/;
/** A line of a small picture's grid. */
const RULE = /M(-?[\d.]+) (-?[\d.]+)H(-?[\d.]+)/g;
const SIZE = /h(-?[\d.]+)v(-?[\d.]+)/;

/**
 * The lines of a picture that Vega or vl-convert drew; null where they are not those that are told.
 * @param {SVGSVGElement} svg
 * @param {Pointed} told
 */
export function readMarks(svg, told) {
  const frame = svg.querySelector(".role-frame > g");
  const size = SIZE.exec(frame?.querySelector(":scope > .background")?.getAttribute("d") || "");
  if (!(frame instanceof SVGGraphicsElement) || !size) return null;
  const isPoints = !told.axes && told.lines.every(([, , , x]) => x.length === 1);
  const elements = isPoints ? pointsOf(svg) : linesOf(svg);
  if (elements.length !== told.lines.length || !elements.length) return null;
  const [width, height] = [Number(size[1]), Number(size[2])];
  const isInside = (/** @type {number[]} */ [left, top]) =>
    left >= -1 && left <= width + 1 && top >= -1 && top <= height + 1;
  const lines = elements.flatMap((element, place) => {
    const places = isPoints ? [centre(element)] : vertices(element);
    const line = placed(told.lines[place], element, places, isInside);
    return line ? [line] : [];
  });
  return { frame, width, height, begin: { left: 0, top: 0 }, lines, isPoints };
}

/**
 * The line of a small picture of a run's page.
 * @param {SVGSVGElement} svg
 * @param {Pointed} told of one line
 */
export function readSmall(svg, told) {
  const element = svg.querySelector("path.line");
  const drawn = svg.querySelector("path.grid")?.getAttribute("d") || "";
  const grid = [...drawn.matchAll(RULE)].map((rule) => rule.slice(1).map(Number));
  if (!(element instanceof SVGGraphicsElement) || !grid.length) return null;
  const line = placed(told.lines[0], element, smallVertices(element.getAttribute("d") || ""));
  if (!line) return null;
  const tops = grid.map(([, own]) => own);
  const [left, , right] = grid[0];
  const top = Math.min(...tops, ...line.top);
  const height = Math.max(...tops, ...line.top) - top;
  return { frame: svg, width: right - left, height, begin: { left, top }, lines: [line], isPoints: false };
}

/**
 * @param {ToldLine} told
 * @param {SVGElement} element
 * @param {number[][]} places
 * @param {(place: number[]) => boolean} [isInside] whether a point is in sight
 * @returns {Line | null} null where the picture has other points than are told, or none in sight
 */
function placed([run, name, color, x, y], element, places, isInside = () => true) {
  if (places.length !== x.length) return null;
  const order = places
    .map((_, place) => place)
    .filter((place) => isInside(places[place]))
    .sort((a, b) => places[a][0] - places[b][0] || a - b);
  const sorted = (/** @type {any[]} */ values) => order.map((place) => values[place]);
  const left = sorted(places.map(([own]) => own)),
    top = sorted(places.map(([, own]) => own));
  if (!order.length) return null;
  return { run, name, color, x: sorted(x), y: sorted(y), left, top, element };
}

/** @param {Element} path */
function vertices(path) {
  return [...(path.getAttribute("d") || "").matchAll(VERTEX)].map(([, x, y]) => [Number(x), Number(y)]);
}

/** @param {string} path */
function smallVertices(path) {
  return [...path.matchAll(PIECE)].flatMap(([, left, top, rest = ""]) => {
    const moves = (rest.match(/-?\d+/g) || []).map(Number);
    let [x, y] = [Number(left), Number(top)];
    const places = [[x / 10, y / 10]];
    for (let at = 0; at < moves.length; at += 2) {
      [x, y] = [x + moves[at], y + moves[at + 1]];
      places.push([x / 10, y / 10]);
    }
    return places;
  });
}

/** @param {Element} symbol */
function centre(symbol) {
  const [, x = "0", y = "0"] = MOVED.exec(symbol.getAttribute("transform") || "") || [];
  return [Number(x), Number(y)];
}

/**
 * The lines of the topmost layer that has any; behind it may lie what was there before smoothing.
 * @param {Element} svg
 */
function linesOf(svg) {
  const groups = [...svg.querySelectorAll(".mark-line.role-mark")].filter((own) => own.firstElementChild);
  const kind = groups.at(-1)?.getAttribute("class");
  return /** @type {SVGElement[]} */ (
    groups.filter((own) => own.getAttribute("class") === kind).flatMap((own) => [...own.children])
  );
}

/** @param {Element} svg */
function pointsOf(svg) {
  return /** @type {SVGElement[]} */ ([...svg.querySelectorAll(".mark-symbol.role-mark > path")]);
}

/**
 * The entries of a picture's legend with the texts that they stand for.
 * @param {Element} svg
 * @param {string[]} texts
 * @returns {[string, SVGElement][]}
 */
export function legendOf(svg, texts) {
  const labels = [...svg.querySelectorAll(".role-legend-entry .role-legend-label")];
  if (labels.length !== texts.length) return [];
  return labels.flatMap((label, place) => {
    const entry = label.closest(".role-scope > g");
    return entry instanceof SVGElement ? [/** @type {[string, SVGElement]} */ ([texts[place], entry])] : [];
  });
}

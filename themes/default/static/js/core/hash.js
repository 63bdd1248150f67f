// View state in the URL hash, versioned and readable, so that a view is a link:
// #v=1&q=words&f.status=FAILED,KILLED&r.metrics.loss=0.1..0.5&sort=-metrics.loss&sel=3fa9c1,88b0d2
// Defaults are left out, and what this version does not know is kept.

/**
 * How each key is written: text, list, flag or page number.
 * @type {Object<string, keyof typeof EMPTY>}
 */
const KEYS = {
  q: "text",
  cols: "list",
  pin: "list",
  sort: "text",
  group: "text",
  differ: "flag",
  flat: "flag",
  open: "list",
  all: "flag",
  p: "page",
  e: "list",
  sel: "list",
  id: "text",
  base: "text",
  same: "flag",
  hide: "list",
  ysame: "flag",
  charts: "charts",
  w: "text",
  axis: "text",
  smooth: "text",
  step: "text",
  find: "list",
  fold: "list",
  theme: "text",
};

/**
 * A chart as a link has it: its type and fields by name.
 * @typedef {{type: string, title?: string, x?: string, y?: string, c?: string, g?: string, scale?: string,
 *   xscale?: string, smooth?: string, xlim?: string, ylim?: string, runs?: string}} Chart
 * @typedef {{q: string, facets: Map<string, Set<string>>, ranges: Map<string, [string, string]>,
 *   cols: string[] | null, pin: string[], sort: string, group: string, differ: boolean, flat: boolean,
 *   open: string[], all: boolean, p: number, e: string[], sel: string[], base: string, same: boolean,
 *   hide: string[], ysame: boolean,
 *   charts: Chart[] | null, w: string, id: string, axis: string, smooth: string, step: string,
 *   find: string[], fold: string[], theme: string,
 *   unknown: [string, string][]}} View
 */

/**
 * The view that a hash holds.
 * @param {string} text
 * @returns {View}
 */
export function readHash(text) {
  /** @type {any} */
  const view = { facets: new Map(), ranges: new Map(), unknown: [] };
  for (const [key, form] of Object.entries(KEYS)) view[key] = EMPTY[form]();
  view.cols = null;
  for (const part of text.replace(/^#/, "").split("&")) {
    if (!part.includes("=")) continue;
    const cut = part.indexOf("=");
    const key = unescapePart(part.slice(0, cut));
    const value = part.slice(cut + 1);
    if (key === "v") continue;
    if (Object.hasOwn(KEYS, key)) view[key] = READ[KEYS[key]](value);
    else if (key.startsWith("f.")) view.facets.set(key.slice(2), new Set(READ.list(value)));
    else if (key.startsWith("r.") && value.includes("..")) {
      const [low, high] = value.split("..").map(unescapePart);
      view.ranges.set(key.slice(2), [low, high]);
    } else view.unknown.push([key, unescapePart(value)]);
  }
  return view;
}

/**
 * The hash of a view.
 * @param {View} view
 * @returns {string} empty when all is as the page comes
 */
export function writeHash(view) {
  /** @type {any} */
  const values = view;
  const parts = view.q ? [`q=${escapePart(view.q)}`] : [];
  for (const [name, chosen] of view.facets) {
    if (chosen.size) parts.push(`f.${escapePart(name)}=${WRITE.list([...chosen])}`);
  }
  for (const [name, [low, high]] of view.ranges) {
    if (low || high) parts.push(`r.${escapePart(name)}=${[low, high].map(escapePart).join("..")}`);
  }
  for (const [key, form] of Object.entries(KEYS)) {
    if (key === "q") continue;
    const isSet = key === "cols" || form === "charts" ? values[key] !== null : WRITE[form](values[key]);
    if (isSet) parts.push(`${key}=${WRITE[form](values[key])}`);
  }
  for (const [key, value] of view.unknown) parts.push(`${escapePart(key)}=${escapePart(value)}`);
  return parts.length ? `#v=1&${parts.join("&")}` : "";
}

/** What curves may lie along: how a link names it, and how a menu does. */
export const AXES = [
  ["step", "Step"],
  ["time", "Time"],
  ["relative", "Time since start"],
];

/** The empty text in a list, where nothing at all would be no entry. */
const NOTHING = "''";
const EMPTY = {
  text: () => "",
  list: () => [],
  flag: () => false,
  page: () => 1,
  charts: () => null,
};
/** @type {Record<keyof typeof EMPTY, (value: string) => any>} */
const READ = {
  text: unescapePart,
  list: (value) =>
    value
      .split(",")
      .filter(Boolean)
      .map((part) => (part === NOTHING ? "" : unescapePart(part))),
  flag: (value) => value === "1",
  page: (value) => Math.max(1, Math.floor(Number(value)) || 1),
  charts: (value) => value.split("|").filter(Boolean).map(readChart),
};
/** @type {Record<keyof typeof EMPTY, (value: any) => string>} */
const WRITE = {
  text: escapePart,
  list: (/** @type {string[]} */ values) =>
    values.map((value) => (value === "" ? NOTHING : escapePart(value))).join(","),
  flag: (value) => (value ? "1" : ""),
  page: (value) => (value > 1 ? String(value) : ""),
  charts: (charts) => charts.map(writeChart).join("|"),
};

/**
 * A chart of a text such as `line;x=step;y=metrics.loss`.
 * @param {string} text
 * @returns {Chart}
 */
export function readChart(text) {
  const [type, ...parts] = text.split(";");
  /** @type {Object<string, string>} */
  const chart = { type: unescapePart(type) };
  for (const part of parts) {
    const cut = part.indexOf("=");
    if (cut > 0) chart[unescapePart(part.slice(0, cut))] = unescapePart(part.slice(cut + 1));
  }
  return /** @type {Chart} */ (/** @type {unknown} */ (chart));
}

/**
 * The text of a chart; what is empty is left out.
 * @param {Chart} chart
 */
export function writeChart({ type, ...fields }) {
  const parts = Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `${escapePart(name)}=${escapePart(value)}`);
  return [escapePart(type), ...parts].join(";");
}

/**
 * Only what would be read as structure is escaped, so that the link stays readable.
 * @param {string} text
 */
export function escapePart(text) {
  return encodeURIComponent(text)
    .replace(/%(?:2F|3A|40)/g, decodeURIComponent)
    .replace(/%20/g, "+");
}

/** @param {string} text */
function unescapePart(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, "%20"));
  } catch {
    return text;
  }
}

/**
 * What of a view this version does not know, as sentences.
 * @param {View} view
 */
export function unknownTold({ unknown }) {
  return unknown.map(([key]) => `The link holds “${key}”, which this report does not know; it is kept.`);
}

/**
 * An experiment as links name it.
 * @param {string} folder of its data
 */
export function experimentIn(folder) {
  return folder.replace(/^e\//, "");
}

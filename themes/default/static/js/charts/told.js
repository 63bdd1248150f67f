// What a drawn chart says in words: the tooltip of a mark, and the table of its numbers.

import { cellOf, make, scrolling } from "../core/dom.js";
import { MISSING, formatNumber, fullTime, thousands, unsaid } from "../core/format.js";

/** @import { FieldText, Row } from "./asked.js" */

/** @type {HTMLElement | null} */
let tip = null;

/** What of a row a tooltip tells, in this order; names of sums are Vega-Lite's. */
const TOLD = ["run", "color", "x", "axis", "y", "mean", "std", "value", "low", "high", "raw", "n", "mark"];
/** @type {Object<string, string>} */
const WORDS = { run: "Run", axis: "Axis" };
/** What of a row its table of numbers leaves out. */
const UNTOLD = ["href", "at", "end", "label", "raw", "y_order"];
const LISTED = 100;

/**
 * A tooltip of texts, beside the pointer.
 * @param {Object<string, FieldText>} fields
 * @param {MouseEvent} event
 * @param {any} value of a mark
 * @param {Object<string, Map<string, string>>} whole what short texts stand for
 */
export function showTip(fields, event, value, whole) {
  if (!tip) {
    tip = make("div", { class: "tip", role: "tooltip" });
    document.body.append(tip);
  }
  const row = Array.isArray(value) ? value[0] : value;
  tip.hidden = typeof row !== "object" || row === null;
  if (tip.hidden) return;
  const isTold = (/** @type {string} */ key) =>
    (row[key] ?? null) !== null && (WORDS[key] || fields[key]?.label);
  const known = TOLD.filter(isTold);
  tip.replaceChildren(
    ...known.map((key) => {
      const { text, rest } = toldOf(fields[key], whole[key]?.get(row[key]) ?? row[key]);
      const word = make("span", {}, WORDS[key] || fields[key].label);
      return make("div", {}, word, ` ${rest ? `${text} (${rest})` : text}`);
    }),
  );
  tip.hidden = !known.length;
  tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
}

/**
 * A value of a row: times with all they have, numbers with what their spelling leaves out.
 * @param {FieldText | undefined} field
 * @param {any} value
 */
function toldOf(field, value) {
  if (typeof value !== "number") return { text: String(value ?? MISSING), rest: "" };
  if (field?.kind === "time") return { text: fullTime(value), rest: "" };
  return { text: formatNumber(value), rest: unsaid({ kind: "number" }, value) };
}

/**
 * The drawn rows as a table, for those who do not see the picture.
 * @param {Row[]} rows
 * @param {string} title
 * @param {Object<string, FieldText>} fields
 */
export function numbersOf(rows, title, fields) {
  const hidden = make("span", { class: "hidden" }, ` of ${title}`);
  const details = make("details", { class: "numbers" }, make("summary", {}, "Numbers", hidden));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    const told = rows.filter((row) => row.run !== undefined || row.color !== undefined);
    details.append(scrolling(`Numbers of ${title}`, numbersTable(told.slice(0, LISTED), fields)));
    if (told.length <= LISTED) return;
    const cut = `The first ${LISTED} of ${thousands(told.length)} rows.`;
    details.append(make("p", { class: "muted" }, cut));
  });
  return details;
}

/**
 * @param {Row[]} rows
 * @param {Object<string, FieldText>} fields
 */
function numbersTable(rows, fields) {
  const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => !UNTOLD.includes(name));
  const cell = (/** @type {string} */ name, /** @type {any} */ value) => {
    const { text, rest } = toldOf(fields[name], value);
    return make("td", cellOf("", rest), text);
  };
  const heads = names.map((name) => make("th", { scope: "col" }, WORDS[name] || fields[name]?.label || name));
  const body = rows.map((row) => make("tr", {}, ...names.map((name) => cell(name, row[name]))));
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
}

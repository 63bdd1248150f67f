// How a metric differs from that of another run: with sign, never by colour alone; as report/deltas.py
// has it.

import { make } from "./dom.js";
import { ROUGH, formatNumber } from "./format.js";

/** @typedef {{text: string, share: string, sense: "" | "better" | "worse"}} Delta */

/**
 * The difference of a value to a base as a number; null where one of them is no finite number.
 * @param {any} value
 * @param {any} base
 */
export function changeOf(value, base) {
  const change = Number.isFinite(value) && Number.isFinite(base) ? value - base : NaN;
  return Number.isFinite(change) ? change : null; // two numbers at the two ends of all floats
}

/**
 * The same as a page shows it.
 * @param {any} value
 * @param {any} base
 * @param {"max" | "min" | null} [direction] which values are better
 * @returns {Delta | null}
 */
export function deltaOf(value, base, direction) {
  const change = changeOf(value, base);
  if (change === null) return null;
  if (change === 0) return { text: "=", share: "", sense: "" };
  const sign = change > 0 ? "+" : "−";
  const part = Math.abs(change / base);
  const share = part < 10 ? `${sign}${formatNumber(Number((part * 100).toExponential(1)))} %` : "";
  const isBetter = change > 0 === (direction === "max");
  const sense = direction ? (isBetter ? "better" : "worse") : "";
  return { text: `${sign}${formatNumber(Math.abs(change), ROUGH)}`, share, sense };
}

/**
 * `+0.012`, with ▲ or ▼ and a word where a direction says which is better; null where there is none.
 * @param {Delta | null} delta
 */
export function makeDelta(delta) {
  if (!delta) return null;
  const { text, share, sense } = delta;
  const place = make("span", { class: `delta ${sense}`.trim(), ...(share && { title: share }) });
  const mark = text.startsWith("+") ? "▲ " : "▼ ";
  if (sense) place.append(make("span", { "aria-hidden": "true" }, mark));
  place.append(text);
  if (sense) place.append(make("span", { class: "hidden" }, ` ${sense}`));
  return place;
}

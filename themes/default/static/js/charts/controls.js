// Controls of a chart's editor: the ends of an axis, several columns.

import { make, makeBox } from "../core/dom.js";
import { CLIP, readEnds } from "./limits.js";

/** @import { Column } from "../core/source.js" */

/** @typedef {(value: string) => void} Setter */

/** Columns that a menu of several lists. */
const MOST_BOXES = 60;

/**
 * The ends of an axis; of y also without its outermost numbers.
 * @param {string} text
 * @param {string} now
 * @param {boolean} canClip
 * @param {Setter} set
 */
export function limitsControl(text, now, canClip, set) {
  const [low = null, high = null] = readEnds(now) || [];
  const field = (/** @type {string} */ label, /** @type {number | null} */ end) =>
    make("input", {
      type: "text",
      inputmode: "decimal",
      size: "6",
      "aria-label": label,
      value: String(end ?? ""),
    });
  const [from, to] = [field(text, low), field(text.replace("from", "to"), high)];
  const change = () => {
    const wanted = [from, to].map(({ value }) => value.trim());
    const ends = wanted.some(Boolean) ? wanted.join("..") : "";
    const isRead = !ends || readEnds(ends) !== null;
    for (const input of [from, to]) input.setAttribute("aria-invalid", String(!isRead));
    if (isRead) set(ends);
  };
  for (const input of [from, to]) input.addEventListener("change", change);
  const label = make(
    "span",
    { class: "limits" },
    make("span", {}, text),
    " ",
    from,
    make("span", {}, " to "),
    to,
  );
  if (!canClip) return label;
  const clip = makeBox("Without outliers", (isOn) => set(isOn ? CLIP : ""));
  clip.input.checked = now === CLIP;
  clip.input.setAttribute("aria-label", "Without outliers");
  label.append(" ", clip.label);
  return label;
}

/**
 * A menu of columns of which several may be chosen.
 * @param {string} text
 * @param {Column[]} columns
 * @param {string} now
 * @param {Setter} set
 */
export function severalControl(text, columns, now, set) {
  const chosen = () => now.split(",").filter(Boolean);
  const boxes = columns.slice(0, MOST_BOXES).map(({ name, label }) => {
    const box = makeBox(label, (isOn) => {
      const others = chosen().filter((other) => other !== name);
      const wanted = isOn ? [...others, name] : others;
      if (wanted.length) set(wanted.join(","));
      else box.input.checked = true; // a chart is of something
    });
    box.input.checked = chosen().includes(name);
    box.input.setAttribute("aria-label", label);
    return box.label;
  });
  const pane = make("div", { class: "pane" }, ...boxes);
  return make("details", { class: "menu axes" }, make("summary", {}, text), pane);
}

// The activity of all experiments: the runs of the last day, week, month, quarter, or between two
// dates. The window counts back from the report's "as of", and lies in the hash as `w`.

import { byId, every, make, makeButton } from "../core/dom.js";
import { keepHash } from "../table/update.js";

/** @import { View } from "../core/hash.js" */
/** @import { Shown } from "../table/shown.js" */

/** @type {Object<string, number>} */
const WINDOWS = { "24h": 1, "7d": 7, "30d": 30, "90d": 90 };
const DAY_MS = 86400000;
const DATES = /^(\d{4}-\d\d-\d\d)?\.\.(\d{4}-\d\d-\d\d)?$/;

/**
 * Make the windows buttons, and start the table with the window that the link asks for.
 * @param {Shown} shown
 * @param {() => Promise<void>} startTable
 */
export async function startWindows(shown, startTable) {
  const end = Number(document.body.dataset.asOf);
  const choose = (/** @type {string} */ window) => {
    shown.view.w = window;
    shown.applied();
    shown.view.p = 1;
    shown.update();
  };
  const place = byId("windows");
  for (const link of every(place, "[data-window]")) {
    const { window = "" } = link.dataset;
    const button = makeButton("", () => choose(window), { "data-window": window, class: "window" });
    button.append(...link.childNodes);
    link.replaceWith(button);
  }
  shown.listeners.push(() => {
    for (const button of every(place, "button")) {
      button.setAttribute("aria-pressed", String(button.dataset.window === shown.view.w));
    }
  });
  startDates(shown, choose);
  shown.applied = () => applyWindow(shown.view, end);
  const { written } = shown;
  await startTable();
  shown.written = (view) => {
    const ranges = new Map(view.ranges);
    if (view.w) ranges.delete("start_time"); // it is written as the window
    return { ...written(view), ranges };
  };
  keepHash(shown);
}

/**
 * Two dates as a window.
 * @param {Shown} shown
 * @param {(window: string) => void} choose
 */
function startDates(shown, choose) {
  const from = make("input", { type: "date", "aria-label": "From" });
  const to = make("input", { type: "date", "aria-label": "To" });
  for (const input of [from, to]) {
    input.addEventListener("change", () =>
      choose(from.value || to.value ? `${from.value}..${to.value}` : ""),
    );
  }
  const box = byId("custom-window");
  box.append(make("label", {}, "From ", from), make("label", {}, " to ", to));
  box.hidden = false;
  shown.listeners.push(() => {
    const { w } = shown.view;
    [from.value, to.value] = w.includes("..") ? w.split("..") : ["", ""];
  });
}

/**
 * A window is a range of starts; it is written as the window, not as the range.
 * @param {View} view changed in place
 * @param {number} end
 */
function applyWindow({ w, ranges }, end) {
  ranges.delete("start_time");
  if (Object.hasOwn(WINDOWS, w)) ranges.set("start_time", [String(end - WINDOWS[w] * DAY_MS + 1), ""]);
  if (!DATES.test(w)) return;
  const [from, to] = w.split("..").map((day) => (day ? Date.parse(`${day}T00:00:00Z`) : NaN));
  const written = (/** @type {number} */ time) => (Number.isNaN(time) ? "" : String(time));
  ranges.set("start_time", [written(from), written(to + DAY_MS - 1)]);
}

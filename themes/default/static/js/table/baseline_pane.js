// Choose the run that the others are compared with.

import { make, makeButton } from "../core/dom.js";
import { thousands } from "../core/format.js";
import { selection, shortId } from "../core/selection.js";
import { runLabels } from "../core/words.js";
import { baselineOf } from "./deltas.js";
import { makePane } from "./pane.js";
import { NO_BASELINE } from "./shown.js";

/** @import { Shown } from "./shown.js" */

const MOST_LISTED = 100;

/**
 * Fill the menu of baselines.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} menu
 */
export function openBaseline(shown, menu) {
  const { source } = shown;
  const { pane, search } = makePane(menu, "runs", () => list());
  const all = make("div", { class: "list" });
  pane.append(all);
  const choose = (/** @type {number} */ run) => {
    const ids = source.valuesOf("run_id");
    const own = run < 0 ? NO_BASELINE : shortId(ids[run], ids);
    const isBuilt = run < 0 ? !source.base : ids[run] === source.base;
    shown.view.base = isBuilt ? "" : own;
    menu.open = false;
    menu.querySelector("summary")?.focus();
    shown.update();
  };
  const list = () => {
    const base = baselineOf(shown);
    const runs = offered(shown, search.value.trim().toLowerCase());
    const labels = runLabels(source, runs);
    const choice = (/** @type {string} */ label, /** @type {number} */ run) =>
      makeButton(label, () => choose(run), { "aria-pressed": String(run === base) });
    all.replaceChildren(
      choice("No baseline", -1),
      ...runs.slice(0, MOST_LISTED).map((run, place) => choice(labels[place], run)),
    );
    if (runs.length > MOST_LISTED) {
      const told = `The first ${MOST_LISTED} of ${thousands(runs.length)}; search for the others.`;
      all.append(make("p", { class: "muted" }, told));
    }
  };
  shown.listeners.push(() => menu.open && list());
  menu.addEventListener("toggle", list);
  list();
  search.focus();
}

/**
 * The runs whose names hold a word: the baseline and those selected first, then as the table shows them.
 * @param {Shown} shown
 * @param {string} word
 */
function offered(shown, word) {
  const { source, runs } = shown;
  const base = baselineOf(shown);
  const ids = source.valuesOf("run_id"),
    names = source.valuesOf("run_name");
  const chosen = new Set(selection.runs.map(({ id }) => id));
  const all = Array.from({ length: source.count }, (_, place) => source.count - 1 - place);
  const first = base < 0 ? [] : [base];
  const found = [...new Set([...first, ...all.filter((run) => chosen.has(ids[run])), ...runs, ...all])];
  return found.filter((run) => `${names[run]} ${ids[run]}`.toLowerCase().includes(word));
}

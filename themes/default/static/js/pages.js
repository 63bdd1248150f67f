// What pages other than that of an experiment do, by the name that each has in its template.

import { startCharted } from "./pages/charted.js";
import { startCompare } from "./pages/compare.js";
import { startView } from "./pages/details.js";
import { startEvaluation } from "./pages/evaluation.js";
import { startEvaluations } from "./pages/evaluations.js";
import { startRun } from "./pages/run.js";
import { startVersions } from "./pages/versions.js";

export { grow } from "./core/growing.js";
export { startSections } from "./pages/sections.js";
export { startWindows } from "./pages/activity.js";

/** @type {Object<string, () => unknown>} */
const STARTS = {
  run: () => Promise.all([startRun(), startCharted()]),
  view: startView,
  charted: startCharted,
  compare: startCompare,
  model: () => Promise.all([startVersions(), startCharted()]),
  evaluation: startEvaluation,
  evaluations: startEvaluations,
};

/**
 * Start what a page does.
 * @param {string} name
 */
export function startPage(name) {
  STARTS[name]?.();
}

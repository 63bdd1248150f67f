// How many curves are shown together: what they lie along, and how they are smoothed.

import { make, makeChoice, makeSmoothing } from "./dom.js";
import { AXES } from "./hash.js";

/** @typedef {{axis: string, smooth: string}} CurveState as links have them: empty for what is not chosen */

/**
 * The controls of curves.
 * @param {CurveState} state changed in place
 * @param {() => void} change called afterwards
 */
export function curveTools(state, change) {
  const axis = makeChoice("X", AXES, state.axis || "step", (value) => {
    state.axis = value === "step" ? "" : value;
    change();
  });
  const smooth = makeSmoothing(state.smooth);
  const told = make("output", {}, state.smooth || "0");
  smooth.addEventListener("input", () => {
    told.textContent = smooth.value;
  });
  smooth.addEventListener("change", () => {
    state.smooth = Number(smooth.value) ? smooth.value : "";
    change();
  });
  return [axis.label, make("label", {}, make("span", {}, "Smoothing"), " ", smooth, " ", told)];
}

// Players of a run's page: what was logged under one key, step by step; the step is kept in the link.

import { brought } from "../core/brought.js";
import { every, make, makeButton, putHash, within } from "../core/dom.js";
import { plural, thousands } from "../core/format.js";
import { readHash, writeHash } from "../core/hash.js";
import { loadOwn } from "../core/sources.js";
import { makeFrame, textsOf } from "./frames.js";

/** @import { StoredSeries, StoredText } from "../core/brought.js" */

/**
 * Make the players of the page.
 * @param {string} id of the run
 */
export async function startPlayers(id) {
  const figures = every(document, "figure.player");
  if (!figures.length) return;
  if (!brought.runs.has(id)) await loadOwn();
  const media = brought.runs.get(id)?.media || [];
  const asked = readHash(location.hash).step;
  for (const figure of figures) {
    const { key, kind } = figure.dataset;
    const series = media.find(([own, is]) => own === key && is === kind);
    if (series) textsOf(id, series).then((texts) => startPlayer(figure, series, texts, asked));
  }
}

/**
 * The place of the step nearest to a number.
 * @param {StoredSeries} series
 * @param {number} wanted
 */
function placeOf([, , steps], wanted) {
  const far = steps.map(([step]) => Math.abs(step - wanted));
  return far.indexOf(Math.min(...far));
}

/**
 * One step at a time, chosen by a slider, or all of them.
 * @param {HTMLElement} figure
 * @param {StoredSeries} series
 * @param {Map<number, StoredText>} texts
 * @param {string} asked the step of the link
 */
function startPlayer(figure, series, texts, asked) {
  const [key, kind, steps] = series;
  const frames = within(figure, ".frames");
  const told = make("output", { class: "count" });
  const range = { type: "range", min: "0", max: String(steps.length - 1) };
  const slider = make("input", { ...range, "aria-label": `Step of ${key}` });
  const wanted = Number(asked || NaN);
  slider.value = String(Number.isFinite(wanted) ? placeOf(series, wanted) : steps.length - 1);
  const frameOf = (/** @type {[number, string]} */ [step, url]) =>
    makeFrame(kind, url, `${key} at step ${thousands(step)}`, texts.get(step));
  const show = () => {
    const place = Number(slider.value);
    told.textContent = `step ${thousands(steps[place][0])}`;
    slider.setAttribute("aria-valuetext", told.textContent);
    frames.classList.add("one");
    frames.replaceChildren(make("li", {}, frameOf(steps[place])));
    for (const next of [steps[place + 1], steps[place - 1]]) {
      if (kind === "image" && next) new Image().src = next[1]; // it is there when the slider moves on
    }
  };
  slider.addEventListener("input", () => {
    show();
    const detail = { slider, step: steps[Number(slider.value)][0] };
    document.dispatchEvent(new CustomEvent("player-step", { detail }));
  });
  document.addEventListener("player-step", (event) => {
    if (!(event instanceof CustomEvent) || event.detail.slider === slider) return;
    slider.value = String(placeOf(series, event.detail.step)); // the others show the same step
    if (all.getAttribute("aria-pressed") !== "true") show();
  });
  slider.addEventListener("change", () => {
    putHash(writeHash({ ...readHash(location.hash), step: String(steps[Number(slider.value)][0]) }));
  });
  const all = makeButton(`All ${plural(steps.length, "step")}`, () => {
    const isAll = all.getAttribute("aria-pressed") !== "true";
    all.setAttribute("aria-pressed", String(isAll));
    all.textContent = isAll ? "One at a time" : `All ${plural(steps.length, "step")}`;
    slider.hidden = told.hidden = isAll;
    if (!isAll) return show();
    frames.classList.remove("one");
    const entries = steps.map((own) =>
      make("li", {}, frameOf(own), " ", make("span", { class: "count" }, `step ${thousands(own[0])}`)),
    );
    return frames.replaceChildren(...entries);
  });
  all.setAttribute("aria-pressed", "false");
  frames.before(make("p", { class: "player-tools" }, slider, " ", told, " ", all));
  show();
}

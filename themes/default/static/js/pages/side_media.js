// Images, sound and texts of chosen runs, those of one step side by side.

import { make, makeChoice } from "../core/dom.js";
import { thousands } from "../core/format.js";
import { siteUrl } from "../core/loading.js";
import { runPlace } from "../core/sources.js";
import { makeFrame, textsOf } from "./frames.js";

/** @import { StoredText } from "../core/brought.js" */
/** @import { Source } from "../core/source.js" */
/** @import { Detailed } from "./differences.js" */

/**
 * What a run logged under a name; `step` is null of what has none.
 * @typedef {{run: number, name: string, key: string, kind: string, step: number | null, url: string,
 *   text?: StoredText}} Logged
 */

const MOST_SHOWN = 12;
/** @type {Object<string, string>} */
const KINDS = { image: "", audio: ", sound", text: ", text" };

/**
 * Images, sound and texts of steps by what they are called: of each run those of its steps.
 * @param {Source} source
 * @param {Detailed[]} runs
 */
async function loggedBy(source, runs) {
  /** @type {Map<string, Logged[]>} */
  const names = new Map();
  for (const { run, name, details } of runs) {
    const folder = siteUrl(runPlace(source, run).replace(/[^/]*$/, ""));
    const add = (/** @type {string} */ key, /** @type {Omit<Logged, "run" | "name" | "key">} */ own) => {
      const url = own.url.startsWith("data:") ? own.url : folder + own.url;
      const title = key + KINDS[own.kind];
      names.set(title, [...(names.get(title) || []), { ...own, run, name, key, url }]);
    };
    for (const series of details.media || []) {
      const [key, kind, steps] = series;
      const texts = await textsOf(source.valuesOf("run_id")[run], series);
      for (const [step, url] of steps) add(key, { kind, step, url, text: texts.get(step) });
    }
    for (const [path, url, kind] of details.files || []) {
      if (kind === "image") add(path, { kind, step: null, url });
    }
  }
  return names;
}

/**
 * The section of what was logged by step, and of images; null where there is nothing.
 * @param {Source} source
 * @param {Detailed[]} runs
 */
export async function mediaPart(source, runs) {
  const names = await loggedBy(source, runs);
  if (!names.size) return null;
  const isShared = (/** @type {Logged[]} */ logged) => new Set(logged.map(({ run }) => run)).size > 1;
  const [first] = [...names].find(([, logged]) => isShared(logged)) || [...names][0];
  const state = { name: first, place: 0 };
  const grid = make("div", { class: "side-images" });
  const tools = make("div", { class: "toolbar" });
  const draw = () => {
    const logged = names.get(state.name) || [];
    const steps = [...new Set(logged.flatMap(({ step }) => step ?? []))].sort((a, b) => a - b);
    const drawGrid = () => {
      const own = logged.filter(({ step }) => step === null || step === steps[state.place]);
      grid.replaceChildren(...own.slice(0, MOST_SHOWN).map((one) => sideFigure(one)));
    };
    const choices = [...names.keys()].map((name) => [name, name]);
    const choice = makeChoice(isImages ? "Image" : "Shown", choices, state.name, (name) => {
      Object.assign(state, { name, place: 0 });
      draw();
    });
    tools.replaceChildren(choice.label);
    if (steps.length > 1) {
      tools.append(
        makeSlider(steps, (place) => {
          state.place = place;
          drawGrid();
        }),
      );
    }
    drawGrid();
  };
  const isImages = [...names.values()].flat().every(({ kind }) => kind === "image");
  draw();
  const title = make("h2", { id: "images" }, isImages ? "Images" : "Images, sound and texts");
  return make("section", { "aria-labelledby": "images" }, title, tools, grid);
}

/**
 * @param {Logged} logged
 */
function sideFigure({ name, key, kind, url, step, text }) {
  const label = `${key} of ${name}${step === null ? "" : ` at step ${thousands(step)}`}`;
  const shown = kind === "image" ? make("img", { src: url, alt: label }) : makeFrame(kind, url, label, text);
  return make("figure", {}, shown, make("figcaption", {}, name));
}

/**
 * A slider over steps, from the first.
 * @param {number[]} steps
 * @param {(place: number) => void} choose
 */
function makeSlider(steps, choose) {
  const range = { type: "range", min: "0", max: String(steps.length - 1), value: "0" };
  const slider = make("input", { ...range, "aria-label": "Step" });
  const told = make("output", {}, thousands(steps[0]));
  slider.addEventListener("input", () => {
    told.textContent = thousands(steps[Number(slider.value)]);
    choose(Number(slider.value));
  });
  return make("label", {}, "Step ", slider, " ", told);
}

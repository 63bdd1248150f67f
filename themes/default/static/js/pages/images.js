// Images of chosen runs, those of one step side by side.

import { make, makeChoice } from "../core/dom.js";
import { thousands } from "../core/format.js";
import { siteUrl } from "../core/loading.js";
import { runPlace } from "../core/sources.js";

/** @import { Source } from "../core/source.js" */
/** @import { Detailed } from "./differences.js" */

/**
 * An image of a run; `step` is null of one without.
 * @typedef {{run: number, name: string, step: number | null, url: string}} Picture
 */

const MOST_IMAGES = 12;

/**
 * Images by name: of each run those of its steps.
 * @param {Source} source
 * @param {Detailed[]} runs
 */
function imagesOf(source, runs) {
  /** @type {Map<string, Picture[]>} */
  const names = new Map();
  for (const { run, name, details } of runs) {
    const folder = siteUrl(runPlace(source, run).replace("index.html", ""));
    const add = (/** @type {string} */ key, /** @type {number | null} */ step, /** @type {string} */ own) => {
      const url = own.startsWith("data:") ? own : folder + own;
      names.set(key, [...(names.get(key) || []), { run, name, step, url }]);
    };
    for (const [key, kind, steps] of details.media || []) {
      if (kind === "image") for (const [step, url] of steps) add(key, step, url);
    }
    for (const [path, url, kind] of details.files || []) if (kind === "image") add(path, null, url);
  }
  return names;
}

/**
 * The section of images; null where there are none.
 * @param {Source} source
 * @param {Detailed[]} runs
 */
export function imagesPart(source, runs) {
  const names = imagesOf(source, runs);
  if (!names.size) return null;
  const isShared = (/** @type {Picture[]} */ images) => new Set(images.map(({ run }) => run)).size > 1;
  const [first] = [...names].find(([, images]) => isShared(images)) || [...names][0];
  const state = { name: first, place: 0 };
  const grid = make("div", { class: "side-images" });
  const tools = make("div", { class: "toolbar" });
  const draw = () => {
    const images = names.get(state.name) || [];
    const steps = [...new Set(images.flatMap(({ step }) => step ?? []))].sort((a, b) => a - b);
    const drawGrid = () => {
      const own = images.filter(({ step }) => step === null || step === steps[state.place]);
      grid.replaceChildren(
        ...own.slice(0, MOST_IMAGES).map(({ name, url, step }) =>
          make(
            "figure",
            {},
            make("img", {
              src: url,
              alt: `${state.name} of ${name}${step === null ? "" : ` at step ${thousands(step)}`}`,
            }),
            make("figcaption", {}, name),
          ),
        ),
      );
    };
    const choices = [...names.keys()].map((name) => [name, name]);
    const choice = makeChoice("Image", choices, state.name, (name) => {
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
  draw();
  const title = make("h2", { id: "images" }, "Images");
  return make("section", { "aria-labelledby": "images" }, title, tools, grid);
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

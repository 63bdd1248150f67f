// What can be done with a chart: link, config, pictures, spec, remove.

import { make, makeButton } from "../core/dom.js";
import { loadLater } from "../core/loading.js";
import { configText } from "./config.js";
import { savePicture, standAlone } from "./pictures.js";

/** @import { Shown } from "../table/shown.js" */
/** @import { Acts } from "./editor.js" */
/** @import { Figure } from "./figure.js" */

/**
 * The menu of a chart.
 * @param {Shown} shown
 * @param {Figure} one
 * @param {Acts} acts
 */
export function makeMenu(shown, one, acts) {
  const said = make("span", { class: "muted", role: "status" });
  /** @type {(text: string, what: string, made: () => string) => HTMLElement} */
  const copying = (text, what, made) =>
    makeButton(text, async () => {
      const copied = made();
      const { copyText } = await loadLater("tools");
      const isDone = copied && (await copyText(copied));
      const refused = copied ? "The browser refused to copy." : "Nothing is drawn.";
      said.textContent = isDone ? `Copied ${what}.` : refused;
    });
  const charts = () => acts.all.map(({ chart }) => chart);
  const items = [
    copying("Copy link to this view", "the link", () => location.href),
    copying("Copy as config", "a view for runreport.toml", () => configText(shown, charts())),
    copying("Copy Vega-Lite", "the spec with its data", () => specText(one)),
    makeButton("Download SVG", () => savePicture(one, "svg")),
    makeButton("Download PNG", () => savePicture(one, "png")),
    makeButton("Full screen", () => showWhole(one, said)),
    makeButton("Remove chart", acts.remove),
    said,
  ];
  const summary = make("summary", { "aria-label": "Chart actions" }, "Actions");
  return make("details", { class: "menu actions" }, summary, make("div", { class: "pane list" }, ...items));
}

/**
 * Give a chart the whole screen, or take it back.
 * @param {Figure} one
 * @param {HTMLElement} said
 */
async function showWhole({ figure }, said) {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await figure.requestFullscreen();
  } catch {
    said.textContent = "The browser refused the full screen.";
  }
}

/** @param {Figure} one */
function specText(one) {
  const spec = standAlone(one);
  return spec ? JSON.stringify(spec, null, 1) : "";
}

// The editor of a chart, above its drawing.

import { make, makeButton, makeChoice, makeSmoothing, within } from "../core/dom.js";
import { AXES } from "../core/hash.js";
import { makeMenu } from "./actions.js";
import { choicesFor, completeChart } from "./choices.js";
import { limitsControl, severalControl } from "./controls.js";
import { TYPES, fieldsOf, titleOf } from "./fields.js";

/** @import { Source } from "../core/source.js" */
/** @import { Shown } from "../table/shown.js" */
/** @import { OwnChart } from "./asked.js" */
/** @import { Setter } from "./controls.js" */
/** @import { FieldName } from "./fields.js" */
/** @import { Figure } from "./figure.js" */

/**
 * What an editor may do to the figures of its page.
 * @typedef {{close: () => void, remove: () => void, all: Figure[]}} Acts
 */

/** @type {Record<FieldName, string>} */
const FIELD_NAMES = {
  x: "X",
  y: "Y",
  c: "Colour",
  g: "Mean over",
  scale: "Scale",
  xscale: "X scale",
  smooth: "Smoothing",
  xlim: "X from",
  ylim: "Y from",
  runs: "Runs",
};

/**
 * Open the editor of a figure.
 * @param {Shown} shown
 * @param {Figure} one
 * @param {Acts} acts
 */
export function openEditor(shown, one, acts) {
  const { figure } = one;
  figure.querySelector(".chart-bar")?.remove();
  let editor = figure.querySelector(".controls");
  if (!(editor instanceof HTMLElement)) {
    editor = make("div", { class: "controls" });
    within(figure, "figcaption").after(editor);
  }
  drawControls(shown, one, acts, editor);
  within(editor, "select").focus();
}

/**
 * The chart without an editor, with the button that opens it.
 * @param {Shown} shown
 * @param {Figure} one
 * @param {() => void} open
 */
export function closeEditor({ source }, { chart, figure }, open) {
  figure.querySelector(".controls")?.remove();
  const label = { class: "quiet", "aria-label": `Edit chart ${titleOf(source, chart)}` };
  const button = makeButton("Edit", open, label);
  within(figure, "figcaption").after(make("p", { class: "chart-bar" }, button));
  return button;
}

/**
 * Draw the controls of the chart as it is now; the one that has the focus keeps it.
 * @param {Shown} shown
 * @param {Figure} one
 * @param {Acts} acts
 * @param {Element} editor
 */
function drawControls(shown, one, acts, editor) {
  const { source } = shown;
  const { chart } = one;
  const active = document.activeElement;
  const focused = editor.contains(active) ? active?.getAttribute("aria-label") : "";
  const isInMenu = Boolean(active?.closest(".controls .axes[open]"));
  const change = (/** @type {Partial<OwnChart>} */ changes) => {
    Object.assign(chart, changes);
    one.change();
    drawControls(shown, one, acts, editor);
  };
  const types = Object.entries(TYPES).map(([type, { title }]) => [type, title]);
  const choice = makeChoice("Type", types, chart.type, (type) => change(completeChart(source, type, chart)));
  const controls = fieldsOf(chart.type).map(([field, kind]) =>
    fieldControl(source, chart, field, kind, (value) => change({ [field]: value })),
  );
  const done = makeButton("Done", acts.close, { class: "quiet" });
  editor.replaceChildren(
    titleControl(shown, one),
    choice.label,
    ...controls,
    make("div", { class: "acts" }, makeMenu(shown, one, acts), done),
  );
  const axes = editor.querySelector(".axes");
  if (axes instanceof HTMLDetailsElement) axes.open = isInMenu;
  const again = focused && editor.querySelector(`[aria-label="${CSS.escape(focused)}"]`);
  if (again instanceof HTMLElement) again.focus();
}

/**
 * The other controls stay as they are: a click on one of them is what ends the typing.
 * @param {Shown} shown
 * @param {Figure} one
 */
function titleControl({ source }, one) {
  const { chart } = one;
  const placeholder = titleOf(source, { ...chart, title: "" });
  const title = make("input", { type: "text", value: chart.title || "", placeholder, "aria-label": "Title" });
  title.addEventListener("change", () => {
    chart.title = title.value.trim();
    one.change();
  });
  return make("label", {}, make("span", {}, "Title"), " ", title);
}

/**
 * @param {Source} source
 * @param {OwnChart} chart
 * @param {FieldName} field
 * @param {string} kind
 * @param {Setter} set
 */
function fieldControl(source, chart, field, kind, set) {
  const isColouredBy = field === "c" && ["parallel", "heatmap"].includes(chart.type);
  const text = isColouredBy ? "Colour by" : FIELD_NAMES[field];
  if (kind === "smooth") return smoothControl(text, chart, set);
  if (kind === "limits") return limitsControl(text, chart[field] || "", field === "ylim", set);
  if (kind === "several") {
    const columns = source.columnsOf("params", "metrics").filter((column) => column.varies);
    return severalControl("Axes", columns, chart.x || "", set);
  }
  const choice = makeChoice(text, choicesOf(source, chart, field, kind), chart[field] || "", set).label;
  if (kind !== "curve" || chart.g) return choice;
  const metrics = source.columnsOf("metrics").filter((column) => column.curves);
  return make("span", { class: "limits" }, choice, severalControl("And", metrics, chart.y || "", set));
}

/**
 * What a field may be, what it is now among that.
 * @param {Source} source
 * @param {OwnChart} chart
 * @param {FieldName} field
 * @param {string} kind
 */
function choicesOf(source, chart, field, kind) {
  if (kind === "axis") return AXES;
  if (kind === "scale") {
    return [
      ["", "linear"],
      ["log", "logarithmic"],
    ];
  }
  if (kind === "runs") {
    const choices = [
      ["", "first of the table"],
      ["all", "all"],
    ];
    return chart.built ? [["built", "best, as built"], ...choices] : choices;
  }
  const choices = choicesFor(source, kind);
  const name = chart[field] || "";
  if (choices.some(([own]) => own === name)) return choices;
  return [...choices, [name, source.column(name)?.label || name]];
}

/**
 * @param {string} text
 * @param {OwnChart} chart
 * @param {Setter} set
 */
function smoothControl(text, chart, set) {
  const input = makeSmoothing(chart.smooth || "");
  input.addEventListener("change", () => set(Number(input.value) ? input.value : ""));
  return make("label", {}, make("span", {}, text), " ", input);
}

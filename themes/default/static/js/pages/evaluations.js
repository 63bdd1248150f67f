// Results tables of two runs, row by row.

import { brought } from "../core/brought.js";
import { byId, cellOf, every, make, makeBox, makeChoice, putHash } from "../core/dom.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { compareRows } from "./pairing.js";
import { SHOWN_ROWS, cellText, countOf, hasWords, restOfCell, wordsBox } from "./results.js";

/** @import { PairedRow } from "./pairing.js" */

/** Start the page. */
export function startEvaluations() {
  const table = document.getElementById("difference-table");
  const runs = every(document, "#evaluated-runs tr[data-run]");
  if (!(table instanceof HTMLTableElement) || runs.length < 2) return;
  const named = new Map(
    runs.map(({ dataset: { run = "", name = "", script = "" } }) => [run, { run, name, script }]),
  );
  const asked = /(?:^#|&)compare=([^&,]+),([^&,]+)/.exec(location.hash);
  const choices = [...named.values()].map(({ run, name }) => [run, name]);
  const { left: first = "", right: second = "" } = table.dataset;
  const left = makeChoice("Compare", choices, asked && named.has(asked[1]) ? asked[1] : first);
  const right = makeChoice("with", choices, asked && named.has(asked[2]) ? asked[2] : second);
  const only = makeBox("Only rows that differ");
  let words = "";
  const draw = async () => {
    const pair = [left, right].flatMap(({ input }) => named.get(input.value) || []);
    await Promise.all(pair.map(({ script }) => loadScript(siteUrl(script))));
    const [one, other] = pair.map(({ run }) => brought.evaluations.get(run));
    if (!one || !other) return;
    const all = compareRows(one, other);
    const found = all.filter(({ inputs, target, outputs }) => hasWords([inputs, target, ...outputs], words));
    const shown = only.input.checked ? found.filter((row) => row.differs) : found;
    const heads = table.tHead?.rows[0].cells;
    pair.forEach(({ name }, place) => {
      if (heads) heads[2 + place].textContent = name;
    });
    table.tBodies[0].replaceChildren(...shown.slice(0, SHOWN_ROWS).map(differenceRow));
    const differing = found.filter((row) => row.differs).length;
    const verb = differing === 1 ? "differs" : "differ";
    const told = `${countOf(shown.length, found.length)}, ${differing} ${verb}`;
    byId("difference-shown").textContent = `${pair[0].name} and ${pair[1].name}: ${told}`;
  };
  const change = () => {
    putHash(`#v=1&compare=${left.input.value},${right.input.value}`);
    draw();
  };
  left.input.addEventListener("change", change);
  right.input.addEventListener("change", change);
  only.input.addEventListener("change", draw);
  const tools = byId("difference-tools");
  tools.append(
    left.label,
    right.label,
    only.label,
    wordsBox((text) => {
      words = text;
      draw();
    }),
  );
  tools.hidden = false;
  if (asked) draw();
}

/** @param {PairedRow} row */
function differenceRow({ inputs, target, outputs, scores, differs }) {
  const value = (/** @type {any} */ own) => make("strong", cellOf("", restOfCell(own)), cellText(own));
  const lines = scores.map(([name, one, other]) => {
    const line = make("div", {}, `${name} `, value(one));
    if (one !== other) line.append(" → ", value(other));
    return line;
  });
  return make(
    "tr",
    differs ? { class: "differs" } : {},
    make("td", { class: "input" }, inputs),
    make("td", { class: "target" }, target),
    make("td", { class: "output" }, outputs[0]),
    make("td", { class: "output" }, outputs[1]),
    make("td", { class: "scores" }, ...lines),
  );
}

// Results tables of two runs: what became of each score, and row by row.

import { brought } from "../core/brought.js";
import { byId, every, make, makeChoice, within } from "../core/dom.js";
import { plural } from "../core/format.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { keepWanted, keptRows, readWanted } from "./outcomes.js";
import { compareTables } from "./pairing.js";
import { changeRow, differenceRow } from "./paired_rows.js";
import { SHOWN_ROWS, countOf, wordsBox } from "./results.js";

/** @import { Wanted } from "./outcomes.js" */
/** @import { ScoreChange } from "./pairing.js" */

/** Start the page. */
export function startEvaluations() {
  const rowsTable = document.getElementById("difference-table");
  const runs = every(document, "#evaluated-runs tr[data-run]");
  if (!(rowsTable instanceof HTMLTableElement) || runs.length < 2) return;
  const named = new Map(
    runs.map(({ dataset: { run = "", name = "", script = "" } }) => [run, { run, name, script }]),
  );
  const built = `${rowsTable.dataset.left},${rowsTable.dataset.right}`;
  const wanted = readWanted(built, [...named.keys()]);
  const change = (/** @type {Partial<Wanted>} */ changes) => {
    Object.assign(wanted, changes);
    keepWanted(wanted, built);
    draw().catch(() => {
      byId("difference-shown").textContent = "The rows of this pair could not be loaded.";
    });
  };
  let turns = 0;
  const draw = async () => {
    const turn = ++turns;
    const pair = wanted.compare.split(",").flatMap((run) => named.get(run) || []);
    await Promise.all(pair.map(({ script }) => loadScript(siteUrl(script))));
    const [before, after] = pair.map(({ run }) => brought.evaluations.get(run));
    if (!before || !after || turn !== turns) return;
    const { rows, changes, cut } = compareTables(before, after);
    if (!changes.some(({ name }) => name === wanted.score)) wanted.score = "";
    const found = keptRows(rows, { ...wanted, score: wanted.score || changes[0]?.name || "" });
    const names = `From ${pair[0].name} to ${pair[1].name}`;
    const over = plural(rows.length, "row");
    byId("pair-shown").textContent = `${names}, over ${over} with the same inputs${cut}`;
    const table = byId("changes", HTMLTableElement);
    const focused = document.activeElement?.getAttribute("data-count");
    table.tBodies[0].replaceChildren(
      ...changes.map((one) => changeRow(one, wanted, changes[0].name, change)),
    );
    if (focused) every(table, `[data-count="${CSS.escape(focused)}"]`)[0]?.focus();
    const heads = rowsTable.tHead?.rows[0].cells;
    pair.forEach(({ name }, place) => {
      if (heads) heads[2 + place].textContent = name;
    });
    rowsTable.tBodies[0].replaceChildren(...found.slice(0, SHOWN_ROWS).map(differenceRow));
    byId("difference-shown").textContent = countOf(found.length, rows.length);
    drawTools(changes, wanted, change);
  };
  addEventListener("hashchange", () => {
    Object.assign(wanted, readWanted(built, [...named.keys()]));
    draw().catch(() => {});
  });
  startTools(
    [...named.values()].map(({ run, name }) => [run, name]),
    wanted,
    change,
  );
  draw().catch(() => {}); // the built rows stay
}

/**
 * @param {string[][]} choices
 * @param {Wanted} wanted
 * @param {(changes: Partial<Wanted>) => void} change
 */
function startTools(choices, wanted, change) {
  const [before, after] = wanted.compare.split(",");
  const choose = () => change({ compare: `${from.input.value},${to.input.value}` });
  const from = makeChoice("From", choices, before, choose);
  const to = makeChoice("To", choices, after, choose);
  const words = wordsBox((text) => change({ words: text }));
  byId("pair-tools").append(from.label, to.label);
  byId("difference-tools").append(make("span", { class: "choices" }), words);
  for (const id of ["pair-tools", "difference-tools"]) byId(id).hidden = false;
}

/**
 * Which rows, by which score, in which order; a score of which nobody knows which values are better has
 * other words.
 * @param {ScoreChange[]} changes
 * @param {Wanted} wanted
 * @param {(changes: Partial<Wanted>) => void} change
 */
function drawTools(changes, wanted, change) {
  const own = changes.find(({ name }) => name === wanted.score) || changes[0];
  const [up, down] = own?.direction ? ["Better", "Worse"] : ["Higher", "Lower"];
  const rows = [
    ["all", "All"],
    ["differ", "That differ"],
    ["better", up],
    ["worse", down],
    ["same", "Same"],
  ];
  const orders = [
    ["asked", "As asked"],
    ["worse", `${down} first`],
    ["better", `${up} first`],
  ];
  const scores = changes.map(({ name }) => [name, name]);
  const place = within(byId("difference-tools"), ".choices");
  const focused = document.activeElement?.getAttribute("aria-label");
  place.replaceChildren(
    makeChoice("Rows", rows, wanted.rows, (chosen) => change({ rows: chosen })).label,
    makeChoice("Score", scores, own?.name || "", (score) => change({ score })).label,
    makeChoice("Order", orders, wanted.order, (order) => change({ order })).label,
  );
  const again = focused && place.querySelector(`select[aria-label="${CSS.escape(focused)}"]`);
  if (again instanceof HTMLElement) again.focus();
}

// A model's page: of all versions side by side, any two, and only what differs between them.

import { deltaOf, makeDelta } from "../core/deltas.js";
import { byId, every, makeBox, makeChoice, putHash } from "../core/dom.js";
import { plural } from "../core/format.js";

/** @typedef {{left: string, right: string, all: boolean}} Pair */

/** Start the page. */
export function startVersions() {
  const table = document.querySelector("#comparison .compared");
  const tools = document.getElementById("compare-tools");
  if (!(table instanceof HTMLTableElement) || !tools) return;
  const numbers = every(table, "thead th[data-version]").map((head) => head.dataset.version || "");
  const choices = numbers.map((number) => [number, `v${number}`]);
  const left = makeChoice("Compare", choices, numbers[0]);
  const right = makeChoice("with", choices, numbers[1]);
  const all = makeBox("All versions");
  const same = makeBox("What is the same, too");
  tools.append(left.label, right.label, all.label, same.label);
  tools.hidden = false;
  const show = () => {
    const isAll = all.input.checked,
      withSame = same.input.checked;
    const wanted = isAll ? numbers : [left.input.value, right.input.value];
    left.input.disabled = right.input.disabled = isAll;
    const rows = showVersions(table, numbers, wanted, withSame);
    const what = isAll ? `All ${numbers.length} versions` : `v${left.input.value} and v${right.input.value}`;
    const differing = rows ? `${what} differ in ${plural(rows, "row")}` : `${what} do not differ`;
    const told = withSame ? `${what}: ${plural(rows, "row")}, differences marked` : differing;
    byId("compare-shown").textContent = told;
  };
  const choose = (/** @type {Pair} */ pair) => {
    left.input.value = pair.left;
    right.input.value = pair.right;
    all.input.checked = pair.all;
    show();
  };
  const keep = () => {
    const pair = all.input.checked ? "all" : `${left.input.value},${right.input.value}`;
    putHash(`#v=1&compare=${pair}`);
    show();
  };
  for (const control of [left, right, all, same]) control.input.addEventListener("change", keep);
  window.addEventListener("hashchange", () => {
    const found = readPair(location.hash, numbers);
    if (found) choose(found);
  });
  choose(readPair(location.hash, numbers) || { left: numbers[0], right: numbers[1], all: false });
}

/**
 * The versions that `#v=1&compare=3,1` or `compare=all` names; null where it names none.
 * @param {string} hash
 * @param {string[]} numbers
 * @returns {Pair | null}
 */
function readPair(hash, numbers) {
  const found = /(?:^#|&)compare=([^&]*)/.exec(hash);
  if (!found) return null;
  if (found[1] === "all") return { left: numbers[0], right: numbers[1], all: true };
  const [left, right] = found[1].split(",");
  return [left, right].every((one) => numbers.includes(one)) ? { left, right, all: false } : null;
}

/**
 * What a cell stands for: its number, or its title where its text leaves something out.
 * @param {HTMLElement} cell
 */
function valueOf(cell) {
  return cell.dataset.value ?? cell.querySelector("[title]")?.getAttribute("title") ?? cell.textContent;
}

/**
 * Each number says what it differs by from that of the next version that is shown.
 * @param {HTMLTableRowElement} row
 * @param {HTMLTableCellElement[]} cells that are shown
 */
function drawDeltas(row, cells) {
  const better = /** @type {"max" | "min" | null} */ (row.dataset.better || null);
  const numbers = cells.map(({ dataset }) => (dataset.value ? Number(dataset.value) : null));
  cells.forEach((cell, place) => {
    cell.querySelector(".delta")?.remove();
    const delta = makeDelta(deltaOf(numbers[place], numbers[place + 1], better));
    if (delta) cell.append(" ", delta);
  });
}

/**
 * Hide the columns of other versions and the rows in which the shown ones agree.
 * @param {HTMLTableElement} table
 * @param {string[]} numbers
 * @param {string[]} wanted
 * @param {boolean} withSame
 */
function showVersions(table, numbers, wanted, withSame) {
  const places = numbers.flatMap((number, place) => (wanted.includes(number) ? [place] : []));
  const hideOthers = (/** @type {HTMLTableRowElement} */ row) => {
    const cells = [...row.cells].slice(1);
    cells.forEach((cell, place) => {
      cell.hidden = !places.includes(place);
    });
    return places.map((place) => cells[place]);
  };
  if (table.tHead) hideOthers(table.tHead.rows[0]);
  let shown = 0;
  for (const body of table.tBodies) {
    const [title, ...rows] = body.rows;
    for (const row of rows) {
      const cells = hideOthers(row);
      const differs = new Set(cells.map(valueOf)).size > 1;
      drawDeltas(row, cells);
      row.classList.toggle("differs", differs);
      row.hidden = !differs && !withSame;
    }
    const own = rows.filter((row) => !row.hidden).length;
    title.hidden = own === 0;
    shown += own;
  }
  table.hidden = shown === 0;
  return shown;
}

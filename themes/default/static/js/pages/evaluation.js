// The results table of an evaluation: sort and filter it.

import { brought } from "../core/brought.js";
import { byId, cellOf, make, makeButton } from "../core/dom.js";
import { SHOWN_ROWS, cellText, countOf, hasWords, restOfCell, wordsBox } from "./results.js";

/** Start the page. */
export function startEvaluation() {
  const table = document.getElementById("evaluation-table");
  const evaluation = brought.evaluations.get(document.body.dataset.run || "");
  if (!(table instanceof HTMLTableElement) || !table.tHead || !evaluation) return;
  const { columns, rows } = evaluation;
  const state = { sort: -1, down: false, words: "" };
  const draw = () => {
    const found = rows.filter((row) => hasWords(row, state.words));
    if (state.sort >= 0) sortRows(found, state.sort, state.down);
    const drawn = found
      .slice(0, SHOWN_ROWS)
      .map((row) =>
        make(
          "tr",
          {},
          ...row.map((value, place) =>
            make("td", cellOf(columns[place][1], restOfCell(value)), cellText(value)),
          ),
        ),
      );
    table.tBodies[0].replaceChildren(...drawn);
    byId("evaluation-shown").textContent = countOf(found.length, rows.length);
  };
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const sort = () => {
      state.down = state.sort === place ? !state.down : columns[place][1] === "score";
      state.sort = place;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      draw();
    };
    head.replaceChildren(makeButton(head.textContent || "", sort));
  });
  const tools = byId("evaluation-tools");
  tools.append(
    wordsBox((words) => {
      state.words = words;
      draw();
    }),
  );
  tools.hidden = false;
}

/**
 * Stable; rows without a value last in both directions.
 * @param {any[][]} rows
 * @param {number} place
 * @param {boolean} down
 */
function sortRows(rows, place, down) {
  const sign = down ? -1 : 1;
  const isMissing = (/** @type {any} */ value) => Number(value === null || value === "NaN");
  rows.sort((a, b) => {
    const [x, y] = [a[place], b[place]];
    if (isMissing(x) || isMissing(y)) return isMissing(x) - isMissing(y);
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
}

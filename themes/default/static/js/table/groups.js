// The grouped table, and the menu that groups.

import { makeDelta } from "../core/deltas.js";
import { cellOf, make, makeBox, makeButton, say } from "../core/dom.js";
import { plural, thousands } from "../core/format.js";
import { groupTable } from "./grouping.js";
import { drawHead } from "./head.js";
import { drawPages } from "./paging.js";
import { foundColumns, groupedList, makePane } from "./pane.js";
import { PARENT } from "./shown.js";

/** @import { Column } from "../core/source.js" */
/** @import { Group, Summary } from "./grouping.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Fill the menu of what to group by.
 * @param {Shown} shown
 * @param {HTMLDetailsElement} menu
 */
export function openGroup(shown, menu) {
  const { pane, search } = makePane(menu, "columns to group by", () => list());
  const all = make("div", { class: "list" });
  const fold = makeBox("Fold runs into those that started them", (isOn) => {
    shown.view.flat = !isOn;
    shown.view.p = 1;
    shown.update();
  });
  pane.append(fold.label, all);
  const choose = (/** @type {string} */ name) => {
    shown.view.group = name;
    shown.view.p = 1;
    menu.open = false;
    menu.querySelector("summary")?.focus();
    shown.update();
  };
  const choice = (/** @type {string} */ label, /** @type {string} */ name) =>
    makeButton(label, () => choose(name), { "aria-pressed": String(shown.view.group === name) });
  const list = () => {
    const found = foundColumns(
      shown.source,
      search.value,
      ({ varies, group, name }) => varies && (["params", "tags"].includes(group) || name === "status"),
    );
    fold.input.checked = !shown.view.flat;
    fold.label.hidden = !shown.source.column(PARENT);
    all.replaceChildren(
      choice("No groups", ""),
      ...groupedList(found, ({ label, name }) => choice(label, name)),
    );
  };
  shown.listeners.push(list);
  list();
  search.focus();
}

/**
 * Draw the groups of the present view instead of runs.
 * @param {Shown} shown
 * @param {HTMLTableElement} table
 */
export function drawGroups(shown, table) {
  const by = shown.source.column(shown.view.group);
  if (!by) return;
  const { columns, rows } = groupTable(shown, by);
  drawHead(shown, table, [by, ...columns]);
  const heads = table.tHead?.rows[0].cells;
  if (heads) {
    heads[0].className = "number";
    heads[0].textContent = "n";
    heads[1].after(heads[0]);
  }
  table.tBodies[0].replaceWith(
    make(
      "tbody",
      {},
      ...rows.map(({ group, cells }) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, group.value === null ? group.text : groupButton(shown, by, group)),
          make("td", { class: "number" }, thousands(group.runs.length)),
          ...cells.map((cell, place) => summaryCell(columns[place], cell)),
        ),
      ),
    ),
  );
  drawPages(shown);
  const counts = `${plural(rows.length, "group")} by ${by.label}, ${plural(shown.runs.length, "run")}`;
  say(`${counts}; mean ± standard deviation`);
}

/**
 * What a group says of a column.
 * @param {Column} column
 * @param {Summary} summary
 */
function summaryCell({ kind, deltas }, { text, rest = "", delta }) {
  if (deltas) return make("td", { class: "change" }, (delta && makeDelta(delta)) || "");
  return make("td", cellOf(kind, rest), text);
}

/**
 * A button that shows the runs of one group: the table again, filtered.
 * @param {Shown} shown
 * @param {Column} column
 * @param {Group} group
 */
function groupButton(shown, { name }, { text, rest, runs }) {
  const open = () => {
    const { source, view } = shown;
    view.group = "";
    view.facets.set(name, new Set(runs.map((run) => String(source.logged(name, run)))));
    shown.update();
  };
  return makeButton(text, open, { title: rest ? `${rest}: show these runs` : "Show these runs" });
}

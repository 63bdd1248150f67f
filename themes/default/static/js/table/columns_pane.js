// Customise columns: what is shown, in which order, what stays in sight, and all there are.

import { make, makeBox, makeButton } from "../core/dom.js";
import { foundColumns, groupedList, makePane } from "./pane.js";
import { defaultColumns } from "./shown.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * Fill the menu of columns.
 * @param {Shown} shown
 * @param {HTMLElement} menu
 */
export function openColumns(shown, menu) {
  const { pane, search } = makePane(menu, "columns", () => list());
  const differ = makeBox("Only columns that differ", (isOn) => {
    shown.view.differ = isOn;
    shown.update();
  });
  const reset = makeButton(
    "Reset columns",
    () => {
      Object.assign(shown.view, { cols: null, pin: [], differ: false });
      shown.update();
    },
    { class: "quiet" },
  );
  const order = make("ol", { class: "order", "aria-label": "Shown columns" });
  const all = make("div");
  pane.append(make("div", { class: "row" }, differ.label, reset), make("h3", {}, "Shown"), order, all);
  const list = () => {
    const names = new Set(shown.chosenColumns.map((column) => column.name));
    const found = foundColumns(shown.source, search.value, () => true);
    all.replaceChildren(
      ...groupedList(found, (column) => {
        const box = makeBox(column.label, (isOn) => toggleColumn(shown, column.name, isOn));
        box.input.checked = names.has(column.name);
        return box.label;
      }),
    );
  };
  const draw = () => {
    differ.input.checked = shown.view.differ;
    drawOrder(shown, order);
    if (!all.contains(document.activeElement)) list();
  };
  shown.listeners.push(draw);
  draw();
  search.focus();
}

/**
 * @param {Shown} shown
 * @param {HTMLElement} order
 */
function drawOrder(shown, order) {
  const focused = document.activeElement?.getAttribute("data-act");
  const columns = shown.chosenColumns;
  order.replaceChildren(...columns.map((column, place) => orderItem(shown, column, place, columns.length)));
  const again = focused && order.querySelector(`[data-act="${CSS.escape(focused)}"]`);
  if (again instanceof HTMLElement) again.focus();
}

/**
 * @param {Shown} shown
 * @param {Column} column
 * @param {number} place
 * @param {number} count
 */
function orderItem(shown, { name, label }, place, count) {
  const isPinned = shown.view.pin.includes(name);
  /** @type {(text: string, title: string, act: string, work: () => void, isOff?: boolean) => HTMLElement} */
  const button = (text, title, act, work, isOff) => {
    const names = { "aria-label": `${title} ${label}`, "data-act": `${act} ${name}`, title };
    return makeButton(text, work, isOff ? { ...names, "aria-disabled": "true" } : names);
  };
  const pin = button(isPinned ? "●" : "○", isPinned ? "Unpin" : "Pin", "pin", () => togglePin(shown, name));
  pin.setAttribute("aria-pressed", String(isPinned));
  return make(
    "li",
    {},
    make("span", {}, label),
    button("↑", "Move up", "up", () => moveColumn(shown, name, -1), place === 0),
    button("↓", "Move down", "down", () => moveColumn(shown, name, 1), place === count - 1),
    pin,
    button("×", "Hide", "hide", () => toggleColumn(shown, name, false)),
  );
}

/** @param {Shown} shown */
function namesOf(shown) {
  return shown.chosenColumns.map((column) => column.name);
}

/**
 * @param {Shown} shown
 * @param {string[]} names
 */
function chooseColumns(shown, names) {
  const isDefault = names.join(" ") === defaultColumns().join(" ");
  shown.view.cols = isDefault ? null : names;
  shown.update();
}

/**
 * @param {Shown} shown
 * @param {string} name
 * @param {boolean} isShown
 */
function toggleColumn(shown, name, isShown) {
  const names = namesOf(shown).filter((other) => other !== name);
  if (isShown) names.push(name);
  else shown.view.pin = shown.view.pin.filter((other) => other !== name);
  if (names.length) chooseColumns(shown, names);
}

/**
 * @param {Shown} shown
 * @param {string} name
 */
function togglePin(shown, name) {
  const { pin } = shown.view;
  shown.view.pin = pin.includes(name) ? pin.filter((other) => other !== name) : [...pin, name];
  shown.update();
}

/**
 * @param {Shown} shown
 * @param {string} name
 * @param {number} by
 */
function moveColumn(shown, name, by) {
  const names = namesOf(shown);
  const place = names.indexOf(name);
  const to = place + by;
  if (to < 0 || to >= names.length) return;
  [names[place], names[to]] = [names[to], names[place]];
  chooseColumns(shown, names);
}

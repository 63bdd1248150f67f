// The panes of the toolbar: columns, filters by value, grouping, export. Made when first opened;
// long lists show their beginning and what the search finds.

const MOST_LISTED = 150;
const GROUPS = [["properties", "Properties"], ["metrics", "Metrics"], ["statistics", "Statistics"], ["params", "Params"], ["tags", "Tags"]];

shared.panes = { columns: openColumns, filters: openFilters, group: openGroup, export: openExport };

/** An empty pane with a search that lists again. @returns {{pane: HTMLElement, search: HTMLInputElement}} */
function makePane(menu, label, list) {
  const pane = make("div", { class: "pane" });
  const search = make("input", { type: "search", class: "pane-search", "aria-label": `Search ${label}`, placeholder: "Search" });
  search.addEventListener("input", list);
  pane.append(search);
  menu.append(pane);
  return { pane, search };
}

/** The columns that a search finds, group by group, and how many there are. */
function foundColumns(word, wanted) {
  const text = word.toLowerCase();
  return source().columns.filter((column) =>
    GROUPS.some(([group]) => group === column.group) && wanted(column) && column.label.toLowerCase().includes(text));
}

function source() {
  return shared.source;
}

/** Groups of items with a heading each; the rest is counted. */
function groupedList(columns, makeItem) {
  const parts = [];
  let left = MOST_LISTED;
  for (const [group, title] of GROUPS) {
    const own = columns.filter((column) => column.group === group);
    if (!own.length || left <= 0) continue;
    const items = own.slice(0, left).map(makeItem);
    left -= items.length;
    parts.push(make("div", { role: "group", "aria-label": title }, make("h3", {}, title), ...items));
  }
  if (columns.length > MOST_LISTED) {
    parts.push(make("p", { class: "muted" }, `The first ${MOST_LISTED} of ${thousands(columns.length)}; search for the others.`));
  }
  if (!columns.length) parts.push(make("p", { class: "muted" }, "No column has this name."));
  return parts;
}

/** Customise columns: what is shown, in which order, what stays in sight, and all there are. */
function openColumns(menu) {
  if (menu.querySelector(".pane")) return;
  const { pane, search } = makePane(menu, "columns", () => list());
  const differ = makeBox("Only columns that differ", (isOn) => { shown.view.differ = isOn; update(); });
  const reset = makeButton("Reset columns", () => {
    Object.assign(shown.view, { cols: null, pin: [], differ: false });
    update();
  }, { class: "quiet" });
  const order = make("ol", { class: "order", "aria-label": "Shown columns" });
  const all = make("div");
  pane.append(make("div", { class: "row" }, differ.label, reset), make("h3", {}, "Shown"), order, all);
  const list = () => {
    const isShown = new Set(chosenColumns().map((column) => column.name));
    all.replaceChildren(...groupedList(foundColumns(search.value, () => true), (column) => {
      const box = makeBox(column.label, (isOn) => toggleColumn(column.name, isOn));
      box.input.checked = isShown.has(column.name);
      return box.label;
    }));
  };
  const draw = () => {
    differ.input.checked = shown.view.differ;
    const focused = document.activeElement && document.activeElement.dataset.act;
    order.replaceChildren(...chosenColumns().map((column, place, columns) => orderItem(column, place, columns.length)));
    const again = focused && order.querySelector(`[data-act="${CSS.escape(focused)}"]`);
    if (again) again.focus();
    if (!all.contains(document.activeElement)) list();
  };
  shown.listeners.push(draw);
  draw();
  search.focus();
}

function orderItem(column, place, count) {
  const isPinned = shown.view.pin.includes(column.name);
  const act = (text, label, name, work, isOff) => {
    const button = makeButton(text, work, { "aria-label": `${label} ${column.label}`, "data-act": `${name} ${column.name}`, title: label });
    if (isOff) button.setAttribute("aria-disabled", "true");
    return button;
  };
  const pin = act(isPinned ? "●" : "○", isPinned ? "Unpin" : "Pin", "pin", () => togglePin(column.name));
  pin.setAttribute("aria-pressed", String(isPinned));
  return make("li", {}, make("span", {}, column.label),
    act("↑", "Move up", "up", () => moveColumn(column.name, -1), place === 0),
    act("↓", "Move down", "down", () => moveColumn(column.name, 1), place === count - 1),
    pin, act("×", "Hide", "hide", () => toggleColumn(column.name, false)));
}

function chooseColumns(names) {
  const isDefault = names.join(" ") === defaultColumns().join(" ");
  shown.view.cols = isDefault ? null : names;
  update();
}

function toggleColumn(name, isShown) {
  const names = chosenColumns().map((column) => column.name).filter((other) => other !== name);
  if (isShown) names.push(name);
  else shown.view.pin = shown.view.pin.filter((other) => other !== name);
  if (names.length) chooseColumns(names);
}

function togglePin(name) {
  const { pin } = shown.view;
  shown.view.pin = pin.includes(name) ? pin.filter((other) => other !== name) : [...pin, name];
  update();
}

function moveColumn(name, by) {
  const names = chosenColumns().map((column) => column.name);
  const place = names.indexOf(name);
  const to = place + by;
  if (to < 0 || to >= names.length) return;
  [names[place], names[to]] = [names[to], names[place]];
  chooseColumns(names);
}

/** Filters by value: check boxes with counts for texts, least and greatest for numbers. */
function openFilters(menu) {
  if (menu.querySelector(".pane")) return;
  const { pane, search } = makePane(menu, "filters", () => list());
  const clear = makeButton("Clear filters", () => {
    shown.view.facets.clear();
    shown.view.ranges.clear();
    shown.view.p = 1;
    update();
    list();
  }, { class: "quiet" });
  const all = make("div");
  pane.append(make("div", { class: "row" }, clear), all);
  const isUsable = (column) => column.varies && (column.facet || column.min !== undefined);
  const list = () => {
    const inUse = (column) => shown.view.facets.has(column.name) || shown.view.ranges.has(column.name);
    const found = foundColumns(search.value, isUsable).sort((a, b) => inUse(b) - inUse(a));
    all.replaceChildren(...groupedList(found, (column) => filterItem(column, inUse(column))));
  };
  list();
  search.focus();
}

/** @param {Column} column */
function filterItem(column, isOpen) {
  const item = make("details", { class: "choice" }, make("summary", {}, column.label));
  const fill = () => {
    if (item.childElementCount > 1) return;
    item.append(column.facet && column.kind === "text" ? valueBoxes(column) : rangeBoxes(column));
  };
  item.addEventListener("toggle", fill);
  if (isOpen) { fill(); item.open = true; }
  return item;
}

function valueBoxes(column) {
  const chosen = () => shown.view.facets.get(column.name) || new Set();
  return make("div", {}, ...column.facet.map(([value, count]) => {
    const label = column.name === "status" && MARKS[value] ? MARKS[value][1] : value;
    const box = makeBox(formatText(label), () => toggleFacet(column.name, value));
    if (formatText(label) !== label) box.label.title = label;
    box.input.checked = chosen().has(value);
    box.label.append(make("span", { class: "count" }, thousands(count)));
    return box.label;
  }));
}

/** Two number fields and what there is between them. */
function rangeBoxes(column) {
  const [low, high] = shown.view.ranges.get(column.name) || ["", ""];
  const field = (word, value, place) => {
    const input = make("input", { type: "text", inputmode: "decimal", value, placeholder: formatNumber(Number(place)).replaceAll(",", ""), "aria-label": `${word} ${column.label}` });
    input.addEventListener("change", change);
    return input;
  };
  const change = () => {
    const values = [least, most].map(({ value }) => (value.trim() && Number.isFinite(Number(value)) ? String(Number(value)) : ""));
    const wrong = [least, most].filter((input) => input.value.trim() && !Number.isFinite(Number(input.value)));
    for (const input of [least, most]) input.setAttribute("aria-invalid", String(wrong.includes(input)));
    if (wrong.length) return;
    if (values[0] || values[1]) shown.view.ranges.set(column.name, values);
    else shown.view.ranges.delete(column.name);
    shown.view.p = 1;
    update();
  };
  const least = field("Least", low, column.min), most = field("Greatest", high, column.max);
  return make("div", { class: "range" }, least, make("span", {}, "to"), most);
}

// The columns menu: four groups of check boxes with a search, and closing menus by Esc or a click.

function startColumnsMenu() {
  const pane = make("div", { class: "pane" });
  const search = make("input", {
    type: "search", class: "pane-search", "aria-label": "Search columns", placeholder: "Search",
  });
  pane.append(search);
  const boxes = [];
  for (const group of ["properties", "metrics", "params", "tags"]) {
    const columns = brought.manifest.columns.filter((column) => column.group === group);
    if (!columns.length) continue;
    const part = make("div", { role: "group", "aria-label": group }, make("h3", {}, group));
    for (const column of columns) {
      const box = make("input", { type: "checkbox" });
      const label = make("label", {}, box, column.label);
      box.addEventListener("change", () => toggleColumn(column.name, box.checked));
      boxes.push({ box, label, column });
      part.append(label);
    }
    pane.append(part);
  }
  search.addEventListener("input", () => {
    const word = search.value.toLowerCase();
    for (const { label, column } of boxes) label.hidden = !column.label.toLowerCase().includes(word);
  });
  const menu = make("details", { class: "menu" }, make("summary", {}, "Columns"), pane);
  document.getElementById("menus").append(menu);
  listeners.push(() => {
    const shown = new Set(shownColumns().map((column) => column.name));
    for (const { box, column } of boxes) box.checked = shown.has(column.name);
  });
}

function toggleColumn(name, isShown) {
  const names = shownColumns().map((column) => column.name).filter((other) => other !== name);
  if (isShown) names.push(name);
  const isDefault = names.join(" ") === defaultColumns().join(" ");
  view.columns = isDefault ? null : names;
  update();
}

function startMenus() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// What starts on each page: colours, menus, selection, and the run table where there is one.

const THEMES = ["system", "light", "dark"];

/** Way to the scripts that are loaded later, by name; the theme's own files. */
function laterUrls(name) {
  const found = (document.body.dataset.later || "").split(" ").find((path) => path.startsWith(`static/${name}-`));
  return up + found;
}

/** Load the scripts of a purpose: tools, charts or pages. @param {string} name @returns {Promise<Object>} */
async function loadLater(name) {
  await loadScript(laterUrls(name));
  return shared;
}

/** The colours that the link asks for, else those chosen before, else the system's. */
function startTheme() {
  const button = document.getElementById("theme-switch");
  const asked = /[#&]theme=(light|dark)(?:&|$)/.exec(location.hash);
  let chosen = asked ? asked[1] : recall("theme");
  if (!THEMES.includes(chosen)) chosen = "system";
  const apply = () => {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    if (button) button.textContent = `Theme: ${chosen}`;
  };
  apply();
  if (!button) return;
  button.classList.remove("waiting");
  button.addEventListener("click", () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    keep("theme", chosen);
    const rest = location.hash.replace(/([#&])theme=[a-z]+&?/, "$1").replace(/[#&]$/, "");
    if (rest !== location.hash) history.replaceState(null, "", rest || location.pathname + location.search);
    apply();
  });
}

/** Menus close by Esc, which gives the focus back, or by a click elsewhere. */
function startMenus() {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return; // a download is a click of ours
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!event.composedPath().includes(menu)) menu.open = false;
    }
  });
}

/** From disk, Firefox keeps storage for each file alone, so links carry the choices along. */
function startCarrying() {
  if (location.protocol !== "file:") return;
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.hasAttribute("download") || link.hash || link.protocol !== "file:") return;
    const theme = document.documentElement.dataset.theme || "";
    const view = { ...readHash(""), ...linkOf(selection), theme };
    link.hash = writeHash(view);
    setTimeout(() => { link.hash = ""; });
  }, true);
}

/** A link from another page of this site brings the selection. */
function takeCarried() {
  const view = readHash(location.hash);
  if (["experiment", "compare"].includes(document.body.dataset.page)) return;
  for (const { folder, id } of selectedIn(view)) {
    if (folder && !selection.some((one) => one.id.startsWith(id))) selection.push({ folder, id, name: id });
  }
  changeSelection();
}

const UNITS = [["year", 31557600], ["month", 2629800], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** How long ago each time was, beside it; by the reader's clock, which a built page does not know. */
function tellAges() {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, length] = UNITS.find(([, own]) => Math.abs(seconds) >= own) || ["second", 1];
    const text = format.format(Math.round(seconds / length), unit);
    time.title = `${time.textContent} UTC, ${text}`;
    if (time.closest(".runs, .facts, .winner")) time.after(make("span", { class: "age" }, ` ${text}`));
  }
}

/** Single keys for those who do not switch them off. */
function startKeys() {
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches("select, textarea, input:not([type=checkbox], [type=range])");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || recall("keys") === "off") return;
    if (event.key === "/") {
      const field = document.getElementById("filter") || document.getElementById("search");
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
    if (event.key === "?") loadLater("tools").then((tools) => tools.showHelp());
  });
}

function resetView() {
  const { unknown } = shown.view;
  if (currentHash().includes("charts=")) { // the built charts come back with the page
    history.replaceState(null, "", location.pathname + location.search);
    return location.reload();
  }
  shown.view = { ...readHash(""), unknown };
  document.getElementById("filter").value = "";
  selection = selection.filter((one) => one.folder !== source.folder);
  changeSelection();
  update();
}

/** The table of an experiment, or of all runs there are. @param {Source} data */
function startTable(data) {
  source = data;
  shown.view = readHash(location.hash);
  shown.applied?.();
  shown.runs = Array.from({ length: source.count }, (_, place) => source.count - 1 - place);
  // What was selected here goes with the link.
  shown.written = (view) => {
    const own = selection.filter((one) => one.folder === source.folder);
    return { ...view, e: [], sel: [...shortIds(own.map((one) => one.id)), ...shown.missed] };
  };
  startFacets();
  const filter = document.getElementById("filter");
  const reset = document.getElementById("reset");
  let typing = 0;
  filter.value = shown.view.q;
  filter.addEventListener("input", () => {
    clearTimeout(typing);
    shown.isTyping = true;
    typing = setTimeout(() => { // keys typed while the last one is worked on count as one
      shown.view.q = filter.value;
      shown.view.p = 1;
      update();
    });
  });
  filter.addEventListener("change", () => { // Enter, or the focus went on
    shown.isTyping = false;
    const box = readBox(filter.value);
    if (!box.error) shown.meant = box;
    advise(box);
  });
  reset.addEventListener("click", resetView);
  shown.listeners.push(() => { reset.hidden = !currentHash(); });
  for (const place of document.querySelectorAll("[data-tool]")) startTool(place);
  addEventListener("hashchange", () => {
    if (location.hash === currentHash()) return;
    if (/[#&]charts=/.test(location.hash + currentHash())) return location.reload();
    shown.view = readHash(location.hash);
    shown.applied?.();
    filter.value = shown.view.q;
    selectFromLink().then(() => update());
  });
  document.getElementById("toolbar").hidden = false;
  drawHead(document.getElementById("run-table"), shownColumns());
  const page = /runs-(\d+)\.html$/.exec(location.pathname);
  if (page && !writeHash(shown.view)) shown.view.p = Number(page[1]);
  upgradeRows();
  loadOnIntent();
  const wanted = shown.view.charts;
  return selectFromLink().then(() => update(true)).then(() => {
    const place = document.querySelector(".charts");
    const isWorthIt = source.count > 1 && columnsOf("metrics").length;
    if (!place || place.hidden && !wanted && !isWorthIt) return;
    place.hidden = false;
    startFigures(wanted);
  });
}

/** The server's rows get their boxes, so that nothing moves when the data arrives. */
function upgradeRows() {
  for (const row of document.querySelectorAll("#run-table tbody tr[data-run]")) {
    const { run, name, folder } = row.dataset;
    const box = make("input", { type: "checkbox", "aria-label": `Select ${name}`, "data-select": run });
    box.checked = isSelected(run);
    box.addEventListener("change", () => select({ folder: folder || source.folder, id: run, name }, box.checked));
    row.cells[0].replaceChildren(box);
  }
}

/** A menu whose pane is made when it is first opened. @param {HTMLDetailsElement} menu */
function startTool(menu) {
  menu.addEventListener("toggle", async () => {
    if (!menu.open) return;
    const tools = await loadLater("tools");
    tools.panes[menu.dataset.tool](menu);
  });
}

/** The charts of an experiment: drawn when the reader changes something or the view asks for it. */
function startFigures(wanted) {
  const open = () => loadLater("charts").then((charts) => charts.startFigures());
  for (const button of document.querySelectorAll("[data-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => open().then(() => shared.showAll(button.dataset.all)));
  }
  for (const button of document.querySelectorAll("[data-edit]")) {
    button.hidden = false;
    button.addEventListener("click", () => open().then(() => shared.editFigure(button.dataset.edit)));
  }
  const add = document.getElementById("add-chart");
  if (add) {
    add.hidden = false;
    add.addEventListener("click", () => open().then(() => shared.addFigure()));
  }
  if (wanted || isNarrow()) open();
  else shown.listeners.push(() => { if (isNarrow() && !shared.startFigures) open(); });
}

startTheme();
document.addEventListener("DOMContentLoaded", () => {
  const { page, source: folder } = document.body.dataset;
  startMenus();
  startCarrying();
  startSelection();
  takeCarried();
  startKeys();
  for (const place of document.querySelectorAll("[data-site]")) {
    place.classList.remove("waiting");
    place.addEventListener("focusin", () => loadLater("tools").then((tools) => tools.startSearch(place)), { once: true });
    place.addEventListener("toggle", () => loadLater("tools").then((tools) => tools.startSearch(place)), { once: true });
  }
  tellAges();
  if (document.getElementById("run-table") && brought.sources.has(folder)) {
    const start = () => startTable(brought.sources.get(folder));
    if (page === "activity") loadLater("pages").then((pages) => pages.startWindows(start));
    else start();
  } else if (page) loadLater("pages").then((pages) => pages.startPage[page]?.());
});

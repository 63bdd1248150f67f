// Chosen runs side by side: metrics with what they differ by from the first, params that differ,
// charts, images, texts and packages. Runs of several experiments become one table of their own.

shared.startPage.compare = startCompare;

/** Columns that are shown row by row. */
/** Columns that no run logged as such. */
const MADE = ["filter", "statistics"];
const COMPARED = [["metrics", "Metrics"], ["params", "Hyperparameters"], ["tags", "Tags"], ["properties", "Properties"]];

async function startCompare() {
  addEventListener("hashchange", () => { if (location.hash !== currentHash()) location.reload(); });
  shown.view = readHash(location.hash);
  shown.written = (view) => ({ ...view, ...linkOfSelection() });
  const asked = selectedIn(shown.view);
  const chosen = asked.length ? asked : shared.selection;
  if (!chosen.length) return;
  const { picked, missed } = await pickRuns(chosen);
  const advice = missed.map((text) => `The link names ${text}.`);
  for (const [key] of shown.view.unknown) advice.push(`The link holds “${key}”, which this report does not know; it is kept.`);
  document.getElementById("advice").textContent = advice.join(" ");
  if (!picked.count) return;
  shared.source = picked;
  shown.runs = Array.from({ length: picked.count }, (_, run) => run);
  giveLooks(valuesOf("run_id"));
  shared.selection = shown.runs.map((run) => ({ folder: valuesOf("_folder")[run], id: valuesOf("run_id")[run], name: valuesOf("run_name")[run] }));
  changeSelection();
  document.getElementById("saved-views")?.remove();
  drawComparison();
}

function linkOfSelection() {
  const { e, sel } = readHash(selectionHash(shared.selection));
  return { e, sel };
}

/**
 * The named runs as a source of their own, with all that any of them has.
 * @param {{folder: string, id: string}[]} wanted
 */
async function pickRuns(wanted) {
  const missed = [];
  const found = [];
  for (const folder of [...new Set(wanted.map((one) => one.folder))]) {
    const ids = wanted.filter((one) => one.folder === folder).map(({ id }) => id);
    let data;
    try {
      if (!folder) throw new Error("no experiment");
      data = await findSource(folder);
      await data.load(data.columns.filter((column) => !MADE.includes(column.group)).map((column) => column.name));
    } catch {
      missed.push(`${folder ? `the experiment “${folder.replace(/^e\//, "")}”` : `no experiment for ${ids.join(", ")}`}, whose data could not be loaded`);
      continue;
    }
    const result = findIds(ids, data.values.get("run_id"));
    missed.push(...result.missed.map((id) => `the run ${id}, but no run, or more than one, has such an ID`));
    for (const run of result.found) found.push({ data, run });
  }
  const order = (one) => wanted.findIndex(({ folder, id }) => folder === one.data.folder && one.data.values.get("run_id")[one.run].startsWith(id));
  found.sort((a, b) => order(a) - order(b));
  return { picked: gather(found), missed };
}

/** @param {{data: Source, run: number}[]} found @returns {Source} */
function gather(found) {
  const columns = new Map();
  for (const { data } of found) {
    for (const column of data.columns) if (!MADE.includes(column.group) && !columns.has(column.name)) columns.set(column.name, { ...column });
  }
  const picked = new Source("compare", { runs: found.length, columns: [] });
  picked.primary = found.length ? found[0].data.primary : "";
  picked.telling = found.length ? found[0].data.telling : [];
  picked.direction = found.length ? found[0].data.direction : "";
  for (const [name, column] of columns) {
    const kinds = new Set(found.map(({ data }) => data.byName.get(name)?.kind).filter(Boolean));
    const isMixed = kinds.size > 1;
    if (isMixed) column.kind = "text";
    const values = found.map(({ data, run }) => {
      const value = data.values.get(name)?.[run] ?? null;
      return isMixed && value !== null ? String(data.logged(name, run)) : value;
    });
    const numbers = values.filter(Number.isFinite);
    if (column.kind === "number" && numbers.length) [column.min, column.max] = [Math.min(...numbers), Math.max(...numbers)];
    const present = values.filter((value) => value !== null);
    if (!present.length) continue;
    const logged = isMixed ? values : found.map(({ data, run }) => data.logged(name, run));
    column.distinct = new Set(logged.filter((value) => value !== null)).size;
    column.varies = column.distinct > 1 || present.length < values.length;
    picked.values.set(name, values);
    if (!isMixed && found.some(({ data }) => data.texts.has(name))) picked.texts.set(name, found.map(({ data, run }) => data.texts.get(name)?.[run] ?? null));
    picked.columns.push(column);
    picked.byName.set(name, column);
  }
  picked.values.set("_folder", found.map(({ data }) => data.folder));
  picked.values.set("_number", found.map(({ run }) => run));
  return picked;
}

function drawComparison() {
  const place = document.getElementById("comparison");
  document.getElementById("shown").textContent = `${plural(shared.source.count, "run")} side by side`;
  const charts = make("section", { class: "charts", "aria-labelledby": "charts" }, make("h2", { id: "charts" }, "Charts"),
    make("p", { class: "add-chart" }, makeButton("Add chart", () => shared.addFigure())));
  const table = make("section", { "aria-labelledby": "side-by-side" });
  const more = make("section", { id: "more" });
  place.replaceChildren(table, charts, more);
  drawSides(table);
  loadLater("charts").then(() => shared.showCharts(defaultCharts())).catch(() => say("The charts could not be drawn."));
  shared.drawDifferences(more);
}

/** Curves if there are any, and the primary metric run by run. */
function defaultCharts() {
  const metrics = columnsOf("metrics");
  if (!metrics.length) return [];
  const primary = columnOf(`metrics.${shared.source.primary}`) || metrics[0];
  const curved = primary.curves ? primary : metrics.find((column) => column.curves);
  const charts = curved && valuesOf("_curves").some((value) => value !== null) ? [{ type: "line", y: curved.name }] : [];
  charts.push({ type: "bar", x: "run_name", y: primary.name });
  return charts;
}

/** The table: a column a run, a row what they have. */
function drawSides(section) {
  const runs = shown.runs;
  const ids = valuesOf("run_id"), names = runLabels(runs);
  const base = Math.max(0, ids.findIndex((id) => shown.view.base && id.startsWith(shown.view.base)));
  const same = makeBox("What is the same, too", (isOn) => { shown.view.same = isOn; redraw(); });
  same.input.checked = shown.view.same;
  const choice = makeChoice("Deltas against", runs.map((run) => [ids[run], names[run] || ids[run]]), ids[base], (id) => {
    shown.view.base = id === ids[0] ? "" : id.slice(0, 8);
    redraw();
  });
  const redraw = () => { keepHash(); drawSides(section); };
  const head = make("tr", {}, make("th", { scope: "col" }, make("span", { class: "hidden" }, "What")), ...runs.map((run) =>
    make("th", { scope: "col" }, makeDot(ids[run]),
      make("a", { href: up + runPlace(run) }, names[run] || ids[run]), " ",
      makeButton("×", () => removeRun(run), { class: "quiet", "aria-label": `Remove ${names[run]}`, title: "Remove" }))));
  const bodies = COMPARED.map(([group, title]) => {
    const columns = columnsOf(group).filter((column) => !column.name.startsWith("run_"));
    const rows = columns.filter((column) => group === "metrics" || shown.view.same || (group !== "properties" && differs(column, runs)));
    if (!rows.length) return "";
    const told = group === "metrics" || shown.view.same ? title : `${title} that differ`;
    return make("tbody", {},
      make("tr", { class: "group" }, make("th", { scope: "rowgroup", colspan: String(runs.length + 1) }, told)),
      ...rows.map((column) => make("tr", differs(column, runs) && shown.view.same ? { class: "differs" } : {},
        make("th", { scope: "row" }, column.label), ...runs.map((run) => valueCell(column, run, base)))));
  });
  section.replaceChildren(make("h2", { id: "side-by-side" }, "Side by side"), make("div", { class: "toolbar" }, choice.label, same.label),
    make("div", { class: "scroll table", role: "region", tabindex: "0", "aria-label": "Runs side by side" },
      make("table", { class: "compared" }, make("thead", {}, head), ...bodies.filter(Boolean))));
}

function removeRun(run) {
  const id = valuesOf("run_id")[run];
  shared.selection = shared.selection.filter((one) => one.id !== id);
  changeSelection();
  keepHash();
  location.reload();
}

/** A value with what it differs by from the base. */
function valueCell(column, run, base) {
  const cell = make("td", cellOf(column.kind === "text" ? "text" : "number", restOf(column, run)), textOf(column, run));
  if (column.group !== "metrics" || run === base) return cell;
  const delta = deltaOf(column, valuesOf(column.name)[run], valuesOf(column.name)[base]);
  if (delta) cell.append(" ", delta);
  return cell;
}

/** `+0.012`, with ▲ or ▼ and a word where a direction says which is better; as report/deltas.py has it. */
function deltaOf(column, value, base) {
  if (!Number.isFinite(value) || !Number.isFinite(base)) return null;
  const change = value - base;
  if (change === 0) return make("span", { class: "delta" }, "=");
  const shownText = `${change > 0 ? "+" : "−"}${formatNumber(Math.abs(change), ROUGH)}`;
  const { primary, direction } = shared.source;
  if (!direction || column.label !== primary) return make("span", { class: "delta" }, shownText);
  const isBetter = (change > 0) === (direction === "max");
  return make("span", { class: `delta ${isBetter ? "better" : "worse"}` },
    make("span", { "aria-hidden": "true" }, change > 0 ? "▲ " : "▼ "), shownText,
    make("span", { class: "hidden" }, isBetter ? " better" : " worse"));
}

/** The runs for a view of runreport.toml. */
shared.configOfRuns = document.body.dataset.page === "compare"
  ? () => [`runs = [${valuesOf("run_id").map((id) => JSON.stringify(id)).join(", ")}]`] : null;

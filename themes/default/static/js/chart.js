// Live charts and their editors. The built picture stays until the reader changes something; only
// then are the chart libraries loaded. Specs run through the AST interpreter, so the page's policy
// needs no eval, and the loader refuses every URL.

/** How long the table rests before the charts follow it. */
const CHART_PAUSE_MS = 250;
const SVG_MARKS = 2000;

/** @typedef {{chart: Object, figure: HTMLElement, isLive: boolean, ticket: number, view: Object}} Figure */
/** @type {Figure[]} */
const figures = [];
/** The charts as the page was built, as the hash would have them. */
let builtCharts = "";

/** Take over the page's charts; the hash may ask for others. */
shared.startFigures = async () => {
  if (figures.started) return figures.started;
  figures.started = (async () => {
    await loadScript(laterUrls("specs"));
    for (const figure of document.querySelectorAll("figure.chart[data-chart]")) {
      const built = brought.charts[figure.dataset.chart];
      if (!built) continue;
      const chart = { ...completeChart(built.type, built), built: built.runs_built, runs: built.runs || "", order: built.order, cut: built.is_cut && built.y };
      figures.push({ chart, figure, isLive: false, ticket: 0 });
      if (chart.built) drawnRuns.set(chart, chart.built);
    }
    builtCharts = chartsText();
    const written = shown.written;
    shown.written = (view) => ({ ...written(view), charts: chartsText() === builtCharts ? null : figures.map(({ chart }) => plainChart(chart)) });
    if (shown.view.charts) replaceFigures(shown.view.charts);
    let waiting = 0;
    shown.listeners.push(() => {
      clearTimeout(waiting);
      waiting = setTimeout(() => figures.forEach((one) => { if (one.isLive || isNarrow()) drawFigure(one); }), CHART_PAUSE_MS); // the rows come first
    });
    if (isNarrow()) figures.forEach(drawFigure);
  })();
  return figures.started;
};

/** The charts of a page that was built without: those of the link, else these. @param {Object[]} charts */
shared.showCharts = async (charts) => {
  await shared.startFigures();
  builtCharts = charts.map((chart) => writeChart(plainChart(completeChart(chart.type, chart)))).join("|");
  replaceFigures(shown.view.charts || charts);
};

/** What of a chart goes into a link: what is not as it comes. */
function plainChart(chart) {
  const plain = { type: chart.type, title: chart.title || "" };
  for (const field of Object.keys(TYPES[chart.type].fields)) plain[field] = chart[field];
  if (plain.x === "step" && plain.type === "line") plain.x = "";
  return plain;
}

function chartsText() {
  return figures.map(({ chart }) => writeChart(plainChart(chart))).join("|");
}

/** What of the link cannot be shown, where the page tells of links. @param {string} text */
function tellLink(text) {
  document.getElementById("advice")?.append(` ${text}`);
}

/** Exactly these charts. @param {Object[]} charts */
function replaceFigures(charts) {
  const place = chartPlace();
  for (const { figure } of figures) figure.remove();
  drawnRuns.clear();
  figures.length = 0;
  for (const chart of charts) {
    if (!Object.hasOwn(TYPES, chart.type)) {
      tellLink(`The link asks for a chart of type “${chart.type}”; there are ${Object.keys(TYPES).join(", ")}.`);
      continue;
    }
    const complete = completeChart(chart.type, chart);
    for (const [field, wanted] of Object.entries(chart)) {
      if (["x", "y", "c", "g"].includes(field) && complete[field] !== wanted.split(",").map((one) => fullName(chart.type, field, one)).join(",")) {
        tellLink(`The link asks for a chart of “${wanted}”, which no run here has or this type cannot show.`);
      }
    }
    if (complete.runs === "built") {
      const built = Object.values(brought.charts).find((one) => one.runs_built);
      Object.assign(complete, built ? { built: built.runs_built, order: built.order, cut: built.is_cut && built.y } : { runs: "" });
    }
    figures.push(makeFigure(complete, place));
  }
  figures.forEach(drawFigure);
}

function chartPlace() {
  return document.querySelector(".charts");
}

function makeFigure(chart, place) {
  const figure = make("figure", { class: "chart" }, make("figcaption", {}),
    make("div", { class: "drawing scroll", role: "region", tabindex: "0", "aria-label": "Chart" }));
  const one = { chart, figure, isLive: true, ticket: 0 };
  figure.firstChild.after(make("p", { class: "chart-bar" },
    makeButton("Edit", () => openEditor(one), { class: "quiet", "aria-label": `Edit chart ${titleOf(chart)}` })));
  place.insertBefore(figure, place.querySelector(".add-chart"));
  return one;
}

shared.addFigure = () => {
  const one = makeFigure(completeChart("scatter"), chartPlace());
  figures.push(one);
  changeChart(one);
  openEditor(one);
};

/** Draw all runs of a built chart. @param {string} name */
shared.showAll = (name) => {
  const one = figures.find(({ figure }) => figure.dataset.chart === name);
  one.chart.runs = "all";
  changeChart(one);
};

shared.editFigure = (name) => {
  const one = figures.find(({ figure }) => figure.dataset.chart === name);
  if (!one) return;
  openEditor(one);
};

/** Which runs a chart shows, in its title, with a way to all of them. @param {Figure} one @param {string} shows @param {boolean} isCut */
function tellShows(one, shows, isCut) {
  const caption = one.figure.querySelector("figcaption");
  caption.querySelector(".shows")?.remove();
  const way = isCut && one.chart.runs !== "all" ? [" ", makeButton("Draw all", () => { one.chart.runs = "all"; changeChart(one); }, { class: "quiet" })] : [];
  caption.append(" ", make("span", { class: "shows" }, shows, ...way));
}

function changeChart(one) {
  drawFigure(one);
  writeLink();
}

/** The charts are part of the view's link. */
function writeLink() {
  keepHash();
  for (const listener of shown.listeners) listener();
}

/** Controls of a chart, above its drawing. @param {Figure} one */
function openEditor(one) {
  const { figure } = one;
  const bar = figure.querySelector(".chart-bar");
  if (bar) bar.remove();
  let editor = figure.querySelector(".controls");
  if (!editor) {
    editor = make("div", { class: "controls" });
    figure.querySelector("figcaption").after(editor);
  }
  const set = (field) => (value) => { one.chart[field] = value; changeChart(one); drawControls(); };
  const drawControls = () => {
    const focused = editor.contains(document.activeElement) ? document.activeElement.getAttribute("aria-label") : "";
    const { chart } = one;
    const title = make("input", { type: "text", value: chart.title || "", placeholder: titleOf({ ...chart, title: "" }), "aria-label": "Title" });
    title.addEventListener("change", () => set("title")(title.value.trim()));
    editor.replaceChildren(
      make("label", {}, make("span", {}, "Title"), " ", title),
      makeChoice("Type", Object.entries(TYPES).map(([type, { title: text }]) => [type, text]), chart.type, (type) => {
        Object.assign(one.chart, completeChart(type, one.chart));
        changeChart(one);
        drawControls();
      }).label,
      ...Object.entries(TYPES[chart.type].fields).map(([field, kind]) => fieldControl(chart, field, kind, set(field))),
      makeMenu(one), makeButton("Done", () => closeEditor(one), { class: "quiet" }));
    const again = focused && editor.querySelector(`[aria-label="${CSS.escape(focused)}"]`);
    if (again) again.focus();
  };
  drawControls();
  editor.hidden = false;
  if (!one.isLive) drawFigure(one);
  editor.querySelector("select").focus();
}

/** The chart alone again, with the button that opens its editor. @param {Figure} one */
function closeEditor(one) {
  one.figure.querySelector(".controls").remove();
  const edit = makeButton("Edit", () => openEditor(one), { class: "quiet", "aria-label": `Edit chart ${titleOf(one.chart)}` });
  one.figure.querySelector("figcaption").after(make("p", { class: "chart-bar" }, edit));
  edit.focus();
}

const FIELD_NAMES = { x: "X", y: "Y", c: "Colour", g: "Mean over", scale: "Scale", smooth: "Smoothing", runs: "Runs" };

function fieldControl(chart, field, kind, set) {
  const text = field === "c" && ["parallel", "heatmap"].includes(chart.type) ? "Colour by" : FIELD_NAMES[field];
  if (kind === "axis") return makeChoice(text, AXES, chart[field], set).label;
  if (kind === "scale") return makeChoice(text, [["", "linear"], ["log", "logarithmic"]], chart[field], set).label;
  if (kind === "smooth") {
    const input = make("input", { type: "range", min: "0", max: "0.99", step: "0.01", value: chart.smooth || "0", "aria-label": text });
    input.addEventListener("change", () => set(Number(input.value) ? input.value : ""));
    return make("label", {}, make("span", {}, text), " ", input);
  }
  if (kind === "runs") {
    const choices = [["", "first of the table"], ["all", "all"]];
    if (chart.built) choices.unshift(["built", "best, as built"]);
    return makeChoice(text, choices, chart.runs, set).label;
  }
  if (kind === "several") return axesControl(chart, set);
  return makeChoice(text, choicesFor(kind), chart[field], set).label;
}

/** Which axes parallel coordinates have. */
function axesControl(chart, set) {
  const chosen = () => chart.x.split(",").filter(Boolean);
  const boxes = columnsOf("params", "metrics").filter((column) => column.varies).slice(0, 60).map((column) => {
    const box = makeBox(column.label, (isOn) => {
      const names = chosen().filter((name) => name !== column.name);
      set((isOn ? [...names, column.name] : names).join(","));
    });
    box.input.checked = chosen().includes(column.name);
    return box.label;
  });
  return make("details", { class: "menu" }, make("summary", {}, "Axes"), make("div", { class: "pane" }, ...boxes));
}

/** What can be done with a chart: link, config, pictures, spec, remove. */
function makeMenu(one) {
  const said = make("span", { class: "muted", role: "status" });
  const copy = (text, what) => () => shared.copyLater(text).then((isDone) => { said.textContent = isDone ? `Copied ${what}.` : "The browser refused to copy."; });
  const items = [
    makeButton("Copy link to this view", () => copy(() => location.href, "the link")()),
    makeButton("Copy as config", () => copy(() => configText(), "a view for runreport.toml")()),
    makeButton("Copy Vega-Lite", () => copy(() => JSON.stringify(standAlone(one), null, 1), "the spec with its data")()),
    makeButton("Download SVG", () => savePicture(one, "svg")),
    makeButton("Download PNG", () => savePicture(one, "png")),
    makeButton("Remove chart", () => removeFigure(one)),
    said,
  ];
  return make("details", { class: "menu actions" }, make("summary", { "aria-label": "Chart actions" }, "Actions"), make("div", { class: "pane list" }, ...items));
}

/** A text with the colours that are on the screen instead of the theme's names. @param {string} text */
function paintedText(text) {
  const style = getComputedStyle(document.documentElement);
  return text.replace(/var\((--[a-z0-9]+)\)/g, (_, key) => style.getPropertyValue(key).trim());
}

/** The spec with its data, title and colours, for any other program. @param {Figure} one */
function standAlone(one) {
  if (!one.full) return null;
  const spec = JSON.parse(paintedText(JSON.stringify(one.full)));
  const style = getComputedStyle(document.documentElement);
  const title = { text: one.title, subtitle: one.shows, anchor: "start", color: style.getPropertyValue("--fg").trim(), subtitleColor: style.getPropertyValue("--muted").trim() };
  return { ...spec, title, background: style.getPropertyValue("--bg").trim(), autosize: { type: "pad" } };
}

shared.copyLater = async (text) => (await loadLater("tools")).copyText(text());

function removeFigure(one) {
  const place = figures.indexOf(one);
  figures.splice(place, 1);
  drawnRuns.delete(one.chart);
  one.figure.remove();
  writeLink();
  say(`Removed the chart; “Reset view” brings the built ones back.`);
}

/** The view as a table of runreport.toml: the next build draws it without script. */
function configText() {
  const quote = (text) => JSON.stringify(text);
  const name = document.querySelector("h1").textContent.trim();
  const lines = [`[views.${quote(`${name} ${figures.length ? titleOf(figures[0].chart) : ""}`.trim())}]`];
  lines.push(...(shared.configOfRuns ? shared.configOfRuns() : configOfTable(quote)));
  lines.push(`charts = [${figures.map(({ chart }) => quote(writeChart(plainChart({ ...chart, runs: chart.runs === "all" ? "all" : "" })))).join(", ")}]`);
  return lines.join("\n") + "\n";
}

function configOfTable(quote) {
  const { view } = shown;
  const lines = [`experiments = [${quote(document.querySelector("h1").textContent.trim())}]`];
  if (shown.box.words.length) lines.push(`# The words “${shown.box.text.replace(/\s+/g, " ")}” of the filter box are no filter of a config.`);
  const parts = [shown.box.tree ? `(${shown.box.text})` : "", ...[...view.facets].map(([name, values]) => `${filterName(name)} IN (${[...values].map((v) => `'${v.replaceAll("'", "''")}'`).join(", ")})`),
    ...[...view.ranges].flatMap(([name, [low, high]]) => [low && `${filterName(name)} >= ${low}`, high && `${filterName(name)} <= ${high}`])];
  const filter = parts.filter(Boolean).join(" AND ");
  if (filter) lines.push(`filter = ${quote(filter)}`);
  return lines;
}

/** A column as a filter names it. */
function filterName(name) {
  const cut = name.indexOf(".");
  return cut > 0 ? `${name.slice(0, cut)}.\`${name.slice(cut + 1)}\`` : name;
}

let libraries = null;

/** The vendored libraries, one after the other. */
function loadLibraries() {
  libraries = libraries || (async () => {
    for (const url of document.body.dataset.vendor.split(" ")) await loadScript(up + url);
  })();
  return libraries;
}

/** @param {Figure} one */
async function drawFigure(one) {
  const ticket = ++one.ticket;
  one.isLive = true;
  const drawing = one.figure.querySelector(".drawing");
  const { chart, figure } = one;
  try {
    const [made] = await Promise.all([fillChart(chart, shown.runs), loadLibraries()]);
    if (one.ticket !== ticket) return;
    const { title } = made;
    figure.dataset.type = chart.type;
    Object.assign(one, { title, shows: made.shows });
    figure.querySelector("figcaption").textContent = title;
    tellShows(one, made.shows, made.isCut);
    figure.querySelector(".numbers")?.remove();
    drawing.setAttribute("aria-label", `${title}, ${made.shows}`);
    if (!made.rows.length) {
      drawing.replaceChildren(make("p", { class: "muted" }, "No run of this view has these values."));
      one.full = one.view = null;
      return;
    }
    const style = getComputedStyle(drawing);
    made.spec.width = Math.max(260, drawing.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    made.spec.autosize = { type: "fit-x", contains: "padding" };
    const container = await drawSpec(made.spec, made.rows, one, made.fields);
    if (one.ticket !== ticket) return;
    drawing.replaceChildren(container);
    figure.append(numbersOf(made.rows, title, made.fields));
  } catch (error) {
    drawing.replaceChildren(make("p", { class: "muted" }, "This chart could not be drawn."));
    throw error;
  }
}

/** Vega-Lite warns of what it does about a width; readers need not know. */
const QUIET = { level: () => QUIET, error: () => QUIET, warn: () => QUIET, info: () => QUIET, debug: () => QUIET };

/** A view of rows that loads nothing and runs no text as a program. @param {Object} spec @param {Object[]} rows */
async function makeView(spec, rows) {
  const { datasets, ...bare } = spec;
  const runtime = vega.parse(vegaLite.compile(bare, { logger: QUIET }).spec, null, { ast: true });
  const refuse = () => Promise.reject(new Error("Charts load nothing."));
  const view = new vega.View(runtime, {
    expr: vega.expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    logLevel: vega.Error,
    renderer: rows.length > SVG_MARKS * 4 ? "canvas" : "svg",
  });
  return view.data("rows", rows);
}

/** @returns {Promise<HTMLElement>} hidden from assistive technology: title and numbers say the same */
async function drawSpec(spec, rows, one, fields) {
  const tamed = tame(spec, rows);
  fitAxes(spec, tamed.rows);
  const fitted = fitLabels(spec, tamed.rows);
  const told = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, tamed.wild.has(key) ? { ...field, label: `${field.label}, in 1e${TAMING}` } : field]));
  one.full = { ...spec, datasets: { rows: fitted.rows } };
  if (one.view) one.view.finalize();
  const view = await makeView(spec, fitted.rows);
  view.tooltip((handler, event, item, value) => showTip(told, event, value, fitted.whole));
  view.addEventListener("click", (event, item) => {
    const href = item && item.datum && (item.datum.href || (Array.isArray(item.datum) && item.datum[0] && item.datum[0].href));
    if (typeof href === "string" && href.startsWith("r/")) location.href = up + href;
  });
  const container = make("div", { "aria-hidden": "true" });
  one.view = view;
  await view.initialize(container).runAsync();
  return container;
}

/** A picture as a file: the chart with its title, in the colours that are on the screen. @param {Figure} one @param {string} form svg or png */
async function savePicture(one, form) {
  if (!one.view) return;
  const tools = await loadLater("tools");
  const view = await makeView(standAlone(one), one.full.datasets.rows);
  const svg = await view.toSVG();
  view.finalize();
  if (form === "svg") return tools.download(`${one.title}.svg`, "image/svg+xml", svg);
  const picture = new Image();
  picture.src = `data:image/svg+xml;base64,${btoa(String.fromCharCode(...new TextEncoder().encode(svg)))}`;
  await picture.decode();
  const scale = 2;
  const canvas = make("canvas");
  canvas.width = picture.width * scale;
  canvas.height = picture.height * scale;
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.drawImage(picture, 0, 0);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  return tools.download(`${one.title}.png`, "image/png", blob);
}

Object.assign(shared, { figures, replaceFigures, completeChart, TYPES, fillChart, drawSpec, loadLibraries, loadRun, chartsText, writeLink });

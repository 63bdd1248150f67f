// Live charts: the built picture stays until the reader changes something; only then are the
// chart libraries loaded. Specs run through the AST interpreter, so the page's policy needs no
// eval, and the loader refuses every URL.

const CURVE_RUNS = 6;
const MAX_POINTS = 1000;
/** How long the table rests before the charts follow it. */
const CHART_PAUSE_MS = 250;
const live = new Set();

function startCharts() {
  for (const figure of document.querySelectorAll("figure.chart")) {
    const name = figure.dataset.chart;
    const chart = brought.charts[name];
    if (!chart) continue;
    const state = Object.assign({}, chart.options);
    const place = figure.querySelector(".controls");
    const redraw = () => {
      live.add(name);
      drawChart(figure, name, state).catch(() => say(`The chart could not be drawn.`));
    };
    place.append(...CONTROLS[name](state, redraw));
    place.hidden = false;
    let waiting = 0;
    listeners.push(() => {
      clearTimeout(waiting);
      if (!live.has(name) && !view.q && !view.facets.size) return;
      waiting = setTimeout(redraw, CHART_PAUSE_MS); // the rows come first
    });
  }
}

/** @returns {HTMLElement} a labelled select */
function makeChoice(label, choices, chosen, onChange) {
  const select = make("select");
  for (const [value, text] of choices) {
    const option = make("option", { value }, text);
    option.selected = value === chosen;
    select.append(option);
  }
  select.addEventListener("change", () => onChange(select.value));
  select.setAttribute("aria-label", label);
  return make("label", {}, make("span", {}, label), select);
}

function choicesOf(...groups) {
  return brought.manifest.columns
    .filter((column) => groups.includes(column.group))
    .map((column) => [column.name, column.label]);
}

const CONTROLS = {
  curves(state, redraw) {
    state.scale = "linear";
    state.from = "chosen";
    return [
      makeChoice("Metric", state.metrics.map((m) => [m, m]), state.metric,
        (value) => { state.metric = value; redraw(); }),
      makeChoice("Runs", [["chosen", "as built"], ["table", "first of the table"]], "chosen",
        (value) => { state.from = value; redraw(); }),
      makeChoice("Scale", [["linear", "linear"], ["log", "logarithmic"]], "linear",
        (value) => { state.scale = value; redraw(); }),
    ];
  },
  scatter(state, redraw) {
    const colors = brought.manifest.columns
      .filter((c) => ["params", "tags"].includes(c.group) && c.distinct > 1 && c.distinct <= 6)
      .map((c) => [c.name, c.label]);
    return [
      makeChoice("X", choicesOf("params", "metrics"), state.x, (v) => { state.x = v; redraw(); }),
      makeChoice("Y", choicesOf("metrics"), state.y, (v) => { state.y = v; redraw(); }),
      makeChoice("Colour", [["", "none"], ...colors], state.color,
        (v) => { state.color = v; redraw(); }),
    ];
  },
  parallel(state, redraw) {
    return [makeChoice("Colour by", choicesOf("metrics"), state.score, (value) => {
      state.columns = state.columns.filter((name) => name !== state.score && name !== value);
      state.columns.push(value);
      state.score = value;
      redraw();
    })];
  },
};

/** The number of the last drawing asked for, by chart: an earlier one that ends later is dropped. */
const latest = new Map();

async function drawChart(figure, name, state) {
  const ticket = (latest.get(name) || 0) + 1;
  latest.set(name, ticket);
  const spec = structuredClone(brought.charts[name].spec);
  const title = figure.querySelector("figcaption");
  const drawing = figure.querySelector(".drawing");
  const made = await PREPARE[name](state, spec);
  if (latest.get(name) !== ticket) return;
  title.textContent = made.title;
  drawing.setAttribute("aria-label", made.title);
  if (!made.rows.length) {
    drawing.replaceChildren(make("p", { class: "muted" }, "No run of this view has these values."));
    return;
  }
  const [first, ...rest] = document.body.dataset.vendor.split(" ");
  await loadScript(up + first);
  for (const url of rest) await loadScript(up + url);
  const runtime = vega.parse(vegaLite.compile(spec).spec, null, { ast: true });
  const refuse = () => Promise.reject(new Error("Charts load nothing."));
  const chartView = new vega.View(runtime, {
    expr: vega.expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
    logLevel: vega.Error,
    renderer: "svg",
  });
  chartView.data("rows", made.rows);
  chartView.addEventListener("click", (event, item) => {
    if (item && item.datum && item.datum.href) location.href = up + item.datum.href;
  });
  const container = make("div");
  await chartView.initialize(container).runAsync();
  if (latest.get(name) !== ticket) return;
  drawing.replaceChildren(container);
}

/** Labels for runs; a name that several have gets the start of the run's id. */
function runLabels(runs) {
  const names = valuesOf("run_name"), ids = valuesOf("run_id");
  const counts = new Map();
  for (const name of names) counts.set(name, (counts.get(name) || 0) + 1);
  return runs.map((run) => (counts.get(names[run]) > 1 ? `${names[run]} ${ids[run].slice(0, 6)}` : names[run]));
}

const PREPARE = {
  async curves(state, spec) {
    await loadColumns(["run_id", "run_name", "_curves", "_slug"]);
    const ids = valuesOf("run_id");
    const isNarrow = view.q || view.facets.size;
    const hasCurves = (run) => valuesOf("_curves")[run] !== null;
    const chosen = state.from === "chosen" && !isNarrow
      ? state.runs.map((id) => ids.indexOf(id)).filter((run) => run >= 0)
      : matching.filter(hasCurves).slice(0, 40);
    const rows = [];
    let drawn = 0;
    const labels = runLabels(chosen);
    for (const [index, run] of chosen.entries()) {
      if (drawn === CURVE_RUNS) break;
      const folder = runUrl(run).replace("index.html", "");
      await loadScript(`${folder}curves.js`);
      const curve = brought.curves.get(ids[run])?.get(state.metric);
      if (!curve) continue;
      drawn += 1;
      curve.step.forEach((step, place) => {
        const value = readNumber(curve.value[place]);
        if (Number.isFinite(value) && (state.scale !== "log" || value > 0)) {
          rows.push({ run: labels[index], step, value });
        }
      });
    }
    spec.encoding.y.title = state.metric;
    if (state.scale === "log") spec.encoding.y.scale = { type: "log", nice: false };
    return { rows, title: `${state.metric} over steps` };
  },
  async scatter(state, spec) {
    await loadColumns(["run_id", "run_name", state.x, state.y, ...(state.color ? [state.color] : [])]);
    const x = columnOf(state.x), y = columnOf(state.y);
    const color = state.color ? columnOf(state.color) : null;
    const runs = matching.filter((run) =>
      valuesOf(state.x)[run] !== null && Number.isFinite(valuesOf(state.y)[run])).slice(0, MAX_POINTS);
    const labels = runLabels(runs);
    const rows = runs.map((run, index) => {
      const row = { x: valuesOf(state.x)[run], y: valuesOf(state.y)[run], run: labels[index] };
      row.href = runUrl(run).slice(up.length);
      if (color) row.color = textOf(color, run);
      return row;
    });
    const isNumeric = x.kind !== "text";
    const isLog = isNumeric && x.min > 0 && x.max / x.min >= 30;
    const kinds = [...new Set(rows.map((row) => row.x))];
    spec.encoding.x = { field: "x", type: isNumeric ? "quantitative" : "nominal", title: x.label };
    if (isNumeric) {
      spec.encoding.x.scale = { nice: false, padding: 16, ...(isLog ? { type: "log" } : { zero: false }) };
      spec.encoding.x.axis = {
        grid: false, labelOverlap: true,
        ...(isLog ? { format: "~g" } : {}), ...(kinds.length <= 8 ? { values: kinds } : {}),
      };
    } else {
      spec.encoding.x.scale = { paddingOuter: 0.5 };
      spec.encoding.x.axis = { grid: false, labelAngle: -30 };
    }
    spec.encoding.y.title = y.label;
    if (color) spec.encoding.color = { field: "color", type: "nominal", title: color.label, sort: null, legend: { orient: "bottom" } };
    else { delete spec.encoding.color; spec.mark.color = "var(--c1)"; }
    spec.encoding.tooltip = [
      { field: "run", type: "nominal", title: "Run" },
      { field: "x", type: isNumeric ? "quantitative" : "nominal", title: x.label },
      { field: "y", type: "quantitative", title: y.label },
    ];
    return { rows, title: `${y.label} against ${x.label}` };
  },
  async parallel(state, spec) {
    await loadColumns(["run_id", "run_name", ...state.columns]);
    const scores = valuesOf(state.score);
    const runs = matching.filter((run) => Number.isFinite(scores[run])).slice(0, 300);
    const labels = runLabels(runs);
    const rows = [];
    for (const name of state.columns) {
      const column = columnOf(name);
      const { places, ends } = spread(column, runs.map((run) => valuesOf(name)[run]));
      places.forEach((place, index) => {
        if (place !== null) rows.push({ run: labels[index], axis: column.label, place, score: scores[runs[index]] });
      });
      ends.forEach((value, end) => {
        if (value !== null) rows.push({ axis: column.label, place: end, end, label: endText(column, value) });
      });
    }
    const label = columnOf(state.score).label;
    for (const layer of spec.layer) {
      layer.encoding.x.sort = state.columns.map((name) => columnOf(name).label);
      if (layer.encoding.color && layer.encoding.color.field === "score") layer.encoding.color.title = label;
    }
    return { rows, title: `Settings and ${label}, run by run` };
  },
};

/** The end of a column's axis: settings with the digits they need. */
function endText(column, value) {
  return logged.has(column.name) ? general(value, 6) : formatValue(column, value);
}

/** Places from 0 to 1: numbers by size, texts evenly in sorted order. */
function spread(column, values) {
  if (column.kind !== "text") {
    const numbers = values.filter(Number.isFinite);
    if (!numbers.length) return { places: values.map(() => null), ends: [null, null] };
    const low = numbers.reduce((a, b) => Math.min(a, b));
    const high = numbers.reduce((a, b) => Math.max(a, b));
    const place = (value) => (high === low ? 0.5 : (value - low) / (high - low));
    return { places: values.map((v) => (Number.isFinite(v) ? place(v) : null)), ends: [low, high] };
  }
  const words = [...new Set(values.filter((value) => value !== null))].sort();
  if (!words.length) return { places: values.map(() => null), ends: [null, null] };
  const place = (value) => (words.length > 1 ? words.indexOf(value) / (words.length - 1) : 0.5);
  return { places: values.map((v) => (v === null ? null : place(v))), ends: [words[0], words[words.length - 1]] };
}

// Curves of chosen runs and means over groups of them: loading, smoothing, filling their spec. As
// report/charts/line_rows.py has it.

const MAX_LINES = 18;
/** Runs of a mean; each is a file to load. */
const MAX_BAND = 300;
const BAND_POINTS = 200;

/** Colours stay with their runs while others come and go. @type {Map<string, number>} */
const slots = new Map();

function slotsFor(ids) {
  for (const id of slots.keys()) if (!ids.includes(id)) slots.delete(id);
  const taken = new Set(slots.values());
  for (const id of ids) {
    if (slots.has(id)) continue;
    let slot = 0;
    while (taken.has(slot)) slot++;
    taken.add(slot);
    slots.set(id, slot);
  }
  return ids.map((id) => slots.get(id));
}

/** The runs that have this curve, with its points, in order; at most some. */
async function curvesOf(metric, runs, most) {
  await shared.source.load([metric]);
  const found = [];
  for (const run of runs) {
    if (found.length === most) break;
    if (valuesOf("_curves")[run] === null || valuesOf(metric)[run] === null) continue;
    await loadRun(run);
    const curve = brought.runs.get(valuesOf("run_id")[run])?.curves.get(metric.replace(/^metrics\./, ""));
    if (curve) found.push({ run, curve });
  }
  return found;
}

/** The script beside a run's page. @param {number} run */
function loadRun(run) {
  if (brought.runs.has(valuesOf("run_id")[run])) return Promise.resolve();
  if (valuesOf("_view")[run]) return shared.loadDetails(run);
  return loadScript(`${up}${runPlace(run).replace("index.html", "run.js")}`).catch(() => {});
}

/** Where points lie on the x axis: steps, time, or milliseconds since the first point. */
function placesOf(curve, axis) {
  if (axis === "step") return curve.step;
  if (axis === "time") return curve.time;
  return curve.time.map((time) => time - curve.time[0]);
}

async function fillLines(chart, runs, spec) {
  const drawn = await curvesOf(chart.y, chosenRuns(chart, runs), MAX_LINES);
  const labels = runLabels(drawn.map(({ run }) => run));
  const ids = drawn.map(({ run }) => valuesOf("run_id")[run]);
  const weight = Number(chart.smooth) || 0;
  const groupOf = textsOf(chart.c, drawn.map(({ run }) => run));
  const rows = [];
  drawn.forEach(({ run, curve }, index) => {
    const values = curve.value.map(readNumber);
    const lines = weight ? smoothed(values, weight) : values;
    const color = chart.c ? groupOf(run) : labels[index];
    placesOf(curve, chart.x).forEach((x, place) => {
      const isUsable = Number.isFinite(values[place]) && (chart.scale !== "log" || values[place] > 0);
      const row = { run: labels[index], color, x, y: isUsable ? lines[place] : null, href: runPlace(run) };
      if (weight && isUsable) row.raw = values[place];
      rows.push(row);
    });
  });
  const x = titleAxes(spec, chart, rows);
  if (!weight) spec.layer.shift();
  for (const layer of spec.layer) layer.encoding.detail = { field: "run", type: "nominal" };
  const color = { ...spec.layer[0].encoding.color, field: chart.c ? "color" : "run", title: chart.c ? columnOf(chart.c).label : null };
  if (!chart.c) color.scale = { domain: labels, range: slotsFor(ids).map((slot) => `var(--c${(slot % MAX_COLORS) + 1})`) };
  for (const layer of spec.layer) {
    layer.encoding.color = color;
    if (!chart.c && labels.length > MAX_COLORS) {
      const dashes = slotsFor(ids).map((slot) => [[1, 0], [6, 3], [2, 2]][Math.floor(slot / MAX_COLORS) % 3]);
      layer.encoding.strokeDash = { field: "run", type: "nominal", title: null, sort: null, scale: { domain: labels, range: dashes }, legend: color.legend };
    }
  }
  const usable = runs.filter((run) => valuesOf("_curves")[run] !== null).length;
  const note = drawn.length === MAX_LINES && usable > MAX_LINES ? `The first ${MAX_LINES} of ${plural(usable, "run")} with curves.` : "";
  return { rows, note, fields: { x } };
}

/** Those that the page was built with, unless the reader narrowed the view or asked for the table's. */
function chosenRuns(chart, runs) {
  if (chart.runs !== "built" || isNarrow()) return runs;
  const ids = valuesOf("run_id");
  return (chart.built || []).map((id) => ids.indexOf(id)).filter((run) => run >= 0);
}

/** Titles, and how the axes are divided, for all layers. @returns what a row's `x` is */
function titleAxes(spec, chart, rows) {
  const axis = AXES.find(([name]) => name === chart.x)[1];
  const title = chart.x === "relative" ? useUnit(rows, axis) : chart.x === "time" ? `${axis}, UTC` : axis;
  for (const layer of spec.layer) {
    const { x, y } = layer.encoding;
    x.title = title;
    if (chart.x === "time") Object.assign(x, utcAxis(title));
    if (chart.x === "relative") x.axis = { grid: false };
    y.title = columnOf(chart.y)?.label ?? chart.y;
    if (chart.scale === "log") y.scale = { type: "log", nice: false };
  }
  return { label: chart.x === "time" ? axis : title, kind: chart.x === "time" ? "time" : "number" };
}

/** Mean ± standard deviation over the runs of each group, at places that all of its runs reach or not. */
async function fillBand(chart, runs, spec) {
  const drawn = await curvesOf(chart.y, runs, MAX_BAND);
  const groups = new Map();
  const groupOf = textsOf(chart.g, drawn.map(({ run }) => run));
  for (const { run, curve } of drawn) {
    const text = groupOf(run);
    if (!groups.has(text)) groups.set(text, []);
    groups.get(text).push({ x: placesOf(curve, chart.x === "time" ? "relative" : chart.x), y: curve.value.map(readNumber) });
  }
  const rows = [];
  for (const [text, curves] of groups) {
    const label = `${text} (n ${curves.length})`;
    for (const point of bandOf(curves)) rows.push({ color: label, ...point });
  }
  const x = titleAxes(spec, { ...chart, x: chart.x === "time" ? "relative" : chart.x }, rows);
  for (const layer of spec.layer) {
    layer.encoding.y.title += ", mean ± std";
    layer.encoding.color.title = columnOf(chart.g).label;
  }
  return { rows: chart.scale === "log" ? rows.filter((row) => row.low > 0) : rows, note: bandNote(drawn.length, runs), fields: { x } };
}

function bandNote(count, runs) {
  const all = runs.filter((run) => valuesOf("_curves")[run] !== null).length;
  const cut = count === MAX_BAND && all > count ? `the first ${count} of ${plural(all, "run")}` : plural(count, "run");
  return `Mean ± standard deviation over ${cut}.`;
}

/** @param {{x: number[], y: number[]}[]} curves @returns {{x: number, y: number, low: number, high: number}[]} */
function bandOf(curves) {
  const all = [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(all.length / BAND_POINTS));
  return all.filter((_, place) => place % stride === 0 || place === all.length - 1).flatMap((x) => {
    const values = curves.map((curve) => valueAt(curve, x)).filter(Number.isFinite);
    if (!values.length) return [];
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
    return [{ x, y: mean, low: mean - deviation, high: mean + deviation }];
  });
}

/** A curve between its points; NaN before the first and after the last. */
function valueAt({ x, y }, place) {
  if (place < x[0] || place > x[x.length - 1]) return NaN;
  let low = 0, high = x.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= place) low = middle; else high = middle;
  }
  if (x[low] === place || high === low) return y[low];
  return y[low] + (y[high] - y[low]) * (place - x[low]) / (x[high] - x[low]);
}

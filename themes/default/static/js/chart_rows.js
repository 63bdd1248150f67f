// Charts as data: which fields a chart type has, what it needs loaded, and the rows and titles that
// fill its spec. A chart is {type, title, x, y, c, g, scale, smooth, runs}, as the hash has it.

const MAX_COLORS = 6;
const MAX_CATEGORIES = 40;
const MAX_MARKS = 2000;
const MAX_PARALLEL = 300;
const AXES = [["step", "Step"], ["time", "Time"], ["relative", "Time since start"]];

/** Fields of each chart type: which columns they take, and whether they may be empty. */
const TYPES = {
  line: { title: "Line", fields: { y: "curve", x: "axis", c: "group?", g: "mean?", scale: "scale", smooth: "smooth", runs: "runs" } },
  bar: { title: "Bar", fields: { x: "category", y: "metric", c: "group?" } },
  scatter: { title: "Scatter", fields: { x: "any", y: "metric", c: "group?", scale: "scale" } },
  box: { title: "Box", fields: { x: "category", y: "metric", c: "group?" } },
  parallel: { title: "Parallel coordinates", fields: { x: "several", c: "metric" } },
  histogram: { title: "Histogram", fields: { x: "number", c: "group?" } },
  heatmap: { title: "Heat map", fields: { x: "category", y: "category", c: "metric" } },
};

const isNumeric = (column) => column.kind !== "text";
const isGroup = (column) => column.distinct > 1 && column.distinct <= MAX_COLORS;

/** The columns that a field may take. @param {string} kind @returns {[string, string][]} */
function choicesFor(kind) {
  const named = (columns) => columns.map((column) => [column.name, column.label]);
  const settings = columnsOf("params", "tags");
  const metrics = columnsOf("metrics");
  switch (kind) {
    case "curve": return named(metrics.filter((column) => column.curves));
    case "metric": return named([...metrics, ...columnsOf("statistics")]);
    case "category": return [["run_name", "Run"], ...named(settings.filter((c) => c.distinct <= MAX_CATEGORIES)), ["status", "Status"]];
    case "number": return named([...metrics, ...columnsOf("statistics"), ...settings.filter(isNumeric)]);
    case "any": return [...named([...settings, ...metrics, ...columnsOf("statistics")]), ["start_time", "Started"], ["duration", "Duration"]];
    case "group?": return [["", "none"], ...named(settings.filter(isGroup)), ["status", "Status"]];
    case "mean?": return [["", "single runs"], ...named(settings.filter(isGroup))];
    default: return [];
  }
}

/** A column's name in full where a bare one was written; the x of a line is no column. */
function fullName(type, field, name) {
  if (type === "line" && field === "x" || columnOf(name)) return name;
  const owners = ownersOf(name);
  if (owners.length === 1) return `${owners[0]}.${name}`;
  return !owners.length && columnOf(`metrics.${name}`) ? `metrics.${name}` : name;
}

/** A chart of a type with what fits from another one. @param {string} type @param {Object} [from] */
function completeChart(type, given = {}) {
  const chart = { type };
  const from = Object.fromEntries(Object.entries(given).map(([field, name]) => [field, ["x", "y", "c", "g"].includes(field) && typeof name === "string"
    ? name.split(",").map((one) => fullName(type, field, one)).join(",") : name]));
  if (from.title) chart.title = from.title;
  for (const [field, kind] of Object.entries(TYPES[type].fields)) {
    if (kind === "axis") chart[field] = AXES.some(([axis]) => axis === from[field]) ? from[field] : "step";
    else if (kind === "several") chart[field] = several(from[field]);
    else if (["scale", "smooth", "runs"].includes(kind)) chart[field] = from[field] || "";
    else {
      const names = choicesFor(kind).map(([name]) => name);
      const wanted = kind === "metric" || kind === "curve" ? [from[field], from.y, from.c] : [from[field]];
      chart[field] = wanted.find((name) => name !== undefined && names.includes(name)) ?? firstChoice(kind, names, chart.x);
    }
  }
  return chart;
}

function firstChoice(kind, names, taken) {
  const primary = `metrics.${shared.source.primary}`;
  if (["metric", "curve"].includes(kind) && names.includes(primary)) return primary;
  if (kind === "category") return names.find((name) => columnOf(name)?.varies && name !== "run_name" && name !== taken) ?? names[0] ?? "";
  return names[0] ?? "";
}

function several(text) {
  const wanted = (text || "").split(",").filter((name) => columnOf(name));
  if (wanted.length > 1) return wanted.join(",");
  return columnsOf("params").filter((column) => column.distinct > 1).slice(0, 5).map((column) => column.name).join(",");
}

/** The columns a chart needs loaded. */
function columnsOfChart(chart) {
  const named = Object.values(chart).filter((value) => typeof value === "string");
  return [...ADDRESS, "_curves", ...named.flatMap((value) => value.split(",")).filter((name) => columnOf(name))];
}

/** "val_loss over steps" unless the reader gave a title. */
function titleOf(chart) {
  if (chart.title) return chart.title;
  const label = (name) => columnOf(name)?.label ?? name;
  switch (chart.type) {
    case "line": return `${label(chart.y)} over ${chart.x === "step" ? "steps" : "time"}`;
    case "histogram": return `Runs by ${label(chart.x)}`;
    case "heatmap": return `${label(chart.c)} by ${label(chart.x)} and ${label(chart.y)}`;
    case "parallel": return `Settings and ${label(chart.c)}, run by run`;
    case "scatter": return `${label(chart.y)} against ${label(chart.x)}`;
    default: return `${label(chart.y)} by ${label(chart.x)}`;
  }
}

/**
 * The spec of a chart with its titles, and its rows.
 * @param {Object} chart
 * @param {number[]} runs those of the view, in order
 * @returns {Promise<{spec: Object, rows: Object[], fields: Object<string, {label: string, kind: string}>, note: string}>}
 *   `fields` says what the fields of a row are called and how their numbers are written
 */
async function fillChart(chart, runs) {
  await shared.source.load(columnsOfChart(chart));
  const type = chart.type === "line" && chart.g ? "band" : chart.type;
  const spec = structuredClone(brought.specs[type]);
  const told = (name) => ({ label: columnOf(name)?.label ?? "", kind: "number" });
  const [x, y, value, color] = [chart.x, chart.y, chart.c, chart.c || chart.g].map(told);
  const filled = await FILL[type](chart, runs, spec);
  const fields = { x, y, value, score: value, color, ...filled.fields };
  return { note: "", ...filled, fields, spec: harmless(spec), rows: filled.rows.map(harmless) };
}

/**
 * Texts that are names of every object, such as "constructor", get a character of no width: Vega
 * keeps what it draws by text and would take them for its own. As site/chart_svg.py has it.
 */
function harmless(value) {
  if (typeof value === "string") return value in Object.prototype ? `${value}\u200b` : value;
  if (Array.isArray(value)) return value.map(harmless);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, harmless(own)]));
}

const FILL = {
  line: fillLines, band: fillBand, scatter: fillScatter, parallel: fillParallel,
  bar: fillCategories, box: fillCategories, histogram: fillHistogram, heatmap: fillHeatmap,
};

/** Texts of a column by which a chart tells runs apart; nothing where none is asked for. */
function textsOf(name, runs) {
  const texts = name ? distinctTexts(columnOf(name), runs) : new Map();
  return (run) => texts.get(run);
}

/** Spans of time in the unit that suits the longest: its name goes to the title, the rows are divided. */
function useUnit(rows, title) {
  const [unit, size] = durationUnit(rows.reduce((most, row) => Math.max(most, row.x ?? 0), 0));
  for (const row of rows) if (row.x !== null) row.x /= size;
  return `${title}, ${unit}`;
}

/** Exponential moving mean, corrected for its start as Adam corrects its moments. */
function smoothed(values, weight) {
  let sum = 0, count = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    count++;
    return sum / (1 - weight ** count);
  });
}

/** Rows of the runs that have all of some numbers. */
function rowsOf(runs, chart, numbers, more) {
  const usable = runs.filter((run) => numbers.every((name) => Number.isFinite(valuesOf(name)[run]))).slice(0, MAX_MARKS);
  const labels = runLabels(usable);
  const rows = usable.map((run, index) => ({ run: labels[index], href: runPlace(run), ...more(run, labels[index]) }));
  return { rows, note: usable.length === MAX_MARKS ? `The first ${thousands(MAX_MARKS)} runs.` : "" };
}

/** Colour by a column, or all alike. */
function colourSpec(encoding, mark, chart) {
  if (chart.c) encoding.color.title = columnOf(chart.c).label;
  else {
    delete encoding.color;
    delete encoding.xOffset;
    mark.color = "var(--c1)";
  }
}

/** What colours a run's mark, as a field of its row. */
function coloursOf(chart, runs) {
  const groupOf = textsOf(chart.c, runs);
  return (run) => (chart.c ? { color: groupOf(run) } : {});
}

function fillScatter(chart, runs, spec) {
  const x = columnOf(chart.x), y = columnOf(chart.y);
  const isNumber = isNumeric(x) && x.kind !== "time";
  const colourOf = coloursOf(chart, runs), wordOf = textsOf(isNumeric(x) ? "" : chart.x, runs);
  const { rows, note } = rowsOf(runs, chart, [chart.y], (run) => ({
    x: valuesOf(chart.x)[run] === null ? null : wordOf(run) ?? valuesOf(chart.x)[run], y: valuesOf(chart.y)[run], ...colourOf(run),
  }));
  const title = x.kind === "duration" ? useUnit(rows, x.label) : x.kind === "time" ? `${x.label}, UTC` : x.label;
  const kinds = [...new Set(rows.map((row) => row.x))].filter((value) => value !== null);
  const spread = isNumber ? kinds.filter(Number.isFinite).sort((a, b) => a - b) : [];
  const isLog = spread.length > 0 && spread[0] > 0 && spread[spread.length - 1] / spread[0] >= 30;
  const kind = isNumber ? "quantitative" : x.kind === "time" ? "temporal" : "nominal";
  spec.encoding.x = { field: "x", type: kind, title };
  if (isNumber) {
    spec.encoding.x.scale = { nice: false, padding: 16, ...(isLog ? { type: "log" } : { zero: false }) };
    spec.encoding.x.axis = { grid: false, labelOverlap: true, ...(kinds.length <= 8 ? { values: kinds } : {}) };
  } else if (kind === "temporal") {
    spec.encoding.x = utcAxis(title, { padding: 16 });
  } else if (kind === "nominal") {
    spec.encoding.x.scale = { paddingOuter: 0.5 };
    spec.encoding.x.axis = { grid: false, labelAngle: -30 };
  }
  spec.encoding.y.title = y.label;
  if (chart.scale === "log") spec.encoding.y.scale = { type: "log", nice: false };
  colourSpec(spec.encoding, spec.mark, chart);
  const usable = rows.filter((row) => row.x !== null && (chart.scale !== "log" || row.y > 0));
  return { rows: usable, note, fields: { x: { label: x.kind === "duration" ? title : x.label, kind: x.kind === "time" ? "time" : "number" } } };
}

/** Bars and boxes: a metric for each value of a column. */
function fillCategories(chart, runs, spec) {
  const x = columnOf(chart.x), y = columnOf(chart.y);
  const wordOf = textsOf(chart.x, runs), colourOf = coloursOf(chart, runs);
  const { rows, note } = rowsOf(runs, chart, [chart.y], (run, label) => ({
    x: chart.x === "run_name" ? label : wordOf(run), place: chart.x === "run_name" ? 0 : valuesOf(chart.x)[run], y: valuesOf(chart.y)[run], ...colourOf(run),
  }));
  rows.sort((a, b) => compareValues(a.place, b.place));
  const isMean = new Set(rows.map((row) => `${row.x}\n${row.color}`)).size < rows.length;
  for (const layer of spec.layer || [spec]) {
    // A list to sort by would become an expression; a domain stays data.
    Object.assign(layer.encoding.x, { title: x.label, scale: { domain: [...new Set(rows.map((row) => row.x))] } });
    layer.encoding.y.title = chart.type === "bar" && isMean ? `${y.label}, mean ± std` : y.label;
    if (layer.encoding.color) colourSpec(layer.encoding, layer.mark, chart);
    else if (!chart.c) delete layer.encoding.xOffset;
  }
  return { rows, note };
}

function compareValues(a, b) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

function fillHistogram(chart, runs, spec) {
  const x = columnOf(chart.x);
  spec.encoding.x.title = x.label;
  colourSpec(spec.encoding, spec.mark, chart);
  const colourOf = coloursOf(chart, runs);
  return rowsOf(runs, chart, [chart.x], (run) => ({ x: valuesOf(chart.x)[run], ...colourOf(run) }));
}

function fillHeatmap(chart, runs, spec) {
  const [x, y, c] = [chart.x, chart.y, chart.c].map(columnOf);
  const [across, down] = [chart.x, chart.y].map((name) => textsOf(name, runs));
  const found = rowsOf(runs, chart, [chart.c], (run, label) => ({
    x: chart.x === "run_name" ? label : across(run), y: chart.y === "run_name" ? label : down(run),
    value: valuesOf(chart.c)[run], places: [valuesOf(chart.x)[run], valuesOf(chart.y)[run]],
  }));
  const { encoding } = spec;
  const ordered = (field, place) => [...new Map([...found.rows].sort((a, b) => compareValues(a.places[place], b.places[place])).map((row) => [row[field], 1])).keys()];
  encoding.x = { ...encoding.x, title: x.label, scale: { domain: ordered("x", 0) } };
  encoding.y = { ...encoding.y, title: y.label, scale: { domain: ordered("y", 1).reverse() } };
  encoding.color.title = c.label;
  return found;
}

function fillParallel(chart, runs, spec) {
  const scores = valuesOf(chart.c);
  const names = [...chart.x.split(",").filter((name) => name && name !== chart.c), chart.c];
  const usable = runs.filter((run) => Number.isFinite(scores[run])).slice(0, MAX_PARALLEL);
  const labels = runLabels(usable);
  const rows = [];
  const labelled = names.map((name) => columnOf(name).label);
  const axisOf = (name) => { const { label } = columnOf(name); return labelled.filter((other) => other === label).length > 1 ? name : label; };
  for (const name of names) {
    const column = columnOf(name), axis = axisOf(name);
    const { places, ends } = spread(column, usable.map((run) => valuesOf(name)[run]));
    places.forEach((place, index) => {
      if (place !== null) rows.push({ run: labels[index], axis, place, score: scores[usable[index]], href: runPlace(usable[index]) });
    });
    const [low, high] = ends.map((value) => (value === null ? null : formatValue(column, value)));
    ends.forEach((value, end) => {
      const label = low === high ? unsaid(column, value) || low : [low, high][end];
      if (value !== null) rows.push({ axis, place: end, end, label });
    });
  }
  const label = columnOf(chart.c).label;
  for (const layer of spec.layer) {
    layer.encoding.x.scale.domain = names.map(axisOf);
    if (layer.encoding.color && layer.encoding.color.field === "score") layer.encoding.color.title = label;
  }
  return { rows, note: usable.length === MAX_PARALLEL ? `The first ${MAX_PARALLEL} runs.` : "" };
}

/** Places from 0 to 1: numbers by size, texts evenly in sorted order. */
function spread(column, values) {
  if (column.kind !== "text") {
    const numbers = values.filter(Number.isFinite);
    if (!numbers.length) return { places: values.map(() => null), ends: [null, null] };
    const low = numbers.reduce((a, b) => Math.min(a, b));
    const high = numbers.reduce((a, b) => Math.max(a, b));
    const place = (value) => (high === low ? 0.5 : (value / 2 - low / 2) / (high / 2 - low / 2));
    return { places: values.map((v) => (Number.isFinite(v) ? place(v) : null)), ends: [low, high] };
  }
  const words = [...new Set(values.filter((value) => value !== null))].sort();
  if (!words.length) return { places: values.map(() => null), ends: [null, null] };
  const place = (value) => (words.length > 1 ? words.indexOf(value) / (words.length - 1) : 0.5);
  return { places: values.map((v) => (v === null ? null : place(v))), ends: [words[0], words[words.length - 1]] };
}

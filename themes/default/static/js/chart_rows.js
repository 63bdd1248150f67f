// Charts as data: which fields a chart type has, what it needs loaded, and the form, titles and plain rows
// that fill its spec. A chart is {type, title, x, y, c, g, scale, smooth, runs}, as the hash has it. The
// rows are those of report/charts/filling.py; what a chart means its spec says.

const MAX_CATEGORIES = 40;
const MAX_MARKS = 2000;
const MAX_PARALLEL = 300;
/** Marks where a reader asks for all. */
const ALL_MARKS = 20000;
/** Different amounts on an axis that each have a tick of their own. */
const MAX_TICKS = 8;
const AXES = [["step", "Step"], ["time", "Time"], ["relative", "Time since start"]];

/** Fields of each chart type: which columns they take, and whether they may be empty. */
const TYPES = {
  line: { title: "Line", fields: { y: "curve", x: "axis", c: "colour?", g: "mean?", scale: "scale", smooth: "smooth", runs: "runs" } },
  bar: { title: "Bar", fields: { x: "category", y: "metric", c: "group?", runs: "runs" } },
  scatter: { title: "Scatter", fields: { x: "any", y: "metric", c: "colour?", scale: "scale", runs: "runs" } },
  box: { title: "Box", fields: { x: "category", y: "metric", c: "group?", scale: "scale", runs: "runs" } },
  parallel: { title: "Parallel coordinates", fields: { x: "several", c: "metric", runs: "runs" } },
  histogram: { title: "Histogram", fields: { x: "number", c: "group?", runs: "runs" } },
  heatmap: { title: "Heat map", fields: { x: "category", y: "category", c: "metric", runs: "runs" } },
};

/** What the fields that name no column may be. */
const SETTINGS = {
  scale: (text) => ["", "linear", "log"].includes(text),
  smooth: (text) => Number(text) >= 0 && Number(text) < 1,
  runs: (text) => ["", "built", "all"].includes(text),
};

const isNumeric = (column) => column.kind !== "text";
const isGroup = (column) => column.distinct > 1 && column.distinct <= (isNumeric(column) ? STEPS : LOOKS);

/** The columns that a field may take. @param {string} kind @returns {[string, string][]} */
function choicesFor(kind) {
  const named = (columns) => columns.map((column) => [column.name, column.label]);
  const settings = columnsOf("params", "tags");
  const metrics = columnsOf("metrics");
  switch (kind) {
    case "curve": return named(metrics.filter((column) => column.curves));
    case "metric": return [...named([...metrics, ...columnsOf("statistics"), ...settings.filter(isNumeric)]), ["duration", "Duration"]];
    case "category": return [["run_name", "Run"], ...named(settings.filter((c) => c.distinct <= MAX_CATEGORIES)), ["status", "Status"]];
    case "number": return named([...metrics, ...columnsOf("statistics"), ...settings.filter(isNumeric)]);
    case "any": return [...named([...settings, ...metrics, ...columnsOf("statistics")]), ["start_time", "Started"], ["duration", "Duration"]];
    case "group?": return [["", "none"], ...named(settings.filter(isGroup)), ["status", "Status"]];
    case "colour?": return [["", "none"], ...named([...settings.filter((c) => isGroup(c) || isNumeric(c) && c.varies), ...metrics]), ["status", "Status"]];
    case "mean?": return [["", "single runs"], ...named(settings.filter((c) => c.distinct > 1 && c.distinct <= MAX_CATEGORIES)), ["status", "Status"]];
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
    else if (SETTINGS[kind]) chart[field] = SETTINGS[kind](from[field] || "") ? from[field] || "" : "";
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
  const told = shared.source.telling.find((name) => names.includes(name) && name !== taken);
  if (told && ["category", "any"].includes(kind)) return told;
  if (kind === "category") return names.find((name) => columnOf(name)?.varies && name !== "run_name" && name !== taken) ?? names[0] ?? "";
  return names[0] ?? "";
}

function several(text) {
  const wanted = (text || "").split(",").filter((name) => columnOf(name));
  if (wanted.length > 1) return wanted.join(",");
  const varied = columnsOf("params").filter((column) => column.distinct > 1).map(({ name }) => name);
  return [...new Set([...shared.source.telling, ...varied])].filter((name) => columnOf(name)).slice(0, 5).join(",");
}

/** The columns a chart needs loaded. */
function columnsOfChart(chart) {
  const named = Object.values(chart).filter((value) => typeof value === "string");
  return [...ADDRESS, "_curves", ...named.flatMap((value) => value.split(",")).filter((name) => columnOf(name))];
}

/** The chart's title, unless the reader gave one, as report/charts/making.py has it. @param {Object} chart @param {string} [axis] title of x */
function titleOf(chart, axis = "") {
  if (chart.title) return chart.title;
  const label = (name) => columnOf(name)?.label ?? name;
  const x = chart.x === "run_name" ? "Run" : label(chart.x);
  switch (chart.type) {
    case "line": return `${label(chart.y)} over ${chart.x !== "step" ? "time" : axis === "Order" ? "order" : "steps"}`;
    case "histogram": return `Runs by ${x}`;
    case "heatmap": return `${label(chart.c)} by ${x} and ${label(chart.y)}`;
    case "parallel": return `Settings and ${label(chart.c)}, run by run`;
    case "scatter": return `${label(chart.y)} against ${x}`;
    default: return `${label(chart.y)} by ${x}`;
  }
}

/** Which runs a chart shows: "73 runs", "120 of 301 runs", "best 6 of 73 runs by loss". */
function showsText(drawn, usable, total, order, metric) {
  if (drawn === total) return plural(total, "run");
  const told = `${thousands(drawn)} of ${plural(total, "run")}`;
  if (drawn === usable) return told;
  return order === "best" ? `${order} ${told} by ${metric}` : `${order} ${told}`;
}

/**
 * What goes into a spec.
 * @typedef {{form: string[], rows: Object[], colours: Coloured, titles: {x?: string, y?: string, color?: string},
 *   runs: number[], usable: number, isTime?: boolean, ticks?: number[], least?: number, step?: number | null, words?: Object<string, string>}} Filled
 *   `form`: type, kind of x, scale of y, kind of colours; `runs`: those that are drawn; `usable`: how many have the values
 */

/**
 * The spec of a chart with its titles, and its rows.
 * @param {Object} chart
 * @param {number[]} runs those of the view, in order
 * @returns {Promise<{spec: Object, rows: Object[], fields: Object<string, {label: string, kind: string}>, title: string, shows: string, isCut: boolean}>}
 *   `fields` says what the fields of a row are called and how their numbers are written
 */
async function fillChart(chart, runs) {
  drawnRuns.delete(chart);
  await shared.source.load(columnsOfChart(chart));
  const filled = isDrawable(chart) ? await FILL[chart.type](chart, runs) : { ...UNDRAWN, form: ["scatter", "number", "linear", "none"] };
  const spec = titledSpec(filled);
  paint(spec, filled.colours);
  if (filled.ticks?.length) spec.encoding.x.axis.values = filled.ticks;
  if (filled.step) for (const one of spec.transform || []) if (one.bin) one.bin = { step: filled.step };
  if (filled.form[1] === "symlog") {
    spec.encoding.x.scale.constant = filled.least;
    for (const param of spec.params || []) param.value = filled.least;
  }
  // A box plot has several layers, of which the outliers' would come first.
  if (filled.form[0] === "box") spec.encoding.x.scale = { domain: [...new Set(filled.rows.map((row) => row.x))] };
  const fields = { x: { label: filled.titles.x || "", kind: filled.isTime ? "time" : "number" }, mean: { label: `${filled.titles.y || filled.titles.color}, mean` }, std: { label: "std" }, value: { label: filled.titles.color } };
  for (const field of ["y", "color"]) fields[field] = { label: filled.titles[field] || "", kind: "number" };
  for (const [field, label] of Object.entries(filled.words || {})) fields[field] = { label, kind: "number" };
  const { primary } = shared.source;
  const [order, total] = isBuilt(chart) ? [chart.order || "best", shared.source.count] : ["first", runs.length];
  const shows = [showsText(filled.runs.length, filled.usable, total, order, primary), filled.colours.note].filter(Boolean).join("; ");
  return { filled, spec: harmless(spec), rows: filled.rows.map(harmless), fields, title: titleOf(chart, filled.titles.x), shows, isCut: filled.runs.length < filled.usable };
}

/** What is drawn where the data has none of the columns. */
const UNDRAWN = { rows: [], runs: [], usable: 0, titles: {}, colours: uncoloured([]) };

/** Whether the data has the columns that a chart cannot do without. */
function isDrawable(chart) {
  const needed = Object.entries(TYPES[chart.type].fields).filter(([, kind]) => ["curve", "metric", "category", "any", "number", "several"].includes(kind));
  return needed.every(([field]) => chart[field] && chart[field].split(",").every((name) => name === "run_name" || columnOf(name)));
}

/** The template of a form with its titles. @param {Filled} filled */
function titledSpec({ form, titles }) {
  const fill = (text) => text.replace(/\{(x|y|color)\}/g, (_, field) => titles[field] || "") || null;
  const copy = (value) => {
    if (Array.isArray(value)) return value.map(copy);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, key === "title" && typeof own === "string" ? fill(own) : copy(own)]));
  };
  return { ...copy(brought.specs.shared), ...copy(brought.specs[form.join(" ")]) };
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
  line: fillLines, scatter: fillScatter, parallel: fillParallel,
  bar: fillCategories, box: fillCategories, histogram: fillHistogram, heatmap: fillHeatmap,
};

/** Spans of time in the unit that suits the longest: its name goes to the title, the rows are divided. */
function useUnit(rows, title, field) {
  const [unit, size] = durationUnit(rows.reduce((most, row) => Math.max(most, row[field] ?? 0), 0));
  for (const row of rows) if (typeof row[field] === "number") row[field] /= size;
  return `${title}, ${unit}`;
}

const measured = (column, rows, field) => (column.kind === "duration" ? useUnit(rows, column.label, field) : column.label);

/** The runs that have a number in a column that lies on its axis; a date is no amount. @param {string} name @param {number[]} runs @param {string} [scale] */
function finiteRuns(name, runs, scale) {
  const column = columnOf(name);
  return !column || column.kind === "time" ? [] : runs.filter((run) => Number.isFinite(valuesOf(name)[run]) && (scale !== "log" || valuesOf(name)[run] > 0));
}

/** How many runs a chart shows. */
const mostOf = (chart, most, all) => (chart.runs === "all" ? all : most);

const isPlaced = (value) => value !== null && value !== undefined && !(typeof value === "number" && !Number.isFinite(value));

/** Texts of a column by which a chart tells runs apart; of the run's name labels. @param {string} name @param {number[]} runs */
function wordsOf(name, runs) {
  if (name !== "run_name" && columnOf(name)) return distinctTexts(columnOf(name), runs);
  const labels = labelsOf(runs);
  return new Map(runs.map((run, place) => [run, labels[place]]));
}

/** Labels of all runs of a source, which no other run of it has. @type {WeakMap<Source, string[]>} */
const labelled = new WeakMap();

/** @param {number[]} runs */
function labelsOf(runs) {
  const data = shared.source;
  if (!labelled.has(data)) labelled.set(data, runLabels(Array.from({ length: data.count }, (_, run) => run).reverse()).reverse());
  return runs.map((run) => labelled.get(data)[run]);
}

/** Runs in the order of a column's values. */
function inOrder(name, runs) {
  return sortPlaces(runs.map((run) => valuesOf(name)[run]), columnOf(name)?.ordered).map((place) => runs[place]);
}

/** @param {number[]} runs @param {Coloured} colours @param {(run: number) => Object} more @returns {Object[]} */
function rowsOf(runs, colours, more) {
  const labels = labelsOf(runs);
  return runs.map((run, place) => ({ run: labels[place], href: runPlace(run), ...more(run), ...(colours.kind === "none" ? {} : { color: colours.values.get(run) }) }));
}

function fillScatter(chart, runs) {
  const x = columnOf(chart.x), y = columnOf(chart.y);
  let own = finiteRuns(chart.y, runs, chart.scale).filter((run) => isPlaced(valuesOf(chart.x)[run]));
  const colours = coloured(chart.c, own);
  own = own.filter((run) => colours.values.has(run));
  let drawn = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  const words = isNumeric(x) ? new Map() : wordsOf(chart.x, drawn);
  if (!isNumeric(x)) drawn = inOrder(chart.x, drawn);
  const rows = rowsOf(drawn, colours, (run) => ({ x: words.get(run) ?? valuesOf(chart.x)[run], y: valuesOf(chart.y)[run] }));
  const titles = { y: measured(y, rows, "y"), x: measured(x, rows, "x"), color: colours.title };
  const spread = isNumeric(x) ? spreadOf(rows.map((row) => row.x)) : { kind: "word", least: 0 };
  const isTime = x.kind === "time";
  if (isTime) titles.x += ", UTC";
  const kind = isTime ? "time" : spread.kind;
  return { form: ["scatter", kind, chart.scale || "linear", colours.kind], rows, colours, titles, runs: drawn, usable: own.length, isTime, ticks: ticksOf(kind, rows), least: spread.least };
}

/** Where ticks are put: on each of few amounts; zero and powers of ten on an axis that is logarithmic from the least amount on. */
function ticksOf(kind, rows) {
  if (!["number", "log", "symlog"].includes(kind)) return [];
  const amounts = [...new Set(rows.map((row) => row.x).filter(Number.isFinite))].sort((a, b) => a - b);
  if (amounts.length <= MAX_TICKS) return amounts;
  if (kind !== "symlog") return [];
  const ticks = [0];
  for (let power = Math.ceil(Math.log10(amounts[1])); power <= Math.floor(Math.log10(amounts[amounts.length - 1])); power++) ticks.push(Number(`1e${power}`));
  return ticks;
}

/** Bars and boxes: a metric for each value of a column. */
function fillCategories(chart, runs) {
  const isRun = chart.x === "run_name", isBar = chart.type === "bar";
  const y = columnOf(chart.y);
  const own = finiteRuns(chart.y, runs, isBar ? "" : chart.scale);
  let colours = coloured(chart.c, own, true);
  let drawn = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  if (isRun && !chart.c && isBar && (looks.size || drawn.length <= MAX_LINES)) {
    if (!looks.size) {
      drawnRuns.set(chart, drawn.map((run) => valuesOf("run_id")[run]));
      giveLooks(drawnRuns.get(chart));
    }
    colours = runColours(drawn, labelsOf(drawn));
  }
  if (!isRun) drawn = inOrder(chart.x, drawn);
  const words = wordsOf(chart.x, drawn);
  const rows = rowsOf(drawn, colours, (run) => ({ x: words.get(run), y: valuesOf(chart.y)[run] }));
  const titles = { x: isRun ? "Run" : columnOf(chart.x).label, y: measured(y, rows, "y"), color: colours.title };
  return { form: [chart.type, isBar && isRun ? "run" : "word", isBar ? "linear" : chart.scale || "linear", colours.kind], rows, colours, titles, runs: drawn, usable: own.length, words: { n: "Runs" } };
}

function fillHistogram(chart, runs) {
  const own = finiteRuns(chart.x, runs);
  const colours = coloured(chart.c, own, true);
  const drawn = own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS));
  const rows = rowsOf(drawn, colours, (run) => ({ x: valuesOf(chart.x)[run] }));
  const titles = { x: measured(columnOf(chart.x), rows, "x"), color: colours.title };
  const spread = spreadOf(rows.map((row) => row.x));
  const step = rows.length ? binStep(rows.map((row) => placedAt(row.x, spread))) : null;
  return { form: ["histogram", spread.kind, "linear", colours.kind], step, least: spread.least, rows, colours, titles, runs: drawn, usable: own.length, words: { low: "From", high: "To", n: "Runs" } };
}

function fillHeatmap(chart, runs) {
  const own = finiteRuns(chart.c, runs);
  const drawn = inOrder(chart.x, own.slice(0, mostOf(chart, MAX_MARKS, ALL_MARKS)));
  const order = new Map(inOrder(chart.y, drawn).map((run, rank) => [run, rank]));
  const [across, down] = [chart.x, chart.y].map((name) => wordsOf(name, drawn));
  const plain = uncoloured([]);
  const rows = rowsOf(drawn, plain, (run) => ({ x: across.get(run), y: down.get(run), y_order: order.get(run), value: valuesOf(chart.c)[run] }));
  const titles = { x: columnOf(chart.x).label, y: columnOf(chart.y).label, color: measured(columnOf(chart.c), rows, "value") };
  return { form: ["heatmap", "word", "linear", ramp(columnOf(chart.c), drawn).kind], rows, colours: plain, titles, runs: drawn, usable: own.length, words: { n: "Runs" } };
}

function fillParallel(chart, runs) {
  const own = finiteRuns(chart.c, runs);
  const drawn = own.length < 2 ? [] : own.slice(0, mostOf(chart, MAX_PARALLEL, ALL_MARKS));
  const colours = ramp(columnOf(chart.c), drawn);
  const columns = [...chart.x.split(",").filter((name) => name && name !== chart.c), chart.c].map(columnOf);
  const labels = columns.map(({ label }) => label);
  const names = columns.map(({ name, label }) => (labels.filter((other) => other === label).length > 1 ? name : label));
  const rows = columns.flatMap((column, place) => axisRows(names[place], column, drawn, colours));
  return { form: ["parallel", "word", "linear", colours.kind], rows, colours, titles: { color: colours.title }, runs: drawn, usable: own.length, words: { axis: "Axis" } };
}

/** A row a run that has a value on an axis, and one for each end of the axis. */
function axisRows(axis, column, runs, colours) {
  const values = valuesOf(column.name);
  const own = runs.filter((run) => isPlaced(values[run]));
  if (!own.length) return [];
  const ordered = inOrder(column.name, own);
  const spread = spreadOf(own.map((run) => values[run]));
  const ranks = new Map([...new Set(ordered.map((run) => values[run]))].map((value, rank) => [value, rank]));
  const at = (run) => (isNumeric(column) ? placedAt(values[run], spread) : ranks.get(values[run]));
  const ends = [ordered[0], ordered[ordered.length - 1]].map((run) => values[run]);
  const texts = ends.map((value) => formatValue(column, value));
  return [
    ...rowsOf(own, colours, (run) => ({ axis, at: at(run) })),
    ...ends.map((value, end) => ({ axis, end, label: ends[0] !== ends[1] && texts[0] === texts[1] ? unsaid(column, value) || texts[end] : texts[end] })),
  ];
}

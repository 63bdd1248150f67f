// Curves of chosen runs and means over groups of them: loading, smoothing, filling in rows. As
// report/charts/line_rows.py has it.

const MAX_LINES = 18;
/** Runs of a mean; each is a file to load. */
const MAX_BAND = 300;
/** Places at which a mean over runs is taken. */
const BAND_POINTS = 200;
const STEP_TITLES = { step: "Step", time: "Time, UTC", relative: "Time since start" };

/** The runs that each chart of curves draws, for their looks. @type {Map<Object, string[]>} */
const drawnRuns = new Map();

/** The runs that have a curve that lies on its axis, with its points, in order; at most some. */
async function curvesOf(metric, runs, most, scale) {
  await shared.source.load([metric]);
  const found = [];
  for (const run of runs) {
    if (found.length === most) break;
    if (valuesOf("_curves")[run] === null || valuesOf(metric)[run] === null) continue;
    await loadRun(run);
    const curve = brought.runs.get(valuesOf("run_id")[run])?.curves.get(metric.replace(/^metrics\./, ""));
    const read = curve && readCurve(curve);
    if (read && read.value.length > 1 && read.value.some((value) => Number.isFinite(value) && (value > 0 || scale !== "log"))) found.push({ run, curve: read });
  }
  return found;
}

/** The script beside a run's page. @param {number} run */
function loadRun(run) {
  if (brought.runs.has(valuesOf("run_id")[run])) return Promise.resolve();
  if (valuesOf("_view")[run]) return loadDetails(run);
  return loadScript(`${up}${runPlace(run).replace("index.html", "run.js")}`).catch(() => {});
}

/** A curve with its numbers read and what goes without saying. */
function readCurve(curve) {
  const read = (values) => values && values.map(readNumber);
  const value = read(curve.value);
  return { step: curve.step, time: curve.time, value, low: read(curve.low), high: read(curve.high), count: curve.count || value.map(() => 1),
    spread: read(curve.spread) || value.map(() => 0), isThinned: Boolean(curve.count), resumed: curve.resumed || [], hasSteps: !curve.ordered };
}

/** Where points lie on the x axis: steps, time, or milliseconds since the earliest point. */
function placesOf(curve, axis) {
  if (axis === "step") return curve.step;
  if (axis === "time") return curve.time;
  const start = curve.time.reduce((a, b) => Math.min(a, b));
  return curve.time.map((time) => time - start);
}

/** What the axis of curves is called. */
function stepTitle(curves, axis) {
  if (axis !== "step" || curves.every(({ hasSteps }) => hasSteps)) return STEP_TITLES[axis];
  return curves.some(({ hasSteps }) => hasSteps) ? "Step, or order where none was logged" : "Order";
}

/** The place of the last finite value if only others follow: where a run diverged. @param {number[]} values */
function endOf(values) {
  let place = values.length - 1;
  while (place >= 0 && !Number.isFinite(values[place])) place--;
  return place >= 0 && place < values.length - 1 ? place : -1;
}

/** A row a point or bucket. @param {(run: number) => Object} more further fields of a run's rows */
function lineRows(found, axis, weight, more) {
  return found.flatMap(({ run, curve }) => {
    const values = weight ? smoothed(curve.value, curve.count, weight) : curve.value;
    const end = endOf(curve.value);
    return placesOf(curve, axis).map((x, place) => {
      const drawn = (value) => (Number.isFinite(curve.value[place]) ? value : null);
      const row = { ...more(run), x, y: drawn(values[place]) };
      if (weight) row.raw = drawn(curve.value[place]);
      if (curve.isThinned) Object.assign(row, { low: drawn(curve.low[place]), high: drawn(curve.high[place]) });
      if (curve.resumed.includes(place)) row.mark = "resumed";
      if (place === end) row.mark = "diverged";
      return row;
    });
  });
}

/**
 * An exponential moving mean, corrected for its start as Adam corrects its moments; a bucket counts as
 * often as it has values, as if each of them were its mean.
 */
function smoothed(values, counts, weight) {
  let total = 0, whole = 0;
  return values.map((value, place) => {
    if (!Number.isFinite(value)) return value;
    const kept = weight ** counts[place];
    total = kept * total + (1 - kept) * value;
    whole = kept * whole + (1 - kept);
    return total / whole;
  });
}

/** @returns {Promise<Filled>} */
async function fillLines(chart, runs) {
  if (chart.g) return fillBand(chart, runs);
  const most = mostOf(chart, MAX_LINES, MAX_BAND);
  const every = await curvesOf(chart.y, chosenRuns(chart, runs), most, chart.scale);
  const drawn = every.map(({ run }) => run), ids = drawn.map((run) => valuesOf("run_id")[run]);
  const labels = labelsOf(drawn);
  let colours = coloured(chart.c, drawn);
  if (colours.kind === "none") {
    drawnRuns.set(chart, ids);
    keepLooks(new Set([...drawnRuns.values()].flat()));
    giveLooks(ids);
    colours = { ...runColours(drawn, labels), note: colours.note };
  }
  const found = every.filter(({ run }) => colours.values.has(run));
  const labelOf = new Map(drawn.map((run, place) => [run, labels[place]]));
  let rows = lineRows(found, chart.x, Number(chart.smooth) || 0, (run) => ({ run: labelOf.get(run), href: runPlace(run), color: colours.values.get(run) }));
  if (rows.every((row) => row.y === null)) rows = [];
  const isTime = chart.x === "time";
  const axis = stepTitle(found.map(({ curve }) => curve), chart.x);
  const title = chart.x === "relative" ? useUnit(rows, axis, "x") : axis;
  return {
    form: ["line", isTime ? "time" : "number", chart.scale || "linear", colours.kind], rows, colours,
    titles: { x: title, y: chart.y.replace(/^metrics\./, ""), color: colours.title },
    runs: found.map(({ run }) => run), usable: usableCurves(chart.y, runs, found.length, isBuilt(chart) ? chart.cut !== chart.y : every.length < most), isTime,
    words: { low: "Lowest", high: "Highest", raw: "Before smoothing", mark: "Here" },
  };
}

/** Runs that have a curve; where not all were read, those that have the metric. */
function usableCurves(metric, runs, found, isAll) {
  return isAll ? found : runs.filter((run) => (valuesOf(metric)[run] ?? null) !== null).length;
}

/** Those that the page was built with, unless the reader narrowed the view or asked for the table's. */
function chosenRuns(chart, runs) {
  if (!isBuilt(chart)) return runs;
  const ids = valuesOf("run_id");
  return (chart.built || []).map((id) => ids.indexOf(id)).filter((run) => run >= 0);
}

const isBuilt = (chart) => chart.runs === "built" && !isNarrow();

/** Mean ± standard deviation over the runs of each group, and of how many runs it is. @returns {Promise<Filled>} */
async function fillBand(chart, runs) {
  const found = await curvesOf(chart.y, runs, MAX_BAND, chart.scale);
  const colours = grouped(chart.g, found.map(({ run }) => run));
  const axis = chart.x === "step" ? "step" : "relative";
  const groups = new Map(colours.texts.map((text) => [text, []]));
  for (const { run, curve } of found) groups.get(colours.values.get(run)).push(curve);
  const rows = [], texts = [];
  for (const [text, curves] of groups) {
    const points = bandOf(curves.map((curve) => placedCurve(curve, axis)));
    texts.push(`${text} (${runsOf(points, curves.length)})`);
    for (const point of points) rows.push({ color: texts[texts.length - 1], ...point });
  }
  const title = stepTitle(found.map(({ curve }) => curve), axis);
  return {
    form: ["band", "number", chart.scale || "linear", colours.kind], rows, colours: { ...colours, texts },
    titles: { x: axis === "relative" ? useUnit(rows, title, "x") : title, y: chart.y.replace(/^metrics\./, ""), color: colours.title },
    runs: found.map(({ run }) => run), usable: usableCurves(chart.y, runs, found.length, found.length < MAX_BAND), isTime: false,
    words: { low: "− std", high: "+ std", n: "Runs" },
  };
}

/** "n 3", or "n 1 to 3" where fewer runs come as far as others. */
function runsOf(points, most) {
  const least = points.reduce((a, { n }) => Math.min(a, n), most);
  return least === most ? `n ${most}` : `n ${least} to ${most}`;
}

/** A curve in the order of its places, which times need not be in. */
function placedCurve(curve, axis) {
  const all = placesOf(curve, axis);
  const order = all.map((_, place) => place).sort((a, b) => all[a] - all[b] || a - b);
  return { x: order.map((place) => all[place]), y: order.map((place) => curve.value[place]), spread: order.map((place) => curve.spread[place]),
    count: order.map((place) => (Number.isFinite(curve.value[place]) ? curve.count[place] : 0)) };
}

/**
 * Mean, one standard deviation (of a sample) and number of the curves along x. Places are all that some
 * curve has; of many as many that follow each other are one, where a curve has the mean of its values,
 * weighted by their counts; where it has none, what lies between its neighbours.
 * @param {{x: number[], y: number[], count: number[], spread: number[]}[]} curves
 * @returns {{x: number, y: number, low: number, high: number, n: number}[]}
 */
function bandOf(curves) {
  const all = [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(all.length / BAND_POINTS));
  const found = [];
  for (let start = 0; start < all.length; start += stride) {
    const own = all.slice(start, start + stride);
    const low = own[0], high = own[own.length - 1], x = low / 2 + high / 2;
    const values = curves.map((curve) => valueIn(curve, low, high, x)).filter(({ mean }) => Number.isFinite(mean));
    if (!values.length) continue;
    const mean = values.reduce((sum, value) => sum + value.mean / values.length, 0);
    const std = deviationOf(values.map((value) => value.mean - mean), values.map(({ spread }) => spread));
    found.push({ x, y: mean, low: mean - std, high: mean + std, n: values.length });
  }
  return found;
}

/** The standard deviation of a sample of runs, 0 of one: between their means, and within what each of these is the mean of. */
function deviationOf(differences, spreads) {
  const largest = [...differences, ...spreads].reduce((most, one) => Math.max(most, Math.abs(one)), 0); // squares of 1e200 fit no float
  const count = differences.length;
  if (count < 2 || !largest) return 0;
  const squares = (values) => values.reduce((sum, one) => sum + (one / largest) ** 2, 0);
  return largest * Math.sqrt(squares(differences) / (count - 1) + squares(spreads) / count);
}

/** A curve's mean between two places, and the deviation of the values there. */
function valueIn(curve, low, high, x) {
  const start = firstAt(curve.x, (one) => one >= low), end = firstAt(curve.x, (one) => one > high);
  const counts = curve.count.slice(start, end);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (!total) return { mean: start === end ? valueAt(curve, x) : NaN, spread: 0 };
  const sum = (valueOf) => counts.reduce((all, count, place) => (count ? all + valueOf(start + place) * (count / total) : all), 0);
  const mean = sum((place) => curve.y[place]);
  const largest = counts.reduce((most, count, place) => (count ? Math.max(most, Math.abs(curve.y[start + place] - mean), curve.spread[start + place]) : most), 0);
  const squares = sum((place) => ((curve.y[place] - mean) / largest) ** 2 + (curve.spread[place] / largest) ** 2);
  return { mean, spread: largest && Number.isFinite(largest) ? largest * Math.sqrt(squares) : 0 };
}

/** The first place of growing numbers for which something holds. */
function firstAt(numbers, holds) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(numbers[middle])) high = middle; else low = middle + 1;
  }
  return low;
}

/** A curve between its points; NaN before the first and after the last. */
function valueAt({ x, y }, place) {
  if (!x.length || place < x[0] || place > x[x.length - 1]) return NaN;
  const at = firstAt(x, (one) => one > place) - 1;
  if (x[at] === place || at + 1 === x.length) return y[at];
  return y[at] + (y[at + 1] - y[at]) * ((place - x[at]) / (x[at + 1] - x[at]));
}

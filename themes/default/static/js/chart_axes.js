// How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing. As
// report/chart_axes.py has it.

const NEVER = [];
/** How an axis of times writes a tick, by the unit that it begins; d3's own way is 12 PM. */
const CLOCK = {
  year: "%Y", quarter: "%Y-%m", month: "%Y-%m", week: "%Y-%m-%d", date: "%Y-%m-%d", hours: "%H:%M",
  minutes: "%H:%M", seconds: "%H:%M:%S", milliseconds: "%H:%M:%S.%L",
};

/** An axis of times. @param {string} title @param {Object} [scale] */
function utcAxis(title, scale) {
  return { field: "x", type: "temporal", title, scale: { type: "utc", ...scale }, axis: { grid: false, format: CLOCK, labelOverlap: true } };
}

/** Give the axes and ramps of a spec the format that its rows ask for. @param {Object} spec @param {Object[]} rows */
function fitAxes(spec, rows) {
  const encodings = (spec.layer || [spec]).map(({ encoding }) => encoding || {});
  for (const [channel, guide] of [["x", "axis"], ["y", "axis"], ["color", "legend"]]) {
    const own = encodings.map((encoding) => encoding[channel])
      .filter((one) => one && one.field && one.type === "quantitative" && one[guide] !== null);
    if (!own.length) continue;
    const fields = [...own, ...encodings.map((encoding) => encoding[`${channel}2`] || NEVER)].map(({ field }) => field);
    const numbers = rows.flatMap((row) => fields.map((field) => row[field])).filter(Number.isFinite);
    const format = axisFormat(numbers, own[0][guide]?.values || NEVER, own[0].scale?.type === "log");
    if (format) for (const one of own) one[guide] = { ...one[guide], format };
  }
}

/** A number format of d3 for an axis; empty where its own, which goes by the steps, will do. */
function axisFormat(numbers, ticks, isLog) {
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isFar = largest !== 0 && (largest < 1e-5 || largest >= LARGEST);
  if (ticks.length) {
    const digits = digitsFor(ticks);
    return isFar ? `.${digits - 1}~e` : `,.${digits}~r`;
  }
  if (isLog) return ",~g";
  return isFar ? "~e" : "";
}

/** Significant digits that say ticks exactly, or, where that takes more than twelve, tell them apart. */
function digitsFor(ticks) {
  const rounded = (digits) => ticks.map((tick) => Number(tick.toPrecision(digits)));
  for (let digits = 3; digits <= 12; digits++) if (rounded(digits).every((value, place) => value === ticks[place])) return digits;
  for (let digits = 4; digits < 17; digits++) if (new Set(rounded(digits)).size === ticks.length) return digits;
  return 17;
}

Object.assign(shared, { axisFormat });

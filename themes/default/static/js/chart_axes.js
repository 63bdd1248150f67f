// How the axes of a drawn chart are labelled: no two ticks alike, no tick rounded to nothing. As
// report/charts/axes.py has it.

const NEVER = [];
/** How an axis of times writes a tick, by the unit that it begins; d3's own way is 12 PM. */
const CLOCK = {
  year: "%Y", quarter: "%Y-%m", month: "%Y-%m", week: "%Y-%m-%d", date: "%Y-%m-%d", hours: "%H:%M",
  minutes: "%H:%M", seconds: "%H:%M:%S", milliseconds: "%H:%M:%S.%L",
};

/** The same over more than a day, where an hour comes again. */
const CALENDAR = { ...CLOCK, hours: "%m-%d %H:%M", minutes: "%m-%d %H:%M" };
const DAY = 86400000;
/** Numbers this near to each other, as a share of them, are one place on an axis. */
const SAME = 1e-15;

/**
 * The encodings that have an axis or ramp of numbers or times, and the numbers of the rows that lie on it.
 * Fields that the spec makes are like those that its `usermeta` names.
 */
function measuredOf(spec, rows, channel, guide) {
  const encodings = (spec.layer || [spec]).map(({ encoding }) => encoding || {});
  const own = encodings.filter(({ [channel]: one }) => one?.field && ["quantitative", "temporal"].includes(one.type) && one[guide] !== null);
  const made = spec.usermeta?.of || {};
  const named = own.flatMap((encoding) => [channel, `${channel}2`].filter((one) => encoding[one]).map((one) => encoding[one].field));
  const fields = [...new Set(named.map((field) => made[field] || field))];
  return { own, made, fields, numbers: rows.flatMap((row) => fields.map((field) => row[field])).filter(Number.isFinite) };
}

const GUIDES = [["x", "axis"], ["y", "axis"], ["color", "legend"]];

/** Least and greatest of some numbers; 0 of none. @param {number[]} numbers */
function endsOf(numbers) {
  return [Math.min, Math.max].map((choose) => numbers.reduce((a, b) => choose(a, b), numbers[0] ?? 0));
}

/** Give the axes and ramps of a spec the format that its rows ask for. @param {Object} spec @param {Object[]} rows */
function fitAxes(spec, rows) {
  for (const [channel, guide] of GUIDES) {
    const { own, made, numbers } = measuredOf(spec, rows, channel, guide);
    for (const { [channel]: one } of own) one[guide] = { ...one[guide], ...guideOf(one, guide, numbers, one.field in made) };
  }
}

/** What an axis or ramp gets for its numbers. */
function guideOf(one, guide, numbers, isMade) {
  const [low, high] = endsOf(numbers);
  if (one.type === "temporal") return { format: high - low > DAY ? CALENDAR : CLOCK };
  let ticks = one[guide]?.values || NEVER;
  const found = {};
  const isPlain = guide === "axis" && !isMade && !one.aggregate;
  if (isPlain && numbers.length && high - low <= SAME * Math.max(Math.abs(low), Math.abs(high))) {
    ticks = found.values = [numbers[0]]; // of one value d3 knows no step, and would label 0.37 as 0
  }
  const format = axisFormat(numbers, ticks, one.scale?.type === "log");
  return format ? { ...found, format } : found;
}

/** The power of ten that numbers near the largest there are are divided by. */
const TAMING = 10;

/**
 * Rows to compute with: numbers whose range no float holds are divided, and titles say by what.
 * @param {Object} spec changed in place @param {Object[]} rows
 * @returns {{rows: Object[], wild: Set<string>}} `wild`: the fields that were divided
 */
function tame(spec, rows) {
  const wild = new Set();
  for (const [channel, guide] of GUIDES) {
    const { own, fields, numbers } = measuredOf(spec, rows, channel, guide);
    if (!isWild(numbers)) continue;
    fields.forEach((field) => wild.add(field));
    for (const encoding of own) {
      const one = encoding[channel], ticks = one[guide]?.values;
      encoding[channel] = { ...one, title: `${one.title || channel}, in 1e${TAMING}`, ...(ticks && { [guide]: { ...one[guide], values: ticks.map((tick) => tick / 10 ** TAMING) } }) };
    }
  }
  if (!wild.size) return { rows, wild };
  const divided = (key, value) => (wild.has(key) && typeof value === "number" ? value / 10 ** TAMING : value);
  return { wild, rows: rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, divided(key, value)]))) };
}

/** Whether the range or the sum of some numbers is more than a float can hold. @param {number[]} numbers */
function isWild(numbers) {
  const [low, high] = endsOf(numbers);
  return !Number.isFinite((high - low) * 2 + Math.max(Math.abs(low), Math.abs(high)) * numbers.length);
}

/** A number format of d3 for an axis; empty where its own, which goes by the steps, will do. */
function axisFormat(numbers, ticks, isLog) {
  const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isFar = largest !== 0 && (largest < 1e-5 || largest >= LARGEST);
  if (ticks.length) {
    const digits = digitsFor(ticks);
    return isFar ? `.${digits - 1}~e` : `,.${digits}~r`;
  }
  if (isLog) {
    const least = numbers.reduce((low, value) => (value > 0 ? Math.min(low, value) : low), largest);
    if (largest >= 10 * least) return ",~g";
    const digits = digitsBetween(least, largest); // its ticks are those of a linear one
    return isFar ? `.${digits - 1}~e` : `,.${digits}~r`;
  }
  return isFar ? "~e" : "";
}

/** Digits that tell about ten steps from one number to another apart. */
function digitsBetween(low, high) {
  return Math.min(15, 3 + Math.ceil(-Math.log10(high > low ? (high - low) / high : 1)));
}

/** Significant digits that say ticks exactly, or, where that takes more than twelve, tell them apart. */
function digitsFor(ticks) {
  const rounded = (digits) => ticks.map((tick) => Number(tick.toPrecision(digits)));
  for (let digits = 3; digits <= 12; digits++) if (rounded(digits).every((value, place) => value === ticks[place])) return digits;
  for (let digits = 4; digits < 17; digits++) if (new Set(rounded(digits)).size === ticks.length) return digits;
  return 17;
}

// Numbers, times and durations as text, exactly as numbers.py, report/formatting.py and report/shown.py
// write them.

/** Stands where a value is missing. */
export const MISSING = "–";
/**
 * Marks and words by status; without what every object has, since a logged status may be called
 * `constructor`.
 * @type {Object<string, [mark: string, word: string]>}
 */
export const MARKS = Object.assign(Object.create(null), {
  RUNNING: ["◐", "running"],
  SCHEDULED: ["–", "scheduled"],
  FINISHED: ["✓", "finished"],
  FAILED: ["✕", "failed"],
  KILLED: ["■", "killed"],
  UNKNOWN: ["?", "status unknown"],
});

/** Begin the tags that were recorded rather than set by somebody, as tags.py has it. */
const RECORDED_TAGS = ["mlflow.", "runreport.", "overridden."];
/**
 * Whether somebody set a tag.
 * @param {string} key
 */
export const isSetTag = (key) => !RECORDED_TAGS.some((start) => key.startsWith(start));

/** From here on, and below a hundred-thousandth, numbers are written with exponents. */
export const LARGEST = 1e12;
/** Significant digits of a difference or a deviation, which stands beside what it is of. */
export const ROUGH = 3;
/** Relative; 0.1 + 0.2 is written as 0.3. */
const NOISE = 1e-14;
/** Significant digits that somebody may have typed; a logged text with more was computed. */
const LONG = 8;
/** A text that is a number, whole. */
export const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

/**
 * The one spelling of a number.
 * @param {number} value
 * @param {number} [digits] significant ones
 */
export function formatNumber(value, digits = 4) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  const whole = Number.isInteger(value) && Math.abs(value) < LARGEST;
  if (!whole && (power < -5 || power >= 12)) {
    return `${trimmed(mantissa, Number(`${mantissa}e${power}`), value)}e${power}`;
  }
  const decimals = whole ? 0 : Math.max(1, digits - 1 - power); // one says that it is no whole number
  const text = value.toFixed(decimals);
  const [before, after] = trimmed(text, Number(text), value).split(".");
  const grouped = before.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return after === undefined ? grouped : `${grouped}.${after}`;
}

/**
 * A text without zeros at its end, if nothing but the noise of floats is behind them.
 * @param {string} text
 * @param {number} said what the text is read as
 * @param {number} value
 */
function trimmed(text, said, value) {
  return text.includes(".") && Math.abs(said - value) <= NOISE * Math.abs(value)
    ? text.replace(/\.?0+$/, "")
    : text;
}

/**
 * Decimals of a number's text; -1 of what has no place among them.
 * @param {string} text
 */
export function decimalsOf(text) {
  const match = /^-?[0-9,]+(?:\.([0-9]+))?$/.exec(text);
  return match ? (match[1] || "").length : -1;
}

/**
 * The fewest digits that are this number and no other.
 * @param {number} value
 */
export function fullNumber(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return value.toExponential().replace("+", "");
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * A logged text: whole, unless it is a number of more digits than anybody types.
 * @param {string} text
 */
export function formatText(text) {
  if (text.length <= LONG || !NUMBER.test(text)) return text;
  const [mantissa, power] = text.toLowerCase().split("e");
  const digits = mantissa.replace(/^[-+0.]+/, "").replace(".", "");
  return digits.length <= LONG || !(mantissa.includes(".") || power) ? text : formatNumber(Number(text));
}

/**
 * A span of time in the unit that suits it.
 * @param {number} milliseconds
 */
export function formatDuration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  const pad = (/** @type {number} */ number) => String(number).padStart(2, "0");
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/**
 * That a run diverged: its metric ended at NaN or an infinity.
 * @param {string} metric
 * @param {number | null} last
 */
export function divergedText(metric, last) {
  return typeof last === "number" && !Number.isFinite(last)
    ? `Diverged: ${metric} ended at ${formatNumber(last)}.`
    : "";
}

/** @type {[unit: string, size: number][]} */
const SPANS = [
  ["d", 86400000],
  ["h", 3600000],
  ["min", 60000],
  ["s", 1000],
];

/**
 * The unit of an axis of spans of time, and its milliseconds.
 * @param {number} longest milliseconds
 * @returns {[unit: string, size: number]}
 */
export function durationUnit(longest) {
  return SPANS.find(([, size]) => longest >= 2 * size) || ["ms", 1];
}

/** @param {number} time */
const isDate = (time) => time >= -30610224000000 && time <= 253402300799999;

/**
 * Date and time to the minute, UTC.
 * @param {number} time milliseconds since the epoch
 */
export function formatTime(time) {
  return isDate(time) ? fullTime(time).slice(0, 16) : `${time} ms`;
}

/**
 * Date and time, UTC, with the milliseconds that it has.
 * @param {number} time
 */
export function fullTime(time) {
  return isDate(time)
    ? new Date(time)
        .toISOString()
        .replace("T", " ")
        .replace(/(?:\.000)?Z$/, "")
    : `${time} ms`;
}

/**
 * A value as its column shows it.
 * @param {{kind: string}} column
 * @param {any} value
 * @returns {string}
 */
export function formatValue(column, value) {
  if (value === null || value === undefined) return MISSING;
  if (column.kind === "time") return formatTime(value);
  if (column.kind === "duration") return formatDuration(value);
  return column.kind === "number" ? formatNumber(value) : formatText(String(value));
}

/**
 * What the column's spelling leaves out of a value, for a title; empty where it is all there.
 * @param {{kind: string}} column
 * @param {any} value
 * @param {any} [logged] what the value was read from
 * @returns {string}
 */
export function unsaid(column, value, logged = value) {
  if (value === null || value === undefined) return "";
  if (column.kind === "time") return `${fullTime(value)} UTC`;
  if (column.kind === "duration") {
    const full = `${thousands(Math.round(value))} ms`;
    return full === formatDuration(value) ? "" : full;
  }
  if (typeof logged === "string") return formatText(logged) === logged ? "" : logged;
  if (!Number.isFinite(value)) return "";
  const full = fullNumber(value);
  return full === formatNumber(value).replaceAll(",", "") ? "" : full;
}

/**
 * "1,234".
 * @param {number} count
 */
export function thousands(count) {
  return count.toLocaleString("en-US");
}

/**
 * "1 run", "1,234 runs".
 * @param {number} count
 * @param {string} noun
 */
export function plural(count, noun) {
  return `${thousands(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/**
 * A logged text that would look like none in quotes.
 * @param {string} text
 */
export function quoted(text) {
  return text === MISSING || !text.trim() ? `“${text}”` : text;
}

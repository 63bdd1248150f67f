// Numbers, times and durations as text, exactly as report/formatting.py writes them.

const MISSING = "–";
/** By status; without what every object has, since a logged status may be called `constructor`. */
const MARKS = Object.assign(Object.create(null), {
  RUNNING: ["◐", "running"], SCHEDULED: ["–", "scheduled"], FINISHED: ["✓", "finished"],
  FAILED: ["✕", "failed"], KILLED: ["■", "killed"],
});

/** Making one takes longer than a hundred uses. @type {Intl.NumberFormat[]} */
const fixedFormats = [];

/** @param {number} value @param {number} decimals */
function fixed(value, decimals) {
  fixedFormats[decimals] = fixedFormats[decimals] || new Intl.NumberFormat("en-US", {
    minimumFractionDigits: decimals, maximumFractionDigits: decimals, roundingMode: "halfEven",
  });
  const text = fixedFormats[decimals].format(value);
  return /[1-9]/.test(text) ? text : text.replace("-", "");
}

/** @param {number} value @param {number} digits */
function general(value, digits) {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power > -6 && power < 7) {
    const text = fixed(value, Math.max(0, digits - 1 - power));
    return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
  }
  const short = mantissa.includes(".") ? mantissa.replace(/0+$/, "").replace(/\.$/, "") : mantissa;
  return `${short}e${power}`;
}

/** @param {number} milliseconds */
function formatDuration(milliseconds) {
  const seconds = Math.max(0, milliseconds / 1000);
  const pad = (number) => String(number).padStart(2, "0");
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(seconds / 3600);
  return `${Math.floor(hours / 24)} d ${pad(hours % 24)} h`;
}

/** @param {number} time milliseconds since the epoch */
function formatTime(time) {
  if (!(time >= -30610224000000 && time <= 253402300799999)) return `${time} ms`;
  return new Date(time).toISOString().slice(0, 16).replace("T", " ");
}

/**
 * A value as its column shows it.
 * @param {Column} column
 * @param {*} value
 * @returns {string}
 */
function formatValue(column, value) {
  if (value === null || value === undefined) return MISSING;
  if (column.kind === "time") return formatTime(value);
  if (column.kind === "duration") return formatDuration(value);
  if (column.kind !== "number") return String(value);
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const [kind, digits] = column.format;
  return kind === "fixed" ? fixed(value, digits) : general(value, digits);
}

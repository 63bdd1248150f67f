// What values are to a chart: amounts, amounts over decades, steps of an order, or kinds. As
// report/tables/kinds.py has it.

/** The ratio of the greatest to the least value from which on an axis is logarithmic. */
const DECADES = 30;
/** Below it a logarithmic axis has no room for its padding. */
const SMALLEST = 1e-290;
/** Equal ranges of a histogram. */
const MAX_BINS = 20;

/** @typedef {{kind: "number" | "log" | "symlog", least: number}} Spread */

/**
 * Least and greatest of some numbers; 0 of none.
 * @param {number[]} numbers
 */
export function endsOf(numbers) {
  return [Math.min, Math.max].map((choose) => numbers.reduce((a, b) => choose(a, b), numbers[0] ?? 0));
}

/**
 * Logarithmic where amounts span decades; near zero linear where one of them is zero.
 * @param {any[]} values
 * @returns {Spread}
 */
export function spreadOf(values) {
  const numbers = values.filter(Number.isFinite);
  const above = numbers.filter((value) => value > 0);
  const least = above.reduce((a, b) => Math.min(a, b), Infinity);
  const most = above.reduce((a, b) => Math.max(a, b), 0);
  const isNarrow = !above.length || most / DECADES < least || least < SMALLEST;
  if (isNarrow || numbers.some((value) => value < 0)) return { kind: "number", least: 0 };
  return { kind: above.length === numbers.length ? "log" : "symlog", least };
}

/**
 * Where an amount lies, in units that are equal along its axis.
 * @param {number} value
 * @param {Spread} spread
 */
export function placedAt(value, { kind, least }) {
  if (kind === "log") return Math.log10(value);
  return kind === "symlog" ? Math.log10(1 + value / least) : value;
}

/**
 * The width of at most so many equal ranges: 1, 2 or 5 times a power of ten; null leaves it to Vega, whose
 * own is made of powers that machines round differently.
 * @param {number[]} values
 */
export function binStep(values) {
  const [low, high] = endsOf(values);
  const span = high - low || Math.abs(low) || 1;
  if (!(span > SMALLEST && span < 1 / SMALLEST)) return null;
  const power = Math.floor(Math.log10(span / MAX_BINS)) - 1;
  const steps = [0, 1, 2, 3].flatMap((more) => [1, 2, 5].map((digit) => Number(`${digit}e${power + more}`)));
  return steps.find((step) => span / step <= MAX_BINS * (1 + 1e-9)) ?? null;
}

const partsOf = (/** @type {string} */ text) => text.match(/[0-9]+|[^0-9]+/g) || [];

/**
 * Texts as people number them: v2 before v10.
 * @param {string} a
 * @param {string} b
 */
function compareTexts(a, b) {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let place = 0; place < Math.min(left.length, right.length); place++) {
    const [one, other] = [left[place], right[place]];
    const areDigits = [one, other].map((part) => /^[0-9]/.test(part));
    if (areDigits[0] !== areDigits[1]) return areDigits[0] ? 1 : -1;
    const numbers = areDigits[0] ? [BigInt(one), BigInt(other)] : [one, other];
    if (numbers[0] !== numbers[1]) return numbers[0] < numbers[1] ? -1 : 1;
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

/**
 * The places of values in their order: numbers by size, texts as `ordered` or people have it, missing
 * ones last.
 * @param {any[]} values
 * @param {string[]} [ordered]
 * @returns {number[]}
 */
export function sortPlaces(values, ordered = []) {
  const rankOf = (/** @type {string} */ text) => {
    const rank = ordered.indexOf(text);
    return rank < 0 ? ordered.length : rank;
  };
  const compare = (/** @type {any} */ a, /** @type {any} */ b) => {
    const group = groupOf(a) - groupOf(b);
    if (group || groupOf(a) === MISSING_LAST || groupOf(a) === NAN) return group;
    if (typeof a === "number") return a - b || 0;
    return rankOf(a) - rankOf(b) || compareTexts(a, b);
  };
  return values.map((_, place) => place).sort((a, b) => compare(values[a], values[b]) || a - b);
}

const NAN = 1;
const MISSING_LAST = 3;

/**
 * Numbers, then what is none, then texts, then what is missing.
 * @param {any} value
 */
function groupOf(value) {
  if (value === null || value === undefined) return MISSING_LAST;
  if (typeof value !== "number") return 2;
  return Number.isNaN(value) ? NAN : 0;
}

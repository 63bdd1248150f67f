// The lines that two texts share, and those that only one has.

/** @typedef {[kind: "add" | "del" | "", text: string]} Line */

/**
 * The lines of two texts in order, with "add", "del" or "" for each: the longest common subsequence,
 * after common ends are cut off.
 * @param {string[]} left
 * @param {string[]} right
 * @returns {Line[]}
 */
export function diffLines(left, right) {
  let start = 0,
    end = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  const room = Math.min(left.length, right.length) - start;
  while (end < room && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const middle = walk(left.slice(start, left.length - end), right.slice(start, right.length - end));
  const both = (/** @type {string} */ text) => /** @type {Line} */ (["", text]);
  return [...left.slice(0, start).map(both), ...middle, ...left.slice(left.length - end).map(both)];
}

/** Words of longer texts are not compared. */
const MOST_WORDS = 300;
/** Of two texts that share less, none of the words is worth a mark: they are two texts. */
const LEAST_SHARED = 0.3;

/**
 * The words of two texts and the blanks between, like lines above; null where they have too little
 * in common, or are too long.
 * @param {string} left
 * @param {string} right
 * @returns {Line[] | null}
 */
export function diffWords(left, right) {
  const [from, to] = [left, right].map((text) => text.match(/\s+|\S+/g) || []);
  if (from.length * to.length > MOST_WORDS * MOST_WORDS) return null;
  const words = diffLines(from, to);
  const shared = words.reduce((sum, [kind, text]) => sum + (kind ? 0 : text.length), 0);
  return shared < LEAST_SHARED * Math.max(left.length, right.length) ? null : words;
}

/**
 * How many lines the rest of two texts have in common, from each place of each.
 * @param {string[]} a
 * @param {string[]} b
 */
function commonRest(a, b) {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      table[at] = a[i] === b[j] ? table[at + width + 1] + 1 : Math.max(table[at + width], table[at + 1]);
    }
  }
  return table;
}

/**
 * @param {string[]} a
 * @param {string[]} b
 */
function walk(a, b) {
  const width = b.length + 1;
  const table = commonRest(a, b);
  /** @type {Line[]} */
  const lines = [];
  let i = 0,
    j = 0;
  while (i < a.length || j < b.length) {
    const at = i * width + j;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(["", a[i]]);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || table[at + width] >= table[at + 1])) {
      lines.push(["del", a[i++]]);
    } else lines.push(["add", b[j++]]);
  }
  return lines;
}

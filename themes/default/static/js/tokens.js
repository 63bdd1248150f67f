// The words of a filter: text to tokens, each with its column. As query/tokens.py reads them;
// tests/query/cases.jsonl holds both to the same cases.

/** @typedef {{kind: string, text: string, column: number}} Token */

/** What is wrong with a filter, and at which column, from 1. */
class FilterError extends Error {
  /**
   * @param {string} problem
   * @param {number} column
   * @param {string} [suggestion] the name that was probably meant
   */
  constructor(problem, column, suggestion) {
    super(problem);
    this.column = column;
    this.suggestion = suggestion;
  }
}

const TOKEN = new RegExp([
  "[ \\t\\r\\n\\u00a0]*(?:",
  "(?<number>[-+]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\\p{L}\\p{N}_.]))",
  "|(?<span>(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:ms|s|min|m|h|d|w)(?![\\p{L}\\p{N}_.]))",
  "|(?<string>'(?:[^'\\\\]|\\\\.|'')*')",
  '|(?<quoted>"(?:[^"\\\\]|\\\\.|"")*")',
  "|(?<ticked>`[^`]*`)",
  "|(?<word>[\\p{L}\\p{Nl}\\p{No}_][\\p{L}\\p{N}_/]*(?:\\.[\\p{L}\\p{N}_/]+)*)",
  "|(?<operator><=|>=|!=|==|=|<|>)",
  "|(?<mark>[().,+-])",
  ")"].join(""), "suy");
const SPACES = /[ \t\r\n\u00a0]+/;
const SPANS = {
  ms: 1, s: 1000, m: 60000, min: 60000, h: 3600000, d: 86400000, w: 604800000,
};

/**
 * @param {string} text
 * @returns {Token[]} an "end" token last
 */
function tokenize(text) {
  const tokens = [];
  const end = text.length - (/[ \t\r\n\u00a0]*$/.exec(text)[0].length);
  let position = 0;
  while (position < end) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) {
      const rest = text.slice(position).replace(new RegExp(`^${SPACES.source}`), "");
      throw new FilterError(`${problemOf(rest)}: ${shorten(rest)}`,
        columnAt(text, text.length - rest.length));
    }
    const [kind, found] = Object.entries(match.groups).find((entry) => entry[1] !== undefined);
    tokens.push({ kind, text: found, column: columnAt(text, TOKEN.lastIndex - found.length) });
    position = TOKEN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", column: columnAt(text, end) });
  return tokens;
}

function problemOf(rest) {
  if ("'\"`".includes(rest[0])) return "an open quote";
  return /[0-9]/.test(rest[0]) ? "neither a number nor a span such as 7d"
    : "a character no filter knows";
}

/** Characters are counted, not UTF-16 units. */
function columnAt(text, position) {
  return [...text.slice(0, position)].length + 1;
}

/** @param {Token} token @returns {string} without its quotes; a doubled one stands for one */
function unquoted(token) {
  const inner = token.text.slice(1, -1);
  if (token.kind === "string" || token.kind === "quoted") {
    return inner.replaceAll(token.text[0].repeat(2), token.text[0]);
  }
  return token.kind === "ticked" ? inner : token.text;
}

/** @param {Token} token a span @returns {number} */
function milliseconds(token) {
  const [, number, unit] = /^([0-9.]+)([a-z]+)$/.exec(token.text);
  return Number(number) * SPANS[unit];
}

/** @param {Token} token @param {...string} words in upper case */
function isWord(token, ...words) {
  return token.kind === "word" && words.includes(token.text.toUpperCase());
}

/** @param {Token} token as an error names it */
function shown(token) {
  return token.text ? `“${shorten(token.text)}”` : "the end";
}

function shorten(text) {
  return text.length > 30 ? `${text.slice(0, 30)}…` : text;
}

// The words of a filter: text to tokens, each with its column. As query/tokens.py reads them;
// tests/query/cases.jsonl holds both to the same cases.

/** @typedef {{kind: string, text: string, at: number}} Token `at` counts UTF-16 units from 0 */

/** What is wrong with a filter, and where. */
export class FilterError extends Error {
  /**
   * @param {string} problem
   * @param {string} text the whole filter
   * @param {number} at where in it, in UTF-16 units
   * @param {number} [length] of what is wrong
   * @param {string} [suggestion] the name that was probably meant
   */
  constructor(problem, text, at, length, suggestion) {
    super(problem);
    this.text = text;
    this.at = at;
    this.length = length || 1;
    this.suggestion = suggestion;
    /** Whether it may only be that the filter is still being typed. */
    this.isUnfinished = false;
  }

  /** From 1; characters are counted, not UTF-16 units. */
  get column() {
    return [...this.text.slice(0, this.at)].length + 1;
  }
}

const MAX_LENGTH = 100000;
const TOKEN = new RegExp(
  [
    "[ \\t\\r\\n\\u00a0]*(?:",
    "(?<number>[-+]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?(?![\\p{L}\\p{N}_.]))",
    "|(?<span>(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ms|s|min|m|h|d|w)(?![\\p{L}\\p{N}_.]))",
    "|(?<string>'(?:''|\\\\'|[^'])*')",
    '|(?<quoted>"(?:""|\\\\"|[^"])*")',
    "|(?<ticked>`[^`]*`)",
    "|(?<word>[\\p{L}\\p{Nl}\\p{No}_][\\p{L}\\p{N}_/]*(?:\\.[\\p{L}\\p{N}_/]+)*)",
    "|(?<operator><=|>=|!=|==|=|<|>)",
    "|(?<mark>[().,+-])",
    ")",
  ].join(""),
  "suy",
);
const SPACES = " \t\r\n\u00a0";
/** @type {Object<string, number>} */
const SPANS = {
  ms: 1,
  s: 1000,
  m: 60000,
  min: 60000,
  h: 3600000,
  d: 86400000,
  w: 604800000,
};
/** @type {Object<string, string>} */
const MEANT = { "&": "AND", "|": "OR", "!": "NOT", "“": "straight quotes", "‘": "straight quotes" };

/**
 * The tokens of a filter.
 * @param {string} text
 * @returns {Token[]} an "end" token last
 * @throws {FilterError}
 */
export function tokenize(text) {
  if (text.length > MAX_LENGTH) {
    throw new FilterError(`it has ${text.length} characters; at most ${MAX_LENGTH} are allowed`, text, 0);
  }
  const tokens = [];
  let end = text.length;
  while (end && SPACES.includes(text[end - 1])) end -= 1;
  let position = 0;
  while (position < end) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (!match) {
      while (SPACES.includes(text[position])) position += 1;
      throw problemAt(text, position);
    }
    const [kind, found] = Object.entries(match.groups || {}).find((entry) => entry[1] !== undefined) || [
      "",
      "",
    ];
    tokens.push({ kind, text: found, at: TOKEN.lastIndex - found.length });
    position = TOKEN.lastIndex;
  }
  tokens.push({ kind: "end", text: "", at: end });
  return tokens;
}

/** 1e may become 1e-3, and 0.9x nothing. */
const BEGUN_NUMBER = /^(?:\d+\.?\d*|\.\d*)(?:e[+-]?)?$/i;

/**
 * What is wrong with a text that no token starts with.
 * @param {string} text
 * @param {number} at
 */
function problemAt(text, at) {
  const [word] = text.slice(at, at + 60).split(/[ \t\r\n\u00a0]/);
  const quoted = told({ text: word });
  if ("'\"`".includes(word[0])) {
    const error = new FilterError(`a quote is open: ${quoted}`, text, at);
    error.isUnfinished = true;
    return error;
  }
  if (/[0-9]/.test(word[0])) {
    const error = new FilterError(
      `${quoted} is neither a number nor a span such as 7d`,
      text,
      at,
      word.length,
    );
    const isLast = at + word.length === text.trimEnd().length;
    error.isUnfinished = isLast && BEGUN_NUMBER.test(word);
    return error;
  }
  const meant = Object.hasOwn(MEANT, word[0]) ? `; write ${MEANT[word[0]]}` : "";
  return new FilterError(`${quoted} is nothing a filter knows${meant}`, text, at, word.length);
}

/**
 * The text of a token without its quotes; a doubled one stands for one.
 * @param {Token} token
 * @returns {string}
 */
export function unquoted(token) {
  const inner = token.text.slice(1, -1);
  if (token.kind === "string" || token.kind === "quoted") {
    return inner.replaceAll(token.text[0].repeat(2), token.text[0]);
  }
  return token.kind === "ticked" ? inner : token.text;
}

/**
 * How long a span is.
 * @param {Token} token a span
 * @returns {number}
 */
export function milliseconds(token) {
  const [, number, unit] = /^([0-9.]+)([a-z]+)$/.exec(token.text) || [];
  return Number(number) * SPANS[unit];
}

/**
 * Whether a token is one of some words, in any case.
 * @param {Token} token
 * @param {...string} words in upper case
 */
export function isWord(token, ...words) {
  return token.kind === "word" && words.includes(token.text.toUpperCase());
}

/**
 * A token as an error names it.
 * @param {{text: string}} token
 */
export function told(token) {
  return token.text ? `“${shorten(token.text)}”` : "the end";
}

/** @param {string} text */
function shorten(text) {
  return text.length > 30 ? `${text.slice(0, 30)}…` : text;
}

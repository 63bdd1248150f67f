// The filter box: the query language, or plain words that must all occur somewhere in a run's
// name, params or tags. Text with an operator in it is a query.

import { leftOut } from "./advice.js";
import { ATTRIBUTES, ENTITIES, isBareName } from "./fields.js";
import { parseTree } from "./grammar.js";
import { comparisonsOf, evaluate } from "./predicate.js";
import { EMPTY_BOX } from "./shown.js";
import { FilterError, isWord, tokenize, unquoted } from "./tokens.js";
import { columnsOfField, derive } from "./values.js";

/** @import { Source } from "../core/source.js" */
/** @import { Box } from "./shown.js" */
/** @import { Token } from "./tokens.js" */

/** A name with what it belongs to; "run." may well begin a word such as run.py. */
const OWNERS = Object.keys(ENTITIES).filter((name) => name !== "run");
const KEYED = new RegExp(`^(?:${OWNERS.join("|")})\\.`);
/** Operators that are words, after which a query goes on. */
const ASKING = ["LIKE", "ILIKE", "IN", "IS", "BETWEEN"];

/**
 * What a text in the box asks for.
 * @param {Source} source
 * @param {string} text
 * @returns {Box}
 */
export function readBox(source, text) {
  let tokens = null;
  try {
    tokens = tokenize(text);
    if (!isQuery(source, tokens)) return { ...EMPTY_BOX, text, words: wordsOf(text) };
    const tree = parseTree(source, text, tokens);
    return { ...EMPTY_BOX, text, tree, error: leftOut(source, tree, text) || null };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const isMeant =
      /[=<>]/.test(text) || KEYED.test(text.trim()) || asksField(source, tokens || tokensBefore(text, error));
    return isMeant ? { ...EMPTY_BOX, text, error } : { ...EMPTY_BOX, text, words: wordsOf(text) };
  }
}

/**
 * Whether text is a query rather than words: a comparison stands in it, a parenthesis, a key with
 * what it belongs to (params.lr), or the name of a field before an operator. Words may well be "in"
 * or "like".
 * @param {Source} source
 * @param {Token[]} tokens
 */
function isQuery(source, tokens) {
  return (
    asksField(source, tokens) ||
    tokens.some((token, place) => {
      if (token.kind === "operator" || token.text === "(") return true;
      const following = tokens[place + 1] || token;
      const name = following.text === "." ? `${token.text}.` : token.text;
      if (token.kind === "word" && KEYED.test(name)) return true;
      if (place === 0 || !isWord(token, ...ASKING)) return false;
      return ["string", "quoted", "number"].includes(following.kind) || isWord(following, "NULL", "NOT");
    })
  );
}

/**
 * Whether the first thing is a field and the second an operator, typed to its end or not.
 * @param {Source} source
 * @param {Token[]} tokens
 */
function asksField(source, tokens) {
  const from = tokens.findIndex((token) => !isWord(token, "NOT") && token.text !== "(");
  const [field, operator] = tokens.slice(Math.max(0, from));
  return Boolean(operator) && isField(source, field) && isWord(operator, ...ASKING, "NOT");
}

/**
 * The tokens before the place of an error.
 * @param {string} text
 * @param {FilterError} error
 */
function tokensBefore(text, error) {
  try {
    return tokenize(text.slice(0, error.at));
  } catch {
    return [];
  }
}

/**
 * Whether a token alone names a field: an attribute, or a key of the runs here.
 * @param {Source} source
 * @param {Token} token
 */
function isField(source, token) {
  if (!["word", "quoted", "ticked"].includes(token.kind)) return false;
  return Object.hasOwn(ATTRIBUTES, unquoted(token)) || isBareName(source, unquoted(token));
}

/** @param {string} text */
function wordsOf(text) {
  const parts = text.match(/(?:[^\s"]|"[^"]*"?)+/g) || [];
  return parts.map((part) => part.replace(/"/g, "").toLowerCase()).filter(Boolean);
}

/**
 * Columns whose text the words are searched in.
 * @param {Source} source
 */
function searchedColumns(source) {
  const named = source.columns.filter(
    ({ group, name }) => ["params", "tags"].includes(group) || name === "run_name",
  );
  return named.map((column) => column.name);
}

/**
 * The columns that a box needs.
 * @param {Source} source
 * @param {Box} box
 * @returns {string[]}
 */
export function columnsOfBox(source, box) {
  if (box.tree) return comparisonsOf(box.tree).flatMap(({ field }) => columnsOfField(source, field));
  return box.words.length ? searchedColumns(source) : [];
}

/**
 * The runs that a box keeps, as 1 and 0; null keeps all. Columns must be loaded.
 * @param {Source} source
 * @param {Box} box
 * @returns {Uint8Array | null}
 */
export function runsOfBox(source, box) {
  if (box.tree) return evaluate(source, box.tree, Date.now());
  if (!box.words.length) return null;
  const texts = derive(source, "words", () => searchedTexts(source));
  return Uint8Array.from(texts, (text) => (box.words.every((word) => text.includes(word)) ? 1 : 0));
}

/**
 * What of each run the words are searched in.
 * @param {Source} source
 * @returns {string[]}
 */
function searchedTexts(source) {
  const columns = searchedColumns(source).map((name) => source.texts.get(name) || source.valuesOf(name));
  return Array.from({ length: source.count }, (_, run) =>
    columns
      .map((values) => values[run] ?? "")
      .join("\n")
      .toLowerCase(),
  );
}

// The tokens of one filter, read one after the other.

import { FilterError, isWord, told } from "./tokens.js";

/** @import { Source } from "../core/source.js" */
/** @import { Token } from "./tokens.js" */

/** Levels of parentheses and NOT. */
const MAX_DEPTH = 50;

/** Where a parser is in a filter, and what it says of what is wrong there. */
export class Reader {
  /**
   * @param {Source} source whose keys may stand without what they belong to
   * @param {string} text
   * @param {Token[]} tokens of the text
   */
  constructor(source, text, tokens) {
    this.source = source;
    this.text = text;
    this.tokens = tokens;
    this.position = 0;
    this.depth = 0;
  }

  /** The token that comes next. */
  get here() {
    return this.tokens[this.position];
  }

  /** Take it. */
  next() {
    const token = this.here;
    if (token.kind !== "end") this.position += 1;
    return token;
  }

  /**
   * Take the next token if it is one of some words.
   * @param {...string} words in upper case
   */
  takes(...words) {
    return isWord(this.here, ...words) ? this.next() : null;
  }

  /**
   * Take a mark that must stand here.
   * @param {string} mark
   * @param {string} purpose
   */
  expect(mark, purpose) {
    const token = this.next();
    if (token.text !== mark) throw this.error(`expected ${mark} ${purpose}, found ${told(token)}`, token);
  }

  /**
   * Read a part that lies one level deeper.
   * @template T
   * @param {() => T} part
   * @param {Token} token where it begins
   */
  nested(part, token) {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw this.error(`more than ${MAX_DEPTH} levels of parentheses and NOT`, token);
    }
    const found = part();
    this.depth -= 1;
    return found;
  }

  /**
   * What is wrong with a token; the last one may still be typed.
   * @param {string} problem
   * @param {Token} token
   * @param {string} [suggestion]
   */
  error(problem, token, suggestion) {
    const error = this.errorAt(problem, token.at, token.text.length, suggestion);
    const last = this.tokens[this.tokens.length - 1];
    const isLast = last.at === token.at + token.text.length;
    error.isUnfinished = token.kind === "end" || (token.kind === "word" && isLast);
    return error;
  }

  /**
   * What is wrong at a place.
   * @param {string} problem
   * @param {number} at
   * @param {number} length
   * @param {string} [suggestion]
   */
  errorAt(problem, at, length, suggestion) {
    return new FilterError(problem, this.text, at, length, suggestion);
  }
}

// The operator and the values of a comparison, as query/operands.py reads them.

import {
  NULL_OPERATORS,
  NUMBER_OPERATORS,
  OPERATORS,
  RANGE_OPERATORS,
  SET_OPERATORS,
  kindOf,
  nameOf,
  operatorsOf,
} from "./fields.js";
import { isWord, milliseconds, told, unquoted } from "./tokens.js";

/** @import { Field } from "./fields.js" */
/** @import { Reader } from "./reader.js" */
/** @import { Token } from "./tokens.js" */

/**
 * A text, a number, a whole number that no float holds, or a time counted from now, in milliseconds.
 * @typedef {string | number | bigint | {offset: number}} Operand
 */

/**
 * Read an operator that a field takes.
 * @param {Reader} reader
 * @param {Field} field
 */
export function readOperator(reader, field) {
  const token = reader.next();
  const operator = operatorOf(reader, token);
  const known = operatorsOf(field);
  if (known.includes(operator)) return operator;
  const takes = `which takes ${known.join(", ")}`;
  throw reader.error(`${operator} cannot be asked of ${nameOf(field)}, ${takes}`, token);
}

/**
 * @param {Reader} reader
 * @param {Token} token
 */
function operatorOf(reader, token) {
  if (token.kind === "operator") return token.text === "==" ? "=" : token.text;
  if (isWord(token, "LIKE", "ILIKE", "IN", "BETWEEN")) return token.text.toUpperCase();
  if (isWord(token, "NOT")) {
    const word = reader.takes("IN", "LIKE", "ILIKE", "BETWEEN");
    if (word) return `NOT ${word.text.toUpperCase()}`;
  }
  if (isWord(token, "IS")) {
    const negation = reader.takes("NOT") ? "NOT " : "";
    const word = reader.next();
    if (!isWord(word, "NULL")) throw reader.error(`expected NULL, found ${told(word)}`, word);
    return `IS ${negation}NULL`;
  }
  if (token.kind === "end") throw reader.error("a comparison is missing here", token);
  const hint =
    token.text === "-" || token.kind === "word"
      ? "a key with spaces or other such characters is written in `ticks`"
      : `known: ${OPERATORS.join(", ")}`;
  throw reader.error(`${told(token)} is no operator; ${hint}`, token);
}

/**
 * Read what an operator compares a field with.
 * @param {Reader} reader
 * @param {Field} field
 * @param {string} operator
 * @returns {Operand[]}
 */
export function readOperands(reader, field, operator) {
  if (NULL_OPERATORS.includes(operator)) return [];
  if (SET_OPERATORS.includes(operator)) return listOf(reader, field);
  if (!RANGE_OPERATORS.includes(operator)) return [operandOf(reader, field, operator)];
  const low = numberOf(reader, field);
  if (!reader.takes("AND")) {
    throw reader.error(`expected AND and the upper end, found ${told(reader.here)}`, reader.here);
  }
  return [low, numberOf(reader, field)];
}

/**
 * @param {Reader} reader
 * @param {Field} field
 * @param {string} operator
 * @returns {Operand}
 */
function operandOf(reader, field, operator) {
  const kind = kindOf(field);
  if (kind !== "text" && kind !== "either") return numberOf(reader, field);
  const token = reader.here;
  if (token.kind === "string" || token.kind === "quoted") {
    if (NUMBER_OPERATORS.indexOf(operator) > 1) {
      throw reader.error(`${operator} compares ${nameOf(field)} with a number, without quotes`, token);
    }
    return unquoted(reader.next());
  }
  const takesNumber = kind === "either" && NUMBER_OPERATORS.includes(operator);
  if (takesNumber && token.kind === "number") return numberOf(reader, field);
  const what = takesNumber ? "quoted text or a number" : "quoted text";
  const hint = token.kind === "word" ? `; write '${token.text}'` : "";
  const error = reader.error(`${nameOf(field)} compares with ${what}, not ${told(token)}${hint}`, token);
  error.isUnfinished = token.kind === "end";
  throw error;
}

/**
 * @param {Reader} reader
 * @param {Field} field
 * @returns {Operand}
 */
function numberOf(reader, field) {
  const token = reader.next();
  const kind = kindOf(field);
  if (token.kind === "number") {
    const value = Number(token.text); // from 2^53 on none tells a whole number from the next
    const isExact = !Number.isFinite(value) || Number.isSafeInteger(value);
    return isExact ? value : (readWhole(token.text) ?? value);
  }
  if (kind === "span" && token.kind === "span") return milliseconds(token) / 1000;
  if (kind === "time" && isWord(token, "NOW")) return momentOf(reader);
  if (kind === "time" && (token.kind === "string" || token.kind === "quoted")) return dateOf(reader, token);
  const also =
    kind === "span"
      ? " of seconds, or a span such as 90s, 5m or 2h"
      : kind === "time"
        ? " of milliseconds, a date such as '2026-11-21', or now - 7d"
        : "";
  throw reader.error(`${nameOf(field)} compares with an unquoted number${also}, not ${told(token)}`, token);
}

/**
 * A whole number in a text as a bigint, which no size makes the next one; null if it is none.
 * @param {any} text
 */
export function readWhole(text) {
  return typeof text === "string" && /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : null;
}

/**
 * `now`, or so much before or after it.
 * @param {Reader} reader
 */
function momentOf(reader) {
  if (reader.here.text !== "+" && reader.here.text !== "-") return { offset: 0 };
  const sign = reader.next().text === "-" ? -1 : 1;
  const span = reader.next();
  if (span.kind !== "span") {
    throw reader.error(`expected a span such as 7d or 12h, found ${told(span)}`, span);
  }
  return { offset: sign * milliseconds(span) };
}

const DATE = new RegExp(
  [
    "^([0-9]{4})-([0-9]{2})-([0-9]{2})",
    "(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\\.[0-9]{1,3})?)?Z?)?$",
  ].join(""),
);

/**
 * @param {Reader} reader
 * @param {Token} token
 */
function dateOf(reader, token) {
  const text = unquoted(token);
  const match = DATE.exec(text);
  if (match) {
    const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part || 0));
    const moment = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
    moment.setUTCFullYear(year, month - 1, day);
    const isDay = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
    if (year && isDay && hour < 24 && minute < 60 && second < 60) {
      return Math.round(moment.getTime() + Number(match[7] || 0) * 1000);
    }
  }
  if (/^now/i.test(text)) throw reader.error(`write ${text} without quotes`, token);
  throw reader.error(`${token.text} is no date; write '2026-11-21' or '2026-11-21 18:30' (UTC)`, token);
}

/**
 * @param {Reader} reader
 * @param {Field} field
 */
function listOf(reader, field) {
  reader.expect("(", "and a list of values");
  const values = [];
  for (;;) {
    const first = reader.here;
    values.push(operandOf(reader, field, "="));
    if ((typeof values[0] === "string") !== (typeof values[values.length - 1] === "string")) {
      throw reader.error("a list holds quoted texts or numbers, not both", first);
    }
    let token = reader.next();
    if (token.text === "," && reader.here.text === ")") token = reader.next();
    if (token.text === ")") return values;
    if (token.text !== ",") throw reader.error(`expected , or ), found ${told(token)}`, token);
  }
}

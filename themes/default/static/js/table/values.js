// The values that a filter looks at: which column holds a field, and as what it is compared.

import { NUMBER } from "../core/format.js";
import { kindOf, nameOf } from "./fields.js";
import { readWhole } from "./operands.js";

/** @import { Source } from "../core/source.js" */
/** @import { Named } from "./fields.js" */

/**
 * Names that a report has under other names.
 * @type {Object<string, string>}
 */
const COLUMN_OF = { "tags.mlflow.runName": "run_name", "tags.mlflow.source.name": "source" };
const NOT_FINITE = /^([+-]?)(inf|infinity|nan)$/i;

/**
 * The column that holds a field.
 * @param {Source} source
 * @param {Named} field
 */
function columnNameOf(source, field) {
  const name = nameOf({ ...field, statistic: "" });
  return source.column(name) ? name : COLUMN_OF[name] || name;
}

/**
 * The column that holds a statistic: a metric may itself be called loss.min.
 * @param {Source} source
 * @param {Named} field
 */
function statisticName(source, field) {
  const name = nameOf(field);
  return source.column(name)?.group === "statistics" ? name : `metrics.\`${field.key}\`.${field.statistic}`;
}

/**
 * The columns that a comparison looks at.
 * @param {Source} source
 * @param {Named} field
 */
export function columnsOfField(source, field) {
  const own = field.isBare ? [nameOf(field)] : [];
  const names = field.statistic ? [statisticName(source, field), ...own] : [columnNameOf(source, field)];
  return [...new Set(names)].filter((name) => source.column(name));
}

/**
 * A field's values, one a run; as numbers where it is compared with numbers.
 * @param {Source} source
 * @param {Named} field
 * @param {boolean} isNumeric
 * @returns {any[]}
 */
export function valuesOfField(source, field, isNumeric) {
  const name = columnNameOf(source, field);
  const values = source.valuesOf(name);
  if (field.entity === "metric") return field.statistic ? statisticsOf(source, field) : values;
  if (field.key === "duration" && field.entity === "attribute") {
    return derive(source, "duration", () => values.map((value) => (value === null ? null : value / 1000)));
  }
  const column = source.column(name);
  if (!column || kindOf(field) !== "either") return values;
  if (!isNumeric) return source.texts.get(name) || values;
  return column.kind === "number" ? values : derive(source, `number ${name}`, () => values.map(readText));
}

/**
 * Values of a statistic; a metric that is itself called so goes first, run by run.
 * @param {Source} source
 * @param {Named} field
 */
function statisticsOf(source, field) {
  const name = statisticName(source, field);
  const statistic = source.valuesOf(name);
  if (!field.isBare || name === nameOf(field)) return statistic;
  const own = source.valuesOf(nameOf(field));
  return Array.from({ length: source.count }, (_, run) => own[run] ?? statistic[run] ?? null);
}

/**
 * Values of a field as numbers, those of whole numbers in texts as bigint.
 * @param {Source} source
 * @param {Named} field
 */
export function exactValues(source, field) {
  const values = valuesOfField(source, field, true);
  const texts = valuesOfField(source, field, false);
  return values.map((value, run) => readWhole(texts[run]) ?? value);
}

/**
 * A text as a number, null if it is none in full.
 * @param {string | null | undefined} text
 */
function readText(text) {
  if (text === null || text === undefined) return null;
  if (NUMBER.test(text)) return Number(text);
  const match = NOT_FINITE.exec(text);
  if (!match) return null;
  if (match[2].toLowerCase() === "nan") return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

/**
 * Values made of columns, kept for the next keystroke, by what they are.
 * @type {WeakMap<Source, Map<string, any>>}
 */
const derived = new WeakMap();

/**
 * What was made of a source's columns, made once.
 * @template T
 * @param {Source} source whose columns are loaded
 * @param {string} key
 * @param {() => T} making
 * @returns {T}
 */
export function derive(source, key, making) {
  const own = derived.get(source) || new Map();
  derived.set(source, own);
  if (!own.has(key)) own.set(key, making());
  return own.get(key);
}

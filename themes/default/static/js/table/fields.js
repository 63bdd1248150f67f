// What a filter may name and ask: entities, attributes, operators. As query/fields.py and
// query/names.py have it.

import { STATISTICS } from "../core/source.js";

/** @import { Source } from "../core/source.js" */
/** @import { Token } from "./tokens.js" */

/**
 * What a comparison is about. isBare: key and statistic were written as one name, which may itself be a
 * metric's.
 * @typedef {{entity: string, key: string, statistic: string, isBare?: boolean}} Named
 * @typedef {Named & {token: Token}} Field
 */

/**
 * Entities by the words that stand for them.
 * @type {Object<string, string>}
 */
export const ENTITIES = {
  metric: "metric",
  metrics: "metric",
  param: "param",
  params: "param",
  parameter: "param",
  parameters: "param",
  tag: "tag",
  tags: "tag",
  attribute: "attribute",
  attributes: "attribute",
  attr: "attribute",
  run: "attribute",
  dataset: "dataset",
  datasets: "dataset",
};
/**
 * Attributes of a run by the words that stand for them.
 * @type {Object<string, string>}
 */
export const ATTRIBUTES = {
  run_id: "run_id",
  status: "status",
  user_id: "user_id",
  artifact_uri: "artifact_uri",
  end_time: "end_time",
  duration: "duration",
  experiment_name: "experiment_name",
  run_name: "run_name",
  "run name": "run_name",
  "Run name": "run_name",
  "Run Name": "run_name",
  start_time: "start_time",
  created: "start_time",
  Created: "start_time",
};
/** Attributes of a data set. */
export const DATASET_ATTRIBUTES = ["name", "digest", "context"];
/** Operators that compare with one value; the first two also compare texts. */
export const NUMBER_OPERATORS = ["=", "!=", ">", ">=", "<", "<="];
/** Operators that compare with a list. */
export const SET_OPERATORS = ["IN", "NOT IN"];
/** Operators that compare with two ends. */
export const RANGE_OPERATORS = ["BETWEEN", "NOT BETWEEN"];
/** Operators that ask whether there is a value. */
export const NULL_OPERATORS = ["IS NULL", "IS NOT NULL"];
const PATTERN_OPERATORS = ["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"];
/** All operators, in the order that errors name them. */
export const OPERATORS = [
  ...NUMBER_OPERATORS,
  ...PATTERN_OPERATORS,
  ...SET_OPERATORS,
  ...RANGE_OPERATORS,
  ...NULL_OPERATORS,
];

/**
 * What a field is compared as.
 * @param {Named} field
 * @returns {"number" | "time" | "span" | "text" | "either"}
 */
export function kindOf(field) {
  if (field.entity === "metric") return "number";
  if (field.entity === "param" || field.entity === "tag") return "either";
  if (field.entity === "attribute") {
    if (field.key === "start_time" || field.key === "end_time") return "time";
    if (field.key === "duration") return "span";
  }
  return "text";
}

/**
 * The operators that a field takes.
 * @param {Named} field
 */
export function operatorsOf(field) {
  const kind = kindOf(field);
  if (kind === "either") return OPERATORS;
  if (kind === "text") return ["=", "!=", ...PATTERN_OPERATORS, ...SET_OPERATORS, ...NULL_OPERATORS];
  return [...NUMBER_OPERATORS, ...SET_OPERATORS, ...RANGE_OPERATORS, ...NULL_OPERATORS];
}

/**
 * A field as it is written.
 * @param {Named} field
 */
export function nameOf(field) {
  if (field.entity === "attribute") return field.key;
  const plural = field.entity === "dataset" ? "dataset" : `${field.entity}s`;
  return `${plural}.${field.key}${field.statistic ? `.${field.statistic}` : ""}`;
}

/**
 * A key without quotes, which for a metric may end in a statistic.
 * @param {string} entity
 * @param {string} key
 * @returns {Named}
 */
export function keyed(entity, key) {
  const last = key.lastIndexOf(".");
  const statistic = key.slice(last + 1);
  const isBare = entity === "metric" && last > 0 && STATISTICS.includes(statistic);
  return isBare ? { entity, key: key.slice(0, last), statistic, isBare } : { entity, key, statistic: "" };
}

/**
 * Whether a word names a key, or a statistic of a metric, without what it belongs to.
 * @param {Source} source
 * @param {string} word
 */
export function isBareName(source, word) {
  const of = keyed("metric", word);
  return source.ownersOf(word).length > 0 || Boolean(of.isBare && source.column(`metrics.${of.key}`));
}

const PLAIN_KEY = /^[\p{L}\p{N}_/]+(?:\.[\p{L}\p{N}_/]+)*$/u;

/**
 * A key as a filter reads it: in ticks where it is no word.
 * @param {string} key
 * @param {string} [group]
 */
export function writtenKey(key, group) {
  const isPlain = PLAIN_KEY.test(key) && (group || /^[\p{L}_]/u.test(key));
  const own = isPlain ? key : `\`${key}\``;
  return group ? `${group}.${own}` : own;
}

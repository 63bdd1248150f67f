// The field of a comparison, as query/filters.py reads it.

import { STATISTICS } from "../core/source.js";
import { ATTRIBUTES, DATASET_ATTRIBUTES, ENTITIES, keyed, writtenKey } from "./fields.js";
import { nearest, nearestColumn } from "./nearest.js";
import { isWord, told, unquoted } from "./tokens.js";

/** @import { Field, Named } from "./fields.js" */
/** @import { Reader } from "./reader.js" */
/** @import { Token } from "./tokens.js" */

/**
 * Read a field.
 * @param {Reader} reader
 * @returns {Field}
 */
export function readField(reader) {
  const token = reader.next();
  if (!["word", "quoted", "ticked"].includes(token.kind) || isWord(token, "AND", "OR", "NOT")) {
    throw reader.error(`expected a field, found ${told(token)}`, token);
  }
  return { ...fieldOf(reader, token), token };
}

/**
 * @param {Reader} reader
 * @param {Token} token that begins it
 * @returns {Named}
 */
function fieldOf(reader, token) {
  const cut = token.kind === "word" ? token.text.indexOf(".") : -1;
  if (cut < 0) {
    const name = unquoted(token);
    if (reader.here.text !== ".") return bareName(reader, name, token.at, token.kind === "word");
    reader.next();
    return quotedKey(reader, token, entityOf(reader, name, token));
  }
  const before = token.text.slice(0, cut);
  const bare = Object.hasOwn(ENTITIES, before) ? null : bareKey(reader, token.text, token.at, true);
  if (bare) return bare;
  const key = token.text.slice(cut + 1);
  const entity = entityOf(reader, before, token);
  return ownKey(reader, entity, key, token.at + before.length + 1) || keyed(entity, key);
}

/**
 * The key of an attribute or data set; null for what has keys of its own.
 * @param {Reader} reader
 * @param {string} entity
 * @param {string} key
 * @param {number} at
 */
function ownKey(reader, entity, key, at) {
  if (entity === "attribute") return attribute(key) || refuseAttribute(reader, key, at);
  if (entity !== "dataset") return null;
  if (DATASET_ATTRIBUTES.includes(key)) return { entity, key, statistic: "" };
  const suggestion = nearest(key, DATASET_ATTRIBUTES);
  throw reader.errorAt(`unknown attribute ${told({ text: key })} of a data set`, at, key.length, suggestion);
}

/**
 * @param {Reader} reader
 * @param {Token} opening what stands before the dot
 * @param {string} entity
 * @returns {Named}
 */
function quotedKey(reader, opening, entity) {
  const token = reader.next();
  if (!["string", "quoted", "ticked", "word"].includes(token.kind)) {
    throw reader.error(`expected a key after ${opening.text} and a dot, found ${told(token)}`, token);
  }
  const key = token.kind === "word" ? token.text : token.text.slice(1, -1);
  const own = ownKey(reader, entity, key, token.at);
  if (own) return own;
  if (entity !== "metric" || reader.here.text !== ".") return { entity, key, statistic: "" };
  reader.next();
  const statistic = reader.next();
  if (!STATISTICS.includes(statistic.text)) {
    throw reader.error(`${told(statistic)} is no statistic; known: ${STATISTICS.join(", ")}`, statistic);
  }
  return { entity, key, statistic: statistic.text };
}

/**
 * @param {Reader} reader
 * @param {string} text
 * @param {Token} token
 */
function entityOf(reader, text, token) {
  if (Object.hasOwn(ENTITIES, text)) return ENTITIES[text];
  throw reader.error(`unknown entity ${told({ text })}`, token, nearest(text, Object.keys(ENTITIES)));
}

/**
 * An attribute, or a key that stands alone.
 * @param {Reader} reader
 * @param {string} text
 * @param {number} at
 * @param {boolean} isWordToken
 */
function bareName(reader, text, at, isWordToken) {
  return attribute(text) || bareKey(reader, text, at, isWordToken) || refuseAttribute(reader, text, at);
}

/**
 * @param {string} text
 * @returns {Named | null}
 */
function attribute(text) {
  if (!Object.hasOwn(ATTRIBUTES, text)) return null;
  return { entity: "attribute", key: ATTRIBUTES[text], statistic: "" };
}

/**
 * @param {Reader} reader
 * @param {string} text
 * @param {number} at
 * @returns {never}
 */
function refuseAttribute(reader, text, at) {
  const suggestion =
    nearest(text, [...new Set(Object.values(ATTRIBUTES))]) || nearestColumn(reader.source, text);
  const error = reader.errorAt(`unknown attribute ${told({ text })}`, at, text.length, suggestion);
  error.isUnfinished = reader.here.kind === "end" && reader.here.at === at + text.length;
  throw error;
}

/**
 * A key that only metrics, params or tags have, without saying so.
 * @param {Reader} reader
 * @param {string} text
 * @param {number} at
 * @param {boolean} isWordToken
 * @returns {Named | null}
 */
function bareKey(reader, text, at, isWordToken) {
  const { source } = reader;
  const owners = source.ownersOf(text);
  const statistic = keyed("metric", text);
  const isStatistic = isWordToken && statistic.isBare && source.column(`metrics.${statistic.key}`);
  if (!owners.length) return isStatistic ? statistic : null;
  if (owners.length > 1) {
    const kinds = owners.map((group) => `a ${group.slice(0, -1)}`).join(" and ");
    const written = owners.map((group) => writtenKey(text, group)).join(" or ");
    throw reader.errorAt(`${told({ text })} is ${kinds}; write ${written}`, at, text.length);
  }
  const entity = owners[0].slice(0, -1);
  return isWordToken ? keyed(entity, text) : { entity, key: text, statistic: "" };
}

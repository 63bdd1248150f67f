// The filter language: text to a syntax tree, as query/filters.py and query/operands.py read it.

/**
 * @typedef {{entity: string, key: string, statistic: string, isBare?: boolean, token: Token}}
 *   Field isBare: key and statistic were written as one name, which may itself be a metric's
 * @typedef {{type: "compare", field: Field, operator: string,
 *   values: (string|number|{offset: number})[]}} Comparison
 * @typedef {Comparison | {type: "not", part: Tree} | {type: "and"|"or", parts: Tree[]}} Tree
 */

const ENTITIES = {
  metric: "metric", metrics: "metric", param: "param", params: "param", parameter: "param",
  parameters: "param", tag: "tag", tags: "tag", attribute: "attribute", attributes: "attribute",
  attr: "attribute", run: "attribute", dataset: "dataset", datasets: "dataset",
};
const ATTRIBUTES = {
  run_id: "run_id", status: "status", user_id: "user_id", artifact_uri: "artifact_uri",
  end_time: "end_time", duration: "duration", experiment_name: "experiment_name", run_name: "run_name", "run name": "run_name",
  "Run name": "run_name", "Run Name": "run_name", start_time: "start_time",
  created: "start_time", Created: "start_time",
};
const DATASET_ATTRIBUTES = { name: "name", digest: "digest", context: "context" };
const NUMBER_OPERATORS = ["=", "!=", ">", ">=", "<", "<="];
const SET_OPERATORS = ["IN", "NOT IN"];
const RANGE_OPERATORS = ["BETWEEN", "NOT BETWEEN"];
const PATTERN_OPERATORS = ["LIKE", "ILIKE", "NOT LIKE", "NOT ILIKE"];
const NULL_OPERATORS = ["IS NULL", "IS NOT NULL"];
const OPERATORS = [
  ...NUMBER_OPERATORS, ...PATTERN_OPERATORS, ...SET_OPERATORS, ...RANGE_OPERATORS,
  ...NULL_OPERATORS,
];
const MAX_DEPTH = 50;

/** @param {Field} field @returns {string} number, time, span, text, or either */
function kindOf(field) {
  if (field.entity === "metric") return "number";
  if (field.entity === "param" || field.entity === "tag") return "either";
  if (field.entity === "attribute") {
    if (field.key === "start_time" || field.key === "end_time") return "time";
    if (field.key === "duration") return "span";
  }
  return "text";
}

/** @param {Field} field */
function operatorsOf(field) {
  const kind = kindOf(field);
  if (kind === "either") return OPERATORS;
  if (kind === "text") {
    return ["=", "!=", ...PATTERN_OPERATORS, ...SET_OPERATORS, ...NULL_OPERATORS];
  }
  return [...NUMBER_OPERATORS, ...SET_OPERATORS, ...RANGE_OPERATORS, ...NULL_OPERATORS];
}

/** @param {Field} field as it is written */
function nameOf(field) {
  if (field.entity === "attribute") return field.key;
  const plural = field.entity === "dataset" ? "dataset" : `${field.entity}s`;
  return `${plural}.${field.key}${field.statistic ? `.${field.statistic}` : ""}`;
}

/** What has a key of this name: metrics, params, tags. @param {string} key @returns {string[]} */
function ownersOf(key) {
  return ["metrics", "params", "tags"].filter((group) => {
    const column = columnOf(`${group}.${key}`);
    return column && column.group !== "statistics";
  });
}

/** Whether a word names a key, or a statistic of a metric, without what it belongs to. @param {string} word */
function isBareName(word) {
  const of = keyed("metric", word);
  return ownersOf(word).length > 0 || Boolean(of.isBare && columnOf(`metrics.${of.key}`));
}

const PLAIN_KEY = /^[\p{L}\p{N}_/]+(?:\.[\p{L}\p{N}_/]+)*$/u;

/** A key as a filter reads it: in ticks where it is no word. @param {string} key @param {string} [group] */
function writtenKey(key, group) {
  const isPlain = PLAIN_KEY.test(key) && (group || /^[\p{L}_]/u.test(key));
  const own = isPlain ? key : `\`${key}\``;
  return group ? `${group}.${own}` : own;
}

/** A key without quotes, which for a metric may end in a statistic. @returns {Field} */
function keyed(entity, key) {
  const last = key.lastIndexOf(".");
  const statistic = key.slice(last + 1);
  const isBare = entity === "metric" && last > 0 && STATISTICS.includes(statistic);
  return isBare ? { entity, key: key.slice(0, last), statistic, isBare } : { entity, key, statistic: "" };
}

/**
 * @param {string} text
 * @param {Token[]} [tokens] of the text
 * @returns {Tree}
 * @throws {FilterError}
 */
function parseTree(text, tokens) {
  const reader = new Reader(text, tokens || tokenize(text));
  if (reader.here.kind === "end") return { type: "and", parts: [] };
  const tree = reader.either();
  if (reader.here.kind !== "end") {
    const hint = /^-[0-9]{1,2}$/.test(reader.here.text) ? "; a date is written in quotes" : "";
    throw reader.error(`expected AND or OR, found ${told(reader.here)}${hint}`, reader.here);
  }
  return tree;
}

/** Reads one filter, token after token. */
class Reader {
  constructor(text, tokens) {
    this.text = text;
    this.tokens = tokens;
    this.position = 0;
    this.depth = 0;
  }

  get here() { return this.tokens[this.position]; }

  next() {
    const token = this.here;
    if (token.kind !== "end") this.position += 1;
    return token;
  }

  error(problem, token, suggestion) {
    const error = new FilterError(problem, this.text, token.at, token.text.length, suggestion);
    error.isUnfinished = token.kind === "end" || (token.kind === "word" && this.endsWith(token));
    return error;
  }

  /** Whether a token is the last one, and may still be typed. */
  endsWith(token) {
    return this.tokens[this.tokens.length - 1].at === token.at + token.text.length;
  }

  expect(mark, purpose) {
    const token = this.next();
    if (token.text !== mark) {
      throw this.error(`expected ${mark} ${purpose}, found ${told(token)}`, token);
    }
  }

  either() {
    const parts = [this.allOf()];
    while (isWord(this.here, "OR")) {
      this.next();
      parts.push(this.allOf());
    }
    return parts.length === 1 ? parts[0] : { type: "or", parts };
  }

  allOf() {
    const parts = [this.clause()];
    while (isWord(this.here, "AND")) {
      this.next();
      if (this.here.kind === "end") break;
      parts.push(this.clause());
    }
    return parts.length === 1 ? parts[0] : { type: "and", parts };
  }

  clause() {
    if (isWord(this.here, "NOT")) {
      const token = this.next();
      return { type: "not", part: this.nested(() => this.clause(), token) };
    }
    if (this.here.text === "(") {
      const token = this.next();
      const found = this.nested(() => this.either(), token);
      this.expect(")", "to close the one before");
      return found;
    }
    return this.comparison();
  }

  nested(part, token) {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) {
      throw this.error(`more than ${MAX_DEPTH} levels of parentheses and NOT`, token);
    }
    const found = part();
    this.depth -= 1;
    return found;
  }

  comparison() {
    const field = this.field();
    const token = this.next();
    const operator = this.operator(token);
    if (!operatorsOf(field).includes(operator)) {
      throw this.error(`${operator} cannot be asked of ${nameOf(field)}, which takes ${
        operatorsOf(field).join(", ")}`, token);
    }
    let values = [];
    if (SET_OPERATORS.includes(operator)) values = this.list(field);
    else if (RANGE_OPERATORS.includes(operator)) {
      values = [this.number(field)];
      if (!isWord(this.here, "AND")) {
        throw this.error(`expected AND and the upper end, found ${told(this.here)}`, this.here);
      }
      this.next();
      values.push(this.number(field));
    } else if (!NULL_OPERATORS.includes(operator)) values = [this.operand(field, operator)];
    return { type: "compare", field, operator, values };
  }

  field() {
    const token = this.next();
    if (!["word", "quoted", "ticked"].includes(token.kind) || isWord(token, "AND", "OR", "NOT")) {
      throw this.error(`expected a field, found ${told(token)}`, token);
    }
    return { ...this.fieldOf(token), token };
  }

  fieldOf(token) {
    const cut = token.kind === "word" ? token.text.indexOf(".") : -1;
    if (cut < 0) {
      if (this.here.text !== ".") return this.attribute(unquoted(token), token.at, true, token.kind === "word");
      this.next();
      return this.quotedKey(token, this.entity(unquoted(token), token));
    }
    const before = token.text.slice(0, cut);
    const bare = Object.hasOwn(ENTITIES, before) ? null : this.bareKey(token.text, token.at, true);
    if (bare) return bare;
    const key = token.text.slice(cut + 1);
    const entity = this.entity(before, token);
    const at = token.at + before.length + 1;
    if (entity === "attribute") return this.attribute(key, at);
    if (entity === "dataset") return this.dataset(key, at);
    return keyed(entity, key);
  }

  quotedKey(opening, entity) {
    const token = this.next();
    if (!["string", "quoted", "ticked", "word"].includes(token.kind)) {
      throw this.error(`expected a key after ${opening.text} and a dot, found ${told(token)}`, token);
    }
    const key = token.kind === "word" ? token.text : token.text.slice(1, -1);
    if (entity === "attribute") return this.attribute(key, token.at);
    if (entity === "dataset") return this.dataset(key, token.at);
    if (entity === "metric" && this.here.text === ".") {
      this.next();
      const statistic = this.next();
      if (!STATISTICS.includes(statistic.text)) {
        throw this.error(`${told(statistic)} is no statistic; known: ${STATISTICS.join(", ")}`,
          statistic);
      }
      return { entity, key, statistic: statistic.text };
    }
    return { entity, key, statistic: "" };
  }

  entity(text, token) {
    if (Object.hasOwn(ENTITIES, text)) return ENTITIES[text];
    throw this.error(`unknown entity ${told({ text })}`, token, nearest(text, Object.keys(ENTITIES)));
  }

  attribute(text, at, isBare, isWordToken) {
    if (Object.hasOwn(ATTRIBUTES, text)) {
      return { entity: "attribute", key: ATTRIBUTES[text], statistic: "" };
    }
    const key = isBare && this.bareKey(text, at, isWordToken);
    if (key) return key;
    const known = [...new Set(Object.values(ATTRIBUTES))];
    const error = new FilterError(`unknown attribute ${told({ text })}`, this.text, at,
      text.length, nearest(text, known) || nearestColumn(text));
    error.isUnfinished = this.here.kind === "end" && this.here.at === at + text.length;
    throw error;
  }

  /** A key that only metrics, params or tags have, without saying so; as query/names.py has it. */
  bareKey(text, at, isWordToken) {
    const owners = ownersOf(text);
    const statistic = keyed("metric", text);
    if (!owners.length && isWordToken && statistic.isBare && columnOf(`metrics.${statistic.key}`)) return statistic;
    if (owners.length > 1) {
      const kinds = owners.map((group) => `a ${group.slice(0, -1)}`).join(" and ");
      const written = owners.map((group) => writtenKey(text, group)).join(" or ");
      throw new FilterError(`${told({ text })} is ${kinds}; write ${written}`, this.text, at, text.length);
    }
    if (!owners.length) return null;
    const entity = owners[0].slice(0, -1);
    return isWordToken ? keyed(entity, text) : { entity, key: text, statistic: "" };
  }

  dataset(text, at) {
    if (Object.hasOwn(DATASET_ATTRIBUTES, text)) {
      return { entity: "dataset", key: text, statistic: "" };
    }
    throw new FilterError(`unknown attribute ${told({ text })} of a data set`, this.text, at,
      text.length, nearest(text, Object.keys(DATASET_ATTRIBUTES)));
  }

  operator(token) {
    if (token.kind === "operator") return token.text === "==" ? "=" : token.text;
    if (isWord(token, "LIKE", "ILIKE", "IN", "BETWEEN")) return token.text.toUpperCase();
    if (isWord(token, "NOT") && isWord(this.here, "IN", "LIKE", "ILIKE", "BETWEEN")) {
      return `NOT ${this.next().text.toUpperCase()}`;
    }
    if (isWord(token, "IS")) {
      const negation = isWord(this.here, "NOT") ? "NOT " : "";
      if (negation) this.next();
      const word = this.next();
      if (!isWord(word, "NULL")) throw this.error(`expected NULL, found ${told(word)}`, word);
      return `IS ${negation}NULL`;
    }
    if (token.kind === "end") throw this.error("a comparison is missing here", token);
    const hint = token.text === "-" || token.kind === "word"
      ? "a key with spaces or other such characters is written in `ticks`"
      : `known: ${OPERATORS.join(", ")}`;
    throw this.error(`${told(token)} is no operator; ${hint}`, token);
  }

  operand(field, operator) {
    const kind = kindOf(field);
    if (kind !== "text" && kind !== "either") return this.number(field);
    const token = this.here;
    if (token.kind === "string" || token.kind === "quoted") {
      if (NUMBER_OPERATORS.indexOf(operator) > 1) {
        throw this.error(`${operator} compares ${nameOf(field)} with a number, without quotes`, token);
      }
      return unquoted(this.next());
    }
    const takesNumber = kind === "either" && NUMBER_OPERATORS.includes(operator);
    if (takesNumber && token.kind === "number") return this.number(field);
    const what = takesNumber ? "quoted text or a number" : "quoted text";
    const hint = token.kind === "word" ? `; write '${token.text}'` : "";
    const error = this.error(
      `${nameOf(field)} compares with ${what}, not ${told(token)}${hint}`, token);
    error.isUnfinished = token.kind === "end";
    throw error;
  }

  number(field) {
    const token = this.next();
    const kind = kindOf(field);
    if (token.kind === "number") {
      const value = Number(token.text); // from 2^53 on none tells a whole number from the next
      return Number.isFinite(value) && !Number.isSafeInteger(value) ? readWhole(token.text) ?? value : value;
    }
    if (kind === "span" && token.kind === "span") return milliseconds(token) / 1000;
    if (kind === "time" && isWord(token, "NOW")) return this.moment();
    if (kind === "time" && (token.kind === "string" || token.kind === "quoted")) {
      return this.date(token);
    }
    const also = kind === "span" ? " of seconds, or a span such as 90s, 5m or 2h"
      : kind === "time" ? " of milliseconds, a date such as '2026-11-21', or now - 7d" : "";
    throw this.error(`${nameOf(field)} compares with an unquoted number${also}, not ${told(token)}`,
      token);
  }

  moment() {
    if (this.here.text !== "+" && this.here.text !== "-") return { offset: 0 };
    const sign = this.next().text === "-" ? -1 : 1;
    const span = this.next();
    if (span.kind !== "span") {
      throw this.error(`expected a span such as 7d or 12h, found ${told(span)}`, span);
    }
    return { offset: sign * milliseconds(span) };
  }

  date(token) {
    const text = unquoted(token);
    const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,3})?)?Z?)?$/
      .exec(text);
    if (match) {
      const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part || 0));
      const moment = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
      moment.setUTCFullYear(year, month - 1, day);
      if (year && moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day && hour < 24
        && minute < 60 && second < 60) {
        return Math.round(moment.getTime() + Number(match[7] || 0) * 1000);
      }
    }
    if (/^now/i.test(text)) throw this.error(`write ${text} without quotes`, token);
    throw this.error(`${token.text} is no date; write '2026-11-21' or '2026-11-21 18:30' (UTC)`, token);
  }

  list(field) {
    this.expect("(", "and a list of values");
    const values = [];
    for (;;) {
      const first = this.here;
      values.push(this.operand(field, "="));
      if ((typeof values[0] === "string") !== (typeof values[values.length - 1] === "string")) {
        throw this.error("a list holds quoted texts or numbers, not both", first);
      }
      let token = this.next();
      if (token.text === "," && this.here.text === ")") token = this.next();
      if (token.text === ")") return values;
      if (token.text !== ",") throw this.error(`expected , or ), found ${told(token)}`, token);
    }
  }
}

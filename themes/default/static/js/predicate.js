// A filter's syntax tree to the runs it keeps, as query/predicate.py has it: two-valued, and a
// comparison with what a run does not have is false.

/** Names that a report has under other names. */
const COLUMN_OF = {
  "tags.mlflow.runName": "run_name", "tags.mlflow.source.name": "source",
};
/** What a report may not hold although its runs have it. */
const LEFT_OUT = ["user_id", "artifact_uri", "tags.mlflow.user", "tags.mlflow.source.git.repoURL"];
const STATUSES = Object.keys(MARKS);
const NOT_FINITE = /^([+-]?)(inf|infinity|nan)$/i;

/** @param {Tree} tree @returns {Comparison[]} from left to right */
function comparisonsOf(tree) {
  if (tree.type === "compare") return [tree];
  return (tree.type === "not" ? [tree.part] : tree.parts).flatMap(comparisonsOf);
}

/** The column that holds a field. @param {Field} field */
function columnNameOf(field) {
  const name = nameOf({ ...field, statistic: "" });
  return columnOf(name) ? name : COLUMN_OF[name] || name;
}

/** The column that holds a statistic: a metric may itself be called loss.min. @param {Field} field */
function statisticName(field) {
  const ticked = `metrics.\`${field.key}\`.${field.statistic}`;
  return columnOf(nameOf(field))?.group === "statistics" ? nameOf(field) : ticked;
}

/** The columns that a comparison looks at. @param {Field} field @returns {string[]} */
function columnsOfField(field) {
  const names = field.statistic ? [statisticName(field), ...(field.isBare ? [nameOf(field)] : [])] : [columnNameOf(field)];
  return [...new Set(names)].filter(columnOf);
}

/**
 * The first comparison with something that this report leaves out, as an error.
 * @param {Tree} tree
 * @param {string} text
 * @returns {FilterError | undefined}
 */
function leftOut(tree, text) {
  const found = comparisonsOf(tree).find(({ field }) =>
    LEFT_OUT.includes(nameOf(field)) && !columnOf(nameOf(field)));
  return found && new FilterError(`this report does not hold ${nameOf(found.field)}`, text,
    found.field.token.at, found.field.token.text.length);
}

/**
 * What a tree asks for in vain, as sentences.
 * @param {Tree} tree
 * @returns {string[]}
 */
function inVain(tree) {
  return [...new Set(comparisonsOf(tree).flatMap(({ field, operator, values }) => {
    if (field.entity === "attribute" && field.key === "status" && /=|IN/.test(operator)) {
      return values.filter((value) => !STATUSES.includes(value)).map((value) =>
        `There is no status “${value}”; they are ${STATUSES.join(", ")}.`);
    }
    if (["attribute", "dataset"].includes(field.entity) || columnsOfField(field).length) return [];
    return [unknownKey(field)];
  }))];
}

function unknownKey(field) {
  const group = `${field.entity}s`;
  const cut = field.key.lastIndexOf(".");
  if (field.entity === "metric" && cut > 0 && columnOf(`metrics.${field.key.slice(0, cut)}`)) {
    return `metrics.${field.key.slice(0, cut)} has .${STATISTICS.join(", .")}, but no ${
      field.key.slice(cut)}.`;
  }
  const keys = source.columns.filter((column) => column.group === group);
  const close = nearest(field.key, keys.map((column) => column.label));
  return `No run here has ${group}.${field.key}.${close ? ` Did you mean ${group}.${close}?` : ""}`;
}

/**
 * The runs that a filter keeps, as 1 and 0. Columns must be loaded.
 * @param {Tree} tree
 * @param {number} now milliseconds since the epoch
 * @returns {Uint8Array}
 */
function evaluate(tree, now) {
  if (tree.type === "compare") return compare(tree, now);
  if (tree.type === "not") return evaluate(tree.part, now).map((kept) => 1 - kept);
  const isAnd = tree.type === "and";
  const found = new Uint8Array(source.count).fill(isAnd ? 1 : 0);
  for (const part of tree.parts) {
    const own = evaluate(part, now);
    for (let run = 0; run < found.length; run++) {
      found[run] = isAnd ? found[run] & own[run] : found[run] | own[run];
    }
  }
  return found;
}

/** @param {Comparison} comparison @param {number} now */
function compare(comparison, now) {
  const { field, operator } = comparison;
  const kept = new Uint8Array(source.count);
  const isText = kindOf(field) === "either";
  const operands = comparison.values.map((value) =>
    (typeof value === "object" ? now + value.offset : typeof value === "bigint" && !isText ? Number(value) : value));
  const isNumeric = operands.some((value) => typeof value === "number" || typeof value === "bigint");
  if (field.entity === "dataset") return compareDatasets(comparison, operands, kept);
  const isExact = isText && isNumeric && operands.some((value) => Number(value) >= EXACT || Number(value) <= -EXACT);
  const values = isExact ? exactValues(field) : valuesOfField(field, isNumeric);
  if (operator === "IS NULL" || operator === "IS NOT NULL") {
    const wanted = operator === "IS NULL";
    for (let run = 0; run < kept.length; run++) kept[run] = (values[run] == null) === wanted ? 1 : 0;
    return kept;
  }
  const meets = testOf(operator, operands);
  for (let run = 0; run < kept.length; run++) {
    const value = values[run];
    if (value !== null && value !== undefined && meets(value)) kept[run] = 1;
  }
  return kept;
}

function compareDatasets({ field, operator }, operands, kept) {
  const lists = valuesOf(`dataset.${field.key}`);
  const parsed = new Map();
  const any = operator === "IS NULL" || operator === "IS NOT NULL"
    ? (value) => value !== null : testOf(operator, operands);
  for (let run = 0; run < kept.length; run++) {
    const text = lists[run];
    if (text && !parsed.has(text)) {
      parsed.set(text, JSON.parse(text).some((value) => value !== null && any(value)));
    }
    kept[run] = Boolean(text && parsed.get(text)) !== (operator === "IS NULL") ? 1 : 0;
  }
  return kept;
}

/** One value and the operands, as a function of the value. */
function testOf(operator, operands) {
  if (operator.startsWith("NOT ")) {
    const meets = testOf(operator.slice(4), operands);
    return (value) => !meets(value);
  }
  const [first, second] = operands;
  const chosen = new Set(operands);
  const isLike = operator === "LIKE" || operator === "ILIKE";
  const isLikeIt = isLike ? likeTest(first, operator === "ILIKE") : null;
  return {
    "=": (value) => isSame(value, first),
    "!=": (value) => !isSame(value, first),
    ">": (value) => value > first,
    ">=": (value) => value >= first,
    "<": (value) => value < first,
    "<=": (value) => value <= first,
    IN: (value) => value === value && (chosen.has(value) || (typeof value === "bigint" && operands.some((one) => isSame(value, one)))),
    BETWEEN: (value) => value >= first && value <= second,
    LIKE: isLikeIt,
    ILIKE: isLikeIt,
  }[operator];
}

/**
 * LIKE as a function of the value: % is any text, _ one character. What follows a % is looked for
 * from left to right and never twice, so that no pattern takes long.
 */
function likeTest(pattern, ignoresCase) {
  const fold = (text) => [...(ignoresCase ? text.toLowerCase() : text)];
  const wanted = fold(pattern);
  return (text) => {
    const letters = fold(text);
    let at = 0, place = 0, star = -1, mark = 0;
    while (at < letters.length) {
      if (place < wanted.length && wanted[place] === "%") {
        [star, mark] = [place, at];
        place += 1;
      } else if (place < wanted.length && (wanted[place] === "_" || wanted[place] === letters[at])) {
        at += 1;
        place += 1;
      } else if (star >= 0) {
        mark += 1;
        [at, place] = [mark, star + 1];
      } else return false;
    }
    while (wanted[place] === "%") place += 1;
    return place === wanted.length;
  };
}

/** Values made of a column's, kept for the next keystroke, by field. @type {Map<string, Array>} */
const derived = new Map();

function derive(key, make) {
  if (!derived.has(key)) derived.set(key, make());
  return derived.get(key);
}

/** From here on a number is not told from the next; whole numbers in texts are compared as such. */
const EXACT = 2 ** 53;

/** Whether two values are one; a whole number may come as a number or as a bigint. */
function isSame(value, other) {
  if (typeof value === typeof other) return value === other;
  const isMixed = [value, other].every((one) => typeof one === "number" || typeof one === "bigint");
  return isMixed && value == other; // eslint-disable-line eqeqeq
}

/** Values of a field as numbers, those of whole numbers in texts as bigint. */
function exactValues(field) {
  const values = valuesOfField(field, true);
  const texts = valuesOfField(field, false);
  return values.map((value, run) => readWhole(texts[run]) ?? value);
}

/** A field's values, one a run; as numbers where it is compared with numbers. */
function valuesOfField(field, isNumeric) {
  const name = columnNameOf(field);
  if (field.entity === "metric") {
    if (!field.statistic) return valuesOf(name);
    const statistic = valuesOf(statisticName(field));
    if (!field.isBare || statisticName(field) === nameOf(field)) return statistic;
    const own = valuesOf(nameOf(field)); // a metric that is itself called so goes first, run by run
    return Array.from({ length: source.count }, (_, run) => own[run] ?? statistic[run] ?? null);
  }
  if (field.key === "duration" && field.entity === "attribute") {
    return derive("duration", () =>
      valuesOf(name).map((value) => (value === null ? null : value / 1000)));
  }
  const column = columnOf(name);
  if (!column || kindOf(field) !== "either") return valuesOf(name);
  if (!isNumeric) return source.texts.get(name) || valuesOf(name);
  return column.kind === "number" ? valuesOf(name)
    : derive(`number ${name}`, () => valuesOf(name).map(readText));
}

/** A text as a number, null if it is none in full. @param {string | null} text */
function readText(text) {
  if (text === null || text === undefined) return null;
  if (NUMBER.test(text)) return Number(text);
  const match = NOT_FINITE.exec(text);
  if (!match) return null;
  if (match[2].toLowerCase() === "nan") return NaN;
  return match[1] === "-" ? -Infinity : Infinity;
}

// What is said of a filter below its box: what is wrong, what it asks for in vain, what may be meant.

import { MARKS } from "../core/format.js";
import { STATISTICS } from "../core/source.js";
import { ATTRIBUTES, ENTITIES, isBareName, kindOf, nameOf, writtenKey } from "./fields.js";
import { nearest } from "./nearest.js";
import { comparisonsOf } from "./predicate.js";
import { FilterError } from "./tokens.js";
import { columnsOfField } from "./values.js";

/** @import { Source } from "../core/source.js" */
/** @import { Named } from "./fields.js" */
/** @import { Tree } from "./grammar.js" */
/** @import { Box } from "./shown.js" */

/** What a report may not hold although its runs have it. */
const LEFT_OUT = ["user_id", "artifact_uri", "tags.mlflow.user", "tags.mlflow.source.git.repoURL"];
const STATUSES = Object.keys(MARKS);

/**
 * What to say of a box below it; empty when all is well.
 * @param {Source} source
 * @param {Box} box
 * @param {boolean} [isDone] nobody is typing any more
 */
export function adviceOf(source, box, isDone) {
  const { error, tree } = box;
  if (!error) return tree ? inVain(source, tree).join(" ") : adviceOfWords(source, box.text.trim());
  if (error.isUnfinished && !isDone) {
    return `Not finished: ${error.message.replace(/,? (?:not|found) the end$/, "")}.`;
  }
  const meant = error.suggestion ? ` Did you mean ${error.suggestion}?` : "";
  return `Not applied. Column ${error.column}: ${error.message}.${meant}`;
}

/**
 * Words that are the beginning of a filter.
 * @param {Source} source
 * @param {string} text
 */
function adviceOfWords(source, text) {
  if (Object.hasOwn(ENTITIES, text)) return `Searched as a word; a filter goes on with a key: ${text}.KEY.`;
  const isAttribute = Object.hasOwn(ATTRIBUTES, text);
  if (!isAttribute && !isBareName(source, text)) return "";
  if (LEFT_OUT.includes(text) && !source.column(text)) return "";
  const owners = isAttribute ? [] : source.ownersOf(text);
  const name = isAttribute ? text : writtenKey(text, owners.length > 1 ? owners[0] : "");
  const attribute = { entity: "attribute", key: ATTRIBUTES[text], statistic: "" };
  const isNumber = isAttribute
    ? ["time", "span"].includes(kindOf(attribute))
    : !owners.length || owners[0] === "metrics";
  return `Searched as a word; to filter by ${text}, compare it: ${name} ${isNumber ? "<" : "="} …`;
}

/**
 * The first comparison with something that this report leaves out, as an error.
 * @param {Source} source
 * @param {Tree} tree
 * @param {string} text
 * @returns {FilterError | undefined}
 */
export function leftOut(source, tree, text) {
  const found = comparisonsOf(tree)
    .map(({ field }) => field)
    .find((field) => LEFT_OUT.includes(nameOf(field)) && !source.column(nameOf(field)));
  if (!found) return undefined;
  const { at, text: word } = found.token;
  return new FilterError(`this report does not hold ${nameOf(found)}`, text, at, word.length);
}

/**
 * What a tree asks for in vain, as sentences.
 * @param {Source} source
 * @param {Tree} tree
 * @returns {string[]}
 */
function inVain(source, tree) {
  return [
    ...new Set(
      comparisonsOf(tree).flatMap(({ field, operator, values }) => {
        if (field.entity === "attribute" && field.key === "status" && /=|IN/.test(operator)) {
          return values
            .filter((value) => !STATUSES.includes(String(value)))
            .map((value) => `There is no status “${value}”; they are ${STATUSES.join(", ")}.`);
        }
        const isKnown =
          ["attribute", "dataset"].includes(field.entity) || columnsOfField(source, field).length;
        return isKnown ? [] : [unknownKey(source, field)];
      }),
    ),
  ];
}

/**
 * @param {Source} source
 * @param {Named} field
 */
function unknownKey(source, { entity, key }) {
  const group = `${entity}s`;
  if (source.folder === "activity") {
    return `The activity of all experiments holds no ${group}.${key}; filter by it on an experiment's page.`;
  }
  const cut = key.lastIndexOf(".");
  const metric = `metrics.${key.slice(0, cut)}`;
  if (entity === "metric" && cut > 0 && source.column(metric)) {
    return `${metric} has .${STATISTICS.join(", .")}, but no ${key.slice(cut)}.`;
  }
  const close = nearest(
    key,
    source.columnsOf(group).map((column) => column.label),
  );
  return `No run here has ${group}.${key}.${close ? ` Did you mean ${group}.${close}?` : ""}`;
}

// What the fields of a chart may be among some runs, and a chart that fits these.

import { AXES } from "../core/hash.js";
import { LOOKS } from "../core/looks.js";
import { STEPS, isNumeric } from "./asked.js";
import { NAMING, fieldsOf } from "./fields.js";
import { CLIP, readEnds } from "./limits.js";

/** @import { Chart } from "../core/hash.js" */
/** @import { Column, Source } from "../core/source.js" */
/** @import { FieldName } from "./fields.js" */

const MAX_CATEGORIES = 40;
/**
 * What the fields that name no column may be.
 * @type {Object<string, (text: string) => boolean>}
 */
const SETTINGS = {
  scale: (text) => ["", "linear", "log"].includes(text),
  smooth: (text) => Number(text) >= 0 && Number(text) < 1,
  limits: (text) => text === "" || text === CLIP || readEnds(text) !== null,
  runs: (text) => ["", "built", "all"].includes(text),
};

/** @param {Column} column */
function isGroup(column) {
  return column.distinct > 1 && column.distinct <= (isNumeric(column) ? STEPS : LOOKS);
}

/**
 * The columns that a field may take, with their labels.
 * @param {Source} source
 * @param {string} kind
 * @returns {string[][]}
 */
export function choicesFor(source, kind) {
  const named = (/** @type {Column[]} */ columns) => columns.map(({ name, label }) => [name, label]);
  const settings = source.columnsOf("params", "tags"),
    metrics = source.columnsOf("metrics");
  const amounts = [...metrics, ...source.columnsOf("statistics")];
  const status = ["status", "Status"],
    duration = ["duration", "Duration"];
  switch (kind) {
    case "curve":
      return named(metrics.filter((column) => column.curves));
    case "metric":
      return [...named([...amounts, ...settings.filter(isNumeric)]), duration];
    case "category":
      return [["run_name", "Run"], ...named(settings.filter((c) => c.distinct <= MAX_CATEGORIES)), status];
    case "number":
      return named([...amounts, ...settings.filter(isNumeric)]);
    case "any":
      return [...named([...settings, ...amounts]), ["start_time", "Started"], duration];
    case "group?":
      return [["", "none"], ...named(settings.filter(isGroup)), status];
    case "colour?": {
      const usable = settings.filter((c) => isGroup(c) || (isNumeric(c) && c.varies));
      return [["", "none"], ...named([...usable, ...metrics]), status];
    }
    case "mean?": {
      const usable = settings.filter((c) => c.distinct > 1 && c.distinct <= MAX_CATEGORIES);
      return [["", "single runs"], ...named(usable), status];
    }
    default:
      return [];
  }
}

/**
 * A column's name in full where a bare one was written; the x of a line is no column.
 * @param {Source} source
 * @param {string} type
 * @param {string} field
 * @param {string} name
 */
function fullName(source, type, field, name) {
  if ((type === "line" && field === "x") || source.column(name)) return name;
  const owners = source.ownersOf(name);
  if (owners.length === 1) return `${owners[0]}.${name}`;
  return !owners.length && source.column(`metrics.${name}`) ? `metrics.${name}` : name;
}

/**
 * The columns of a field with their names in full.
 * @param {Source} source
 * @param {string} type
 * @param {string} field
 * @param {string} names
 */
export function fullNames(source, type, field, names) {
  return names
    .split(",")
    .map((name) => fullName(source, type, field, name))
    .join(",");
}

/**
 * A chart of a type with what fits from another one.
 * @param {Source} source
 * @param {string} type
 * @param {Partial<Chart>} [given]
 * @param {boolean} [isNamed] a link or config names its columns: those of colours and groups are kept
 *   though no menu offers them
 * @returns {Chart}
 */
export function completeChart(source, type, given = {}, isNamed = false) {
  const from = { ...given };
  for (const field of NAMING) if (from[field]) from[field] = fullNames(source, type, field, from[field]);
  /** @type {Chart} */
  const chart = { type };
  if (from.title) chart.title = from.title;
  for (const [field, kind] of fieldsOf(type)) {
    const text = from[field] || "";
    if (kind === "axis") chart[field] = AXES.some(([axis]) => axis === text) ? text : "step";
    else if (kind === "several") chart[field] = several(source, text);
    else if (kind === "curve" && text.includes(",")) chart[field] = severalCurves(source, text);
    else if (SETTINGS[kind]) chart[field] = SETTINGS[kind](text) ? text : "";
    else {
      chart[field] = chosenColumn(source, kind, from, field, isNamed) ?? firstChoice(source, kind, chart.x);
    }
  }
  return chart;
}

/** Groups of columns that somebody logged, or that are made of such. */
const LOGGED = ["properties", "metrics", "statistics", "params", "tags"];

/**
 * @param {Source} source
 * @param {string} kind
 * @param {Partial<Chart>} from
 * @param {FieldName} field
 * @param {boolean} isNamed
 */
function chosenColumn(source, kind, from, field, isNamed) {
  const names = choicesFor(source, kind).map(([name]) => name);
  const isAmount = kind === "metric" || kind === "curve";
  const wanted = isAmount ? [from[field], from.y, from.c] : [from[field]];
  const isKept = (/** @type {string} */ name) =>
    isNamed && kind.endsWith("?") && LOGGED.includes(source.column(name)?.group || "");
  return wanted.find((name) => name !== undefined && (names.includes(name) || isKept(name)));
}

/**
 * @param {Source} source
 * @param {string} kind
 * @param {string} [taken] the column that x has
 */
function firstChoice(source, kind, taken) {
  const names = choicesFor(source, kind).map(([name]) => name);
  const primary = `metrics.${source.primary}`;
  if (["metric", "curve"].includes(kind) && names.includes(primary)) return primary;
  const told = source.telling.find((name) => names.includes(name) && name !== taken);
  if (told && ["category", "any"].includes(kind)) return told;
  const isVaried = (/** @type {string} */ name) =>
    source.column(name)?.varies && name !== "run_name" && name !== taken;
  return (kind === "category" && names.find(isVaried)) || (names[0] ?? "");
}

/**
 * Several metrics that have curves; the first choice where none has.
 * @param {Source} source
 * @param {string} text
 */
function severalCurves(source, text) {
  const names = choicesFor(source, "curve").map(([name]) => name);
  const known = text.split(",").filter((name) => names.includes(name));
  return known.join(",") || firstChoice(source, "curve");
}

/**
 * @param {Source} source
 * @param {string} text
 */
function several(source, text) {
  const isKnown = (/** @type {string} */ name) => Boolean(source.column(name));
  const wanted = text.split(",").filter(isKnown);
  if (wanted.length > 1) return wanted.join(",");
  const varied = source
    .columnsOf("params")
    .filter((column) => column.distinct > 1)
    .map(({ name }) => name);
  return [...new Set([...source.telling, ...varied])].filter(isKnown).slice(0, 5).join(",");
}

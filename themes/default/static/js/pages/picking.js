// The runs that a comparison names, as a source of their own: runs of several experiments become one table.

import { experimentIn } from "../core/hash.js";
import { Source } from "../core/source.js";
import { findSource } from "../core/sources.js";
import { findIds } from "../core/selection.js";

/** @import { Column } from "../core/source.js" */

/** @typedef {{data: Source, run: number}} Picked */

/** Columns that no run logged as such. */
const MADE = ["filter", "statistics"];

/**
 * The named runs as a source of their own, with all that any of them has.
 * @param {{folder: string, id: string}[]} wanted
 */
export async function pickRuns(wanted) {
  const missed = [];
  /** @type {Picked[]} */
  const found = [];
  for (const folder of new Set(wanted.map((one) => one.folder))) {
    const ids = wanted.filter((one) => one.folder === folder).map(({ id }) => id);
    let data;
    try {
      data = await findSource(folder);
      await data.load(data.columns.filter(isLogged).map((column) => column.name));
    } catch {
      const named = folder
        ? `the experiment “${experimentIn(folder)}”`
        : `no experiment for ${ids.join(", ")}`;
      missed.push(`${named}, whose data could not be loaded`);
      continue;
    }
    const result = findIds(ids, data.valuesOf("run_id"));
    missed.push(...result.missed.map((id) => `the run ${id}, but no run, or more than one, has such an ID`));
    for (const run of result.found) found.push({ data, run });
  }
  const order = (/** @type {Picked} */ { data, run }) =>
    wanted.findIndex(
      ({ folder, id }) => folder === data.folder && data.valuesOf("run_id")[run].startsWith(id),
    );
  found.sort((a, b) => order(a) - order(b));
  return { picked: gather(found), missed };
}

/** @param {Column} column */
function isLogged(column) {
  return !MADE.includes(column.group);
}

/**
 * @param {Picked[]} found
 * @returns {Source}
 */
function gather(found) {
  /** @type {Map<string, Column>} */
  const columns = new Map();
  for (const { data } of found) {
    for (const column of data.columns.filter(isLogged)) {
      if (!columns.has(column.name)) columns.set(column.name, { ...column });
    }
  }
  const { primary = "", direction = "", telling = [] } = found[0]?.data || {};
  const { base = "" } = found.find(({ data, run }) => data.base === data.valuesOf("run_id")[run])?.data || {};
  const told = { primary, direction, telling, base };
  const picked = new Source("compare", { runs: found.length, columns: [], ...told });
  for (const column of columns.values()) gatherColumn(picked, column, found);
  picked.values.set(
    "_folder",
    found.map(({ data }) => data.folder),
  );
  picked.values.set(
    "_number",
    found.map(({ run }) => run),
  );
  return picked;
}

/**
 * Add a column with its values; where experiments disagree about its kind, as texts.
 * @param {Source} picked
 * @param {Column} column changed in place
 * @param {Picked[]} found
 */
function gatherColumn(picked, column, found) {
  const { name } = column;
  const isMixed = new Set(found.flatMap(({ data }) => data.column(name)?.kind || [])).size > 1;
  if (isMixed) column.kind = "text";
  const values = found.map(({ data, run }) => {
    const value = data.valuesOf(name)[run] ?? null;
    return isMixed && value !== null ? String(data.logged(name, run)) : value;
  });
  const present = values.filter((value) => value !== null);
  if (!present.length) return;
  const numbers = values.filter(Number.isFinite);
  if (column.kind === "number" && numbers.length) {
    Object.assign(column, { min: Math.min(...numbers), max: Math.max(...numbers) });
  }
  const logged = isMixed ? values : found.map(({ data, run }) => data.logged(name, run));
  column.distinct = new Set(logged.filter((value) => value !== null)).size;
  column.varies = column.distinct > 1 || present.length < values.length;
  picked.values.set(name, values);
  if (!isMixed && found.some(({ data }) => data.texts.has(name))) {
    picked.texts.set(
      name,
      found.map(({ data, run }) => data.texts.get(name)?.[run] ?? null),
    );
  }
  picked.columns.push(column);
  picked.byName.set(name, column);
}

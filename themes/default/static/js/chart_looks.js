// What tells runs and groups of a chart apart: which look each text has among those of its form. As
// report/charts/looks.py has it.

/** Steps of a ramp for what has an order. */
const STEPS = 9;
const NO_LOOK = "var(--other)";

/**
 * @typedef {{kind: string, values: Map<number, *>, title: string, texts: string[], looks: number[], note: string}} Coloured
 *   `values`: a text or an amount a run; a run without one is not drawn
 */

/** @returns {Coloured} */
function uncoloured(runs, note = "") {
  return { kind: "none", values: new Map(runs.map((run) => [run, null])), title: "", texts: [], looks: [], note };
}

/**
 * Runs coloured by a column.
 * @param {string} name @param {number[]} runs
 * @param {boolean} [isDiscrete] groups of runs are drawn, which a ramp of amounts cannot colour
 * @returns {Coloured}
 */
function coloured(name, runs, isDiscrete = false) {
  const column = columnOf(name);
  if (!column) return uncoloured(runs);
  const values = valuesOf(name), title = column.label;
  if (name === "status") return { kind: "status", values: new Map(runs.map((run) => [run, values[run]])), title, texts: [], looks: [], note: "" };
  const present = new Set(runs.map((run) => values[run]).filter((value) => value !== null)).size;
  if (isNumeric(column) && (column.group !== "params" || present > STEPS)) {
    return isDiscrete ? uncoloured(runs, `${title} is an amount, which colours no groups`) : ramp(column, runs);
  }
  const texts = distinctTexts(column, runs);
  const inOrder = sortPlaces(runs.map((run) => values[run]), column.ordered).map((place) => runs[place]);
  const missing = [...new Set(inOrder.filter((run) => values[run] === null).map((run) => texts.get(run)))];
  const told = [...new Set(inOrder.map((run) => texts.get(run)))].filter((text) => !missing.includes(text));
  const own = { values: texts, title, texts: [...told, ...missing], note: "" };
  const none = missing.map(() => -1);
  if (told.length <= STEPS && (isNumeric(column) || column.ordered?.length)) return { ...own, kind: "ordered", looks: [...spreadLooks(told.length), ...none] };
  if (told.length > LOOKS) return uncoloured(runs, tooMany(column, told.length));
  const places = new Map(column.slots || []);
  const slots = new Map(runs.map((run) => [texts.get(run), places.get(values[run]) ?? LOOKS]));
  return { ...own, kind: "category", looks: [...freeLooks(told.map((text) => slots.get(text))), ...none] };
}

/** Runs in groups by a column; of more groups than looks the last ones have none of their own. */
function grouped(name, runs) {
  const found = coloured(name, runs, true);
  const column = columnOf(name);
  if (!["none", "status"].includes(found.kind) || !column) return found;
  const values = distinctTexts(column, runs);
  const texts = [...new Set(sortPlaces(runs.map((run) => valuesOf(name)[run]), column.ordered).map((place) => values.get(runs[place])))];
  return { kind: "category", values, title: column.label, texts, looks: texts.map((_, look) => (look < LOOKS ? look : -1)), note: found.note };
}

const tooMany = (column, count) => `${column.label} has ${thousands(count)} values, too many to colour`;

/** Runs coloured by an amount; of a metric of which less is better the other way round. @param {Column} column @param {number[]} runs @returns {Coloured} */
function ramp(column, runs) {
  const all = valuesOf(column.name);
  const values = new Map(runs.filter((run) => Number.isFinite(all[run])).map((run) => [run, all[run]]));
  const kind = spreadOf([...values.values()]).kind === "log" ? "log" : "number";
  return { kind: column.less ? `${kind}-down` : kind, values, title: column.label, texts: [], looks: [], note: "" };
}

/** Each run in its own look. @param {number[]} runs @param {string[]} labels */
function runColours(runs, labels) {
  const ids = valuesOf("run_id");
  return { kind: "run", values: new Map(runs.map((run, place) => [run, labels[place]])), title: "", texts: labels, looks: runs.map((run) => looks.get(ids[run]) ?? -1), note: "" };
}

/** Steps of a ramp for texts in their order: the first and the last at its ends. */
function spreadLooks(count) {
  if (count === 1) return [Math.floor(STEPS / 2)];
  return Array.from({ length: count }, (_, place) => Math.floor(place * (STEPS - 1) / (count - 1) + 0.5));
}

/** Looks for texts, each its site's if no earlier one has it, else the next that is free. @param {number[]} slots */
function freeLooks(slots) {
  const found = [];
  const taken = new Set();
  for (const place of slots.map((_, place) => place).sort((a, b) => slots[a] - slots[b] || a - b)) {
    let look = slots[place] % LOOKS;
    while (taken.has(look)) look = (look + 1) % LOOKS;
    taken.add(look);
    found[place] = look;
  }
  return found;
}

/** Fill the looks of texts into a spec's colours, dashes, shapes and shades. @param {Object} spec changed in place @param {Coloured} colours */
function paint(spec, colours) {
  if (!colours.texts.length) return;
  for (const { encoding } of spec.layer || [spec]) {
    if (encoding?.xOffset) encoding.xOffset.scale = { domain: colours.texts };
    for (const [name, { field, type, scale }] of Object.entries(encoding || {})) {
      if (field !== "color" || type === "quantitative" || !Array.isArray(scale?.range) || scale.domain) continue;
      const { range } = scale;
      scale.domain = colours.texts;
      const none = name === "color" ? NO_LOOK : range[0];
      scale.range = colours.looks.map((look) => (look >= 0 ? range[look % range.length] : none));
    }
  }
}

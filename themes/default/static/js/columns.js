// Column data: which columns there are, loading the scripts that hold them, decoding.

/** Decoded values by column name. @type {Map<string, Array>} */
const decoded = new Map();
/** Texts of numbers that are shown as they were logged, by column name. @type {Map<string, Array>} */
const logged = new Map();

/** @type {Map<string, Column>} */
const columnsByName = new Map();

/** @param {string} name @returns {Column | undefined} */
function columnOf(name) {
  if (!columnsByName.size) {
    for (const column of brought.manifest.columns) columnsByName.set(column.name, column);
  }
  return columnsByName.get(name);
}

/**
 * Load columns; values are then there for `valuesOf`.
 * @param {string[]} names
 * @returns {Promise<void>} rejects when a script is missing
 */
async function loadColumns(names) {
  const wanted = names.map(columnOf).filter((column) => column && !decoded.has(column.name));
  const files = new Set(wanted.flatMap((column) => column.files));
  await Promise.all([...files].map((file) => loadScript(`data/${file}`)));
  for (const column of wanted) decoded.set(column.name, decode(column));
}

/**
 * A column's values, one a run, null where a run has none.
 * @param {string} name
 * @returns {Array}
 */
function valuesOf(name) {
  return decoded.get(name) || [];
}

/** A run's value as its column shows it. @param {Column} column @param {number} run */
function textOf(column, run) {
  const texts = logged.get(column.name);
  const text = texts && texts[run];
  return text === undefined || text === null ? formatValue(column, valuesOf(column.name)[run]) : text;
}

/** @param {Column} column */
function decode(column) {
  const values = [];
  const number = column.kind === "text" ? (value) => value : readNumber;
  const isLogged = column.kind === "number" && column.group === "params";
  for (const block of brought.blocks.get(column.name) || []) {
    const start = values.length;
    if (block.p) {
      for (let place = 0; place < block.n; place++) values.push(null);
      block.p.forEach((place, index) => {
        values[start + place] = number(block.v[index]);
        if (isLogged && typeof block.v[index] === "string") {
          if (!logged.has(column.name)) logged.set(column.name, []);
          logged.get(column.name)[start + place] = block.v[index];
        }
      });
    } else if (block.d) {
      const parsed = block.d.map(number);
      for (const code of block.i) values.push(code < 0 ? null : parsed[code]);
      if (isLogged) {
        if (!logged.has(column.name)) logged.set(column.name, []);
        const texts = logged.get(column.name);
        block.i.forEach((code, index) => { texts[start + index] = code < 0 ? null : block.d[code]; });
      }
    } else {
      for (const value of block) values.push(number(value));
    }
  }
  return values;
}

/** JSON has no NaN and infinities; they travel as text. @param {*} value */
function readNumber(value) {
  return typeof value === "string" ? Number(value) : value;
}

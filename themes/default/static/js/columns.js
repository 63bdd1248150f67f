// Run data: which columns there are, loading the scripts that hold them, decoding.

/** The runs of one folder of data; run numbers go from the oldest to the newest. */
class Source {
  /** @param {string} folder from the site's root @param {{runs: number, columns: Column[]}} manifest */
  constructor(folder, manifest) {
    this.folder = folder;
    this.count = manifest.runs;
    /** @type {Column[]} */
    this.columns = [...manifest.columns];
    this.primary = manifest.primary || "";
    /** Which values of the primary metric are better: "max", "min" or nothing. */
    this.direction = manifest.direction || "";
    /** The params that go with it most, first. @type {string[]} */
    this.telling = manifest.telling || [];
    this.byName = new Map(manifest.columns.map((column) => [column.name, column]));
    for (const column of manifest.columns.filter(({ group }) => group === "metrics")) this.addStatistics(column);
    /** Encoded values, one entry a block, until they are decoded. @type {Map<string, Array>} */
    this.blocks = new Map();
    /** Decoded values. @type {Map<string, Array>} */
    this.values = new Map();
    /** Numbers as they were logged. @type {Map<string, Array>} */
    this.texts = new Map();
  }

  /** What a run's value was logged as: 1.10 and 1.1 are two, though one number. @param {string} name @param {number} run */
  logged(name, run) {
    return this.texts.get(name)?.[run] ?? this.values.get(name)?.[run] ?? null;
  }

  /** Least, greatest and mean value as columns, made of the values that filters ask for. @param {Column} metric */
  addStatistics(metric) {
    const stats = this.byName.get(`stats(${metric.name})`);
    STATISTICS.forEach((statistic, place) => {
      const plain = `${metric.name}.${statistic}`;
      const name = this.byName.has(plain) ? `metrics.\`${metric.label}\`.${statistic}` : plain;
      const of = { metric: metric.name, stats: stats ? stats.name : "", place };
      const column = { ...metric, name, label: `${metric.label}.${statistic}`, group: "statistics", files: [], curves: false, of };
      delete column.min;
      delete column.max;
      this.columns.push(column);
      this.byName.set(name, column);
    });
  }

  bring(block, columns) {
    for (const name of Object.keys(columns)) {
      if (!this.blocks.has(name)) this.blocks.set(name, []);
      this.blocks.get(name)[block] = columns[name];
    }
  }

  /** Load columns. @param {string[]} names @returns {Promise<void>} rejects when a script is missing */
  async load(names) {
    const parts = names.flatMap((name) => {
      const { metric, stats } = this.byName.get(name)?.of || {};
      return metric ? [metric, stats, name] : [name];
    });
    const wanted = [...new Set(parts)].map((name) => this.byName.get(name))
      .filter((column) => column && !this.values.has(column.name));
    const files = new Set(wanted.flatMap((column) => column.files));
    await Promise.all([...files].map((file) => loadScript(`${up}${this.folder}/data/${file}`)));
    for (const column of wanted) this.decode(column);
  }

  /** A statistic of a metric; where the whole report has no curve of it, its one point. */
  statistics({ metric, stats, place }) {
    const lasts = this.values.get(metric) || [], texts = this.values.get(stats) || [];
    return lasts.map((last, run) => (texts[run] ? Number(texts[run].split(" ")[place]) : last));
  }

  /** @param {Column} column */
  decode(column) {
    if (this.values.has(column.name)) return;
    if (column.of) return this.values.set(column.name, this.statistics(column.of));
    const values = [];
    const number = column.kind === "text" ? (value) => value : readNumber;
    const texts = column.kind === "number" && column.group === "params" ? [] : null;
    for (const block of this.blocks.get(column.name) || []) {
      const start = values.length;
      if (block.p) {
        for (let place = 0; place < block.n; place++) values.push(null);
        block.p.forEach((place, index) => {
          values[start + place] = number(block.v[index]);
          if (texts && typeof block.v[index] === "string") texts[start + place] = block.v[index];
        });
      } else if (block.d) {
        const parsed = block.d.map(number);
        for (const code of block.i) values.push(code < 0 ? null : parsed[code]);
        if (texts) block.i.forEach((code, index) => { texts[start + index] = code < 0 ? null : block.d[code]; });
      } else {
        for (const value of block) values.push(number(value));
      }
    }
    this.values.set(column.name, values);
    if (texts && texts.length) this.texts.set(column.name, texts);
    this.blocks.delete(column.name);
  }
}

/** What may follow a metric's key to ask for more than its last value. */
const STATISTICS = ["min", "max", "mean"];

/** The runs that this page is about. @type {Source} */
let source;

/** Folders and manifests that a build makes. */
const FOLDER = /^(?:e\/[a-z0-9-]+|activity)$/;
const MANIFEST = /^columns-[0-9a-f]{12}\.js$/;

/** The data of a folder, by the manifest it has now. @param {string} folder @returns {Promise<Source>} */
async function findSource(folder) {
  // A link may name any folder; a script that somebody logged as a file must not be run.
  if (!FOLDER.test(folder)) throw new Error(`No folder of runs: ${folder}`);
  if (!brought.sources.has(folder)) {
    await loadScript(`${up}${folder}/data/latest.js`);
    const file = brought.latest.get(folder) || "";
    if (!MANIFEST.test(file)) throw new Error(`No manifest: ${file}`);
    await loadScript(`${up}${folder}/data/${file}`);
  }
  return brought.sources.get(folder);
}

/** Runs whose details one script holds. */
const DETAILS_RUNS = 256;

/** Load the script that holds the details of a run without a page. @param {number} run */
async function loadDetails(run) {
  const { folder } = await findSource(valuesOf("_folder")[run] || source.folder);
  const number = valuesOf("_number")[run] ?? run; // its place in the data of its experiment
  await loadScript(`${up}${folder}/data/details-${Math.floor(number / DETAILS_RUNS)}.js`);
}

/** @param {string} name @returns {Column | undefined} */
function columnOf(name) {
  return source.byName.get(name);
}

/** Columns of some groups: properties, metrics, params, tags. @param {...string} groups */
function columnsOf(...groups) {
  return source.columns.filter((column) => groups.includes(column.group));
}

/** A column's values, one a run, null where a run has none. @param {string} name @returns {Array} */
function valuesOf(name) {
  return source.values.get(name) || [];
}

/** A run's value as its column shows it. @param {Column} column @param {number} run */
function textOf(column, run) {
  const text = (source.texts.get(column.name) || [])[run];
  return text === undefined || text === null ? formatValue(column, valuesOf(column.name)[run]) : formatText(text);
}

/** What that text leaves out of the value, for a title. @param {Column} column @param {number} run */
function restOf(column, run) {
  return unsaid(column, valuesOf(column.name)[run] ?? null, source.logged(column.name, run));
}

/** A logged text that would look like none in quotes. @param {string} text */
function quoted(text) {
  return text === MISSING || !text.trim() ? `“${text}”` : text;
}

/** The attributes of a cell. @param {string} kind its class @param {string} title */
function cellOf(kind, title) {
  return { ...(kind && { class: kind }), ...(title && { title }) };
}

/**
 * Texts of some runs' values, by which a chart tells them apart: two values never share one.
 * @param {Column} column
 * @param {number[]} runs
 * @returns {Map<number, string>}
 */
function distinctTexts(column, runs) {
  const logged = new Map();
  for (const run of runs) {
    const text = textOf(column, run);
    if (!logged.has(text)) logged.set(text, new Set());
    logged.get(text).add(source.logged(column.name, run));
  }
  return new Map(runs.map((run) => {
    const text = textOf(column, run);
    const own = logged.get(text).size > 1 ? restOf(column, run) || text : text;
    return [run, source.logged(column.name, run) === null ? own : quoted(own)];
  }));
}

/** Labels for runs; a name that several have gets the start of the run's id, as much of it as no other label has. @param {number[]} runs */
function runLabels(runs) {
  const names = valuesOf("run_name"), ids = valuesOf("run_id");
  const counts = new Map();
  for (const run of runs) counts.set(names[run], (counts.get(names[run]) || 0) + 1);
  const taken = new Set([...counts.keys()].filter((name) => counts.get(name) === 1));
  return runs.map((run) => {
    const name = names[run];
    if (counts.get(name) === 1) return name;
    let label = name;
    for (let length = 6; (label === name || taken.has(label)) && length < ids[run].length + 7; length++) label = `${name} ${ids[run].slice(0, length)}`;
    taken.add(label);
    return label;
  });
}

/** What the address of a run's page needs. */
const ADDRESS = ["run_id", "run_name", "_slug", "_view", "_folder"];

/** Way to a run's page, from the site's root. @param {number} run @param {Source} [data] */
function runPlace(run, data = source) {
  const ownOf = (name) => (data.values.get(name) || [])[run];
  const id = ownOf("run_id");
  const folder = ownOf("_folder") || data.folder;
  if (ownOf("_view")) return `r/view.html#v=1&e=${escapePart(folder.replace(/^e\//, ""))}&id=${escapePart(id)}`;
  const slug = ownOf("_slug") || id;
  return `r/${slug.slice(0, 2)}/${slug}/index.html`;
}

/** A whole number in a text as a bigint, which no size makes the next one; null if it is none. @param {*} text */
function readWhole(text) {
  return typeof text === "string" && /^[+-]?\d+$/.test(text) ? BigInt(text.replace("+", "")) : null;
}

/** JSON has no NaN and infinities; they travel as text. @param {*} value */
function readNumber(value) {
  return typeof value === "string" ? Number(value) : value;
}

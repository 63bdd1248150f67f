// Run data: which columns there are, loading the scripts that hold them, and a run's values in them.

import { decodeColumn } from "./decoding.js";
import { loadScript, siteUrl } from "./loading.js";

/**
 * A column of runs: a property, metric, param or tag, a statistic of a metric, or what a filter looks at.
 * @typedef {{name: string, label: string, group: string, kind: string, distinct: number, varies: boolean,
 *   files: string[], curves?: boolean, min?: number, max?: number, facet?: [string, number][],
 *   ordered?: string[], slots?: [string, number][], better?: "max" | "min",
 *   deltas?: {name: string, base: number},
 *   of?: {metric: string, stats: string, place: number}}} Column
 * @typedef {{runs: number, columns: Column[], primary?: string, direction?: string,
 *   telling?: string[], base?: string}} Manifest
 */

/** What may follow a metric's key to ask for more than its last value. */
export const STATISTICS = ["min", "max", "mean"];

/** What the address of a run's page needs. */
export const ADDRESS = ["run_id", "run_name", "_slug", "_view", "_folder"];

/** The runs of one folder of data; run numbers go from the oldest to the newest. */
export class Source {
  /**
   * @param {string} folder from the site's root
   * @param {Manifest} manifest
   */
  constructor(folder, manifest) {
    this.folder = folder;
    this.count = manifest.runs;
    this.columns = [...manifest.columns];
    this.primary = manifest.primary || "";
    /** Which values of the primary metric are better: "max", "min" or nothing. */
    this.direction = manifest.direction || "";
    /** The params that go with it most, first. */
    this.telling = manifest.telling || [];
    /** The id of the run that the others are compared with; empty where nobody chose one. */
    this.base = manifest.base || "";
    this.byName = new Map(manifest.columns.map((column) => [column.name, column]));
    for (const column of manifest.columns) if (column.group === "metrics") this.addStatistics(column);
    /**
     * Encoded values, one entry a block, until they are decoded.
     * @type {Map<string, any[]>}
     */
    this.blocks = new Map();
    /**
     * Decoded values, one a run, null where a run has none.
     * @type {Map<string, any[]>}
     */
    this.values = new Map();
    /**
     * Numbers as they were logged.
     * @type {Map<string, (string | null)[]>}
     */
    this.texts = new Map();
  }

  /** @param {string} name */
  column(name) {
    return this.byName.get(name);
  }

  /**
   * Columns of some groups: properties, metrics, statistics, params, tags.
   * @param {...string} groups
   */
  columnsOf(...groups) {
    return this.columns.filter((column) => groups.includes(column.group));
  }

  /**
   * A column's values, one a run; none until they are loaded.
   * @param {string} name
   * @returns {any[]}
   */
  valuesOf(name) {
    return this.values.get(name) || [];
  }

  /**
   * What a run's value was logged as: 1.10 and 1.1 are two, though one number.
   * @param {string} name
   * @param {number} run
   */
  logged(name, run) {
    return this.texts.get(name)?.[run] ?? this.values.get(name)?.[run] ?? null;
  }

  /**
   * What has a key of this name: metrics, params, tags.
   * @param {string} key
   */
  ownersOf(key) {
    return ["metrics", "params", "tags"].filter((group) => {
      const column = this.column(`${group}.${key}`);
      return column && column.group !== "statistics";
    });
  }

  /**
   * Least, greatest and mean value as columns, made of the values that filters ask for.
   * @param {Column} metric
   */
  addStatistics(metric) {
    const stats = this.byName.get(`stats(${metric.name})`)?.name || "";
    STATISTICS.forEach((statistic, place) => {
      const plain = `${metric.name}.${statistic}`;
      const name = this.byName.has(plain) ? `metrics.\`${metric.label}\`.${statistic}` : plain;
      const of = { metric: metric.name, stats, place };
      const label = `${metric.label}.${statistic}`;
      const column = { ...metric, name, label, group: "statistics", files: [], curves: false, of };
      delete column.min;
      delete column.max;
      this.columns.push(column);
      this.byName.set(name, column);
    });
  }

  /**
   * Take the encoded columns of a block of runs.
   * @param {number} block
   * @param {Object<string, any>} columns
   */
  bring(block, columns) {
    for (const [name, values] of Object.entries(columns)) {
      const blocks = this.blocks.get(name) || [];
      blocks[block] = values;
      this.blocks.set(name, blocks);
    }
  }

  /**
   * Load columns.
   * @param {string[]} names
   * @returns {Promise<void>} rejects when a script is missing
   */
  async load(names) {
    const parts = names.flatMap((name) => {
      const of = this.byName.get(name)?.of;
      return of ? [of.metric, of.stats, name] : [name];
    });
    const wanted = [...new Set(parts)].flatMap((name) => {
      const column = this.byName.get(name);
      return column && !this.values.has(name) ? [column] : [];
    });
    const files = new Set(wanted.flatMap((column) => column.files));
    await Promise.all([...files].map((file) => loadScript(siteUrl(`${this.folder}/data/${file}`))));
    for (const column of wanted) this.decode(column);
  }

  /** @param {Column} column */
  decode({ name, of, kind, group }) {
    if (this.values.has(name)) return;
    if (of) {
      this.values.set(name, this.statistics(of));
      return;
    }
    const { values, texts } = decodeColumn(this.blocks.get(name) || [], kind, group);
    this.values.set(name, values);
    if (texts.length) this.texts.set(name, texts);
    this.blocks.delete(name);
  }

  /**
   * A statistic of a metric; where the whole report has no curve of it, its one point.
   * @param {{metric: string, stats: string, place: number}} of
   */
  statistics({ metric, stats, place }) {
    const texts = this.valuesOf(stats);
    return this.valuesOf(metric).map((last, run) =>
      texts[run] ? Number(texts[run].split(" ")[place]) : last,
    );
  }
}

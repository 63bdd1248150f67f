// What the page of a table shows: its runs, the view of them, and those who follow it.

import { readHash, writeHash } from "../core/hash.js";

/** @import { View } from "../core/hash.js" */
/** @import { Source } from "../core/source.js" */
/** @import { Member } from "./families.js" */
/** @import { Tree } from "./grammar.js" */
/** @import { FilterError } from "./tokens.js" */

/**
 * What the filter box asks for: words, or a query.
 * @typedef {{text: string, words: string[], tree: Tree | null, error: FilterError | null}} Box
 */

/**
 * A box that nothing stands in.
 * @type {Box}
 */
export const EMPTY_BOX = { text: "", words: [], tree: null, error: null };

/** The column that names the run that started a run. */
export const PARENT = "tags.mlflow.parentRunId";
/** What a link says of a reader who wants no baseline, though the report was built with one. */
export const NO_BASELINE = "-";

/** @param {View} view */
const identity = (view) => view;

/** What a page shows of the runs it is about. */
export class Shown {
  /**
   * @param {Source} source
   * @param {View} view
   */
  constructor(source, view) {
    this.source = source;
    this.view = view;
    /**
     * Numbers of the runs that match, in order; the newest first until somebody sorts.
     * @type {number[]}
     */
    this.runs = Array.from({ length: source.count }, (_, place) => source.count - 1 - place);
    /**
     * Those that are rows: all that match, without those that are folded into their parents.
     * @type {number[]}
     */
    this.rows = this.runs;
    /**
     * The families of the rows, by run; null where each run stands by itself.
     * @type {{list: Member[], by: Map<number, Member>} | null}
     */
    this.members = null;
    /**
     * The last filter that could be read; the rows show it until the next one can. Before the first is read
     * it has the text of the link.
     */
    this.box = { ...EMPTY_BOX, text: view.q };
    /** The last one that was no beginning of another: words that are typed may become a filter. */
    this.meant = EMPTY_BOX;
    /** Whether the filter is being typed, so that it may well be unfinished. */
    this.isTyping = false;
    /**
     * Ids that the link selects and no run has.
     * @type {string[]}
     */
    this.missed = [];
    /**
     * Called after each update.
     * @type {(() => void)[]}
     */
    this.listeners = [];
    /** What a page makes of a view that was just read. */
    this.applied = () => {};
    /** How the hash is written where a page adds to it. */
    this.written = identity;
    /** Show the present view; what draws it takes its place. */
    this.update = async () => {};
    /** Show the view that the page comes with; likewise. */
    this.reset = () => {};
    /** Whether the page has a table that the view limits. */
    this.canFilter = false;
    /** Counts the updates; one that is overtaken while its columns load is dropped. */
    this.turns = 0;
  }

  /** Whether anything but order and columns was chosen. */
  get isNarrow() {
    const { q, facets, ranges, w } = this.view;
    return Boolean(q || facets.size || ranges.size || w);
  }

  /** Whether runs are folded into the runs that started them. */
  get isFolded() {
    const { view, source, isNarrow } = this;
    return !view.flat && !view.group && !isNarrow && Boolean(source.column(PARENT));
  }

  /** What names the run that the others are compared with; empty where nothing does. */
  get baseline() {
    const wanted = this.view.base || this.source.base;
    return wanted === NO_BASELINE ? "" : wanted;
  }

  /** The hash of the present view: a link shows what its sender sees. */
  get hash() {
    return writeHash(this.written({ ...this.view, q: this.box.text }));
  }

  /** The columns of the table: those chosen, pinned ones first. */
  get chosenColumns() {
    const { cols, pin } = this.view;
    const names = cols || defaultColumns();
    const isPinned = (/** @type {string} */ name) => pin.includes(name) || name === "run_name";
    const ordered = [...names.filter(isPinned), ...names.filter((name) => !isPinned(name))];
    return ordered.flatMap((name) => this.source.column(name) || []);
  }

  /** Take over the view of the page's link. */
  readLink() {
    this.view = readHash(location.hash);
    this.box = { ...EMPTY_BOX, text: this.view.q };
    this.applied();
  }

  /** Tell those who follow that the page shows something else. */
  tell() {
    for (const listener of this.listeners) listener();
  }
}

/** The columns that the page was built with. */
export function defaultColumns() {
  const names = (document.body.dataset.columns || "").trim().split(" ");
  return names.filter(Boolean).map(decodeURIComponent);
}

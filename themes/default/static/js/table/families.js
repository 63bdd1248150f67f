// Runs that started other runs: each row below its parent's, folded until a reader opens it.

import { make, makeButton } from "../core/dom.js";
import { ROUGH, formatNumber, plural } from "../core/format.js";
import { findIds, shortIds } from "../core/selection.js";
import { PARENT } from "./shown.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * A run in its family: how deep, and the runs below it.
 * @typedef {{run: number, depth: number, below: number[]}} Member
 */

const DEEPEST = 3;

/**
 * Runs in the order of a table: a family where its first member stands, parents before their children; as
 * report/tables/families.py has it.
 * @param {number[]} runs
 * @param {(run: number) => number | undefined} parentOf one of the runs
 * @returns {Member[]}
 */
export function familyOrder(runs, parentOf) {
  const roots = rootsOf(runs, parentOf);
  /** @type {Map<number, number[]>} */
  const below = new Map();
  for (const run of runs) {
    const parent = parentOf(run);
    if (parent === undefined || roots.get(run) === run) continue;
    below.set(parent, [...(below.get(parent) || []), run]);
  }
  return [...new Set(roots.values())].flatMap((root) => membersOf(root, below));
}

/**
 * The first of each run's line of parents; the run itself where that leads in a circle.
 * @param {number[]} runs
 * @param {(run: number) => number | undefined} parentOf
 */
function rootsOf(runs, parentOf) {
  /** @type {Map<number, number | null>} */
  const roots = new Map(); // null: in a circle, or led into one
  for (const run of runs) {
    /** @type {Set<number>} */
    const line = new Set();
    /** @type {number | undefined} */
    let at = run,
      last = run;
    while (at !== undefined && !roots.has(at) && !line.has(at)) {
      line.add(at);
      last = at;
      at = parentOf(at);
    }
    const root = at === undefined ? last : (roots.get(at) ?? null);
    for (const one of line) roots.set(one, root);
  }
  return new Map(runs.map((run) => [run, roots.get(run) ?? run]));
}

/**
 * A run and those below it; without recursion, since a line may be long.
 * @param {number} root
 * @param {Map<number, number[]>} below
 */
function membersOf(root, below) {
  /** @type {Member[]} */
  const found = [];
  /** @type {[run: number, depth: number][]} */
  const waiting = [[root, 0]];
  /** @type {Member[]} */
  const line = [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [run, depth] = next;
    line.length = Math.min(depth, line.length);
    for (const parent of line) parent.below.push(run);
    const member = { run, depth: Math.min(depth, DEEPEST), below: [] };
    line.push(member);
    found.push(member);
    for (const child of [...(below.get(run) || [])].reverse()) waiting.push([child, depth + 1]);
  }
  return found;
}

/**
 * The families of the present view and its rows: those of folded parents are left out.
 * @param {Shown} shown
 * @returns {{members: Map<number, Member>, rows: number[]}}
 */
export function foldedRows({ source, view, runs }) {
  const ids = source.valuesOf("run_id");
  const parents = source.valuesOf(PARENT);
  const places = new Map(runs.map((run) => [ids[run], run]));
  const members = familyOrder(runs, (run) => places.get(parents[run]));
  const open = new Set(findIds(view.open, ids).found);
  const hidden = new Set();
  for (const { run, below } of members) {
    if (below.length && (hidden.has(run) || !open.has(run))) for (const one of below) hidden.add(one);
  }
  return {
    members: new Map(members.map((member) => [member.run, member])),
    rows: members.flatMap(({ run }) => (hidden.has(run) ? [] : [run])),
  };
}

/**
 * The button that opens and folds a family.
 * @param {Shown} shown
 * @param {Member} member
 * @param {string} name
 */
export function familyButton(shown, { run, below }, name) {
  const { source, view } = shown;
  const ids = source.valuesOf("run_id");
  const open = findIds(view.open, ids).found;
  const isOpen = open.includes(run);
  const toggle = () => {
    const now = isOpen ? open.filter((one) => one !== run) : [...open, run];
    const short = shortIds(ids);
    view.open = now.map((one) => short[one]);
    shown.update();
  };
  const labels = {
    "aria-expanded": String(isOpen),
    "aria-label": `${plural(below.length, "run")} below ${name}`,
  };
  const button = makeButton(`${isOpen ? "▾" : "▸"} ${below.length}`, toggle, { class: "family", ...labels });
  button.dataset.family = ids[run];
  return button;
}

/**
 * What the runs below a parent reached in a metric that it has not itself: the best, or the mean where nobody
 * knows which values are better, and how far they scatter (standard deviation of a sample); null where they
 * have no number.
 * @param {Source} source
 * @param {Column} column
 * @param {Member} member
 */
export function reachedBelow(source, { name, group, better }, { below }) {
  if (group !== "metrics") return null;
  const values = source.valuesOf(name);
  const numbers = below.map((run) => values[run]).filter(Number.isFinite);
  if (!numbers.length) return null;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const best = better ? Math[better](...numbers) : mean;
  const deviation = formatNumber(Math.sqrt(squares / (numbers.length - 1)), ROUGH);
  const spread = numbers.length > 1 ? ` ± ${deviation}` : "";
  const word = better ? "best" : "mean";
  const scatter = spread && ", and their standard deviation";
  const title = `${word} of ${plural(numbers.length, "run")} below${scatter}`;
  return make("span", { class: "below", title }, `${word} `, make("span", {}, formatNumber(best)), spread);
}

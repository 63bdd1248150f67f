// Runs that started other runs: each row below its parent's, folded until a reader opens it.

import { make, makeButton } from "../core/dom.js";
import { ROUGH, formatNumber, plural } from "../core/format.js";
import { findIds, shortId } from "../core/selection.js";
import { PARENT } from "./shown.js";

/** @import { Column } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */

/**
 * A run in its family: how deep, how many runs are below it, and whether these are rows, too.
 * @typedef {{run: number, depth: number, children: number, isOpen: boolean}} Member
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
    const own = below.get(parent);
    if (own) own.push(run);
    else below.set(parent, [run]);
  }
  /** @type {Member[]} */
  const members = [];
  for (const root of new Set(roots.values())) addFamily(members, root, below);
  return members;
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
 * Add a run and those below it; without recursion, since a line may be long.
 * @param {Member[]} members
 * @param {number} root
 * @param {Map<number, number[]>} below
 */
function addFamily(members, root, below) {
  /** @type {[run: number, depth: number][]} */
  const waiting = [[root, 0]];
  /** @type {number[]} */
  const line = []; // the places of the parents of the run at hand
  const closeTo = (/** @type {number} */ depth) => {
    for (const place of line.splice(depth)) members[place].children = members.length - place - 1;
  };
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [run, depth] = next;
    closeTo(depth);
    line.push(members.length);
    members.push({ run, depth: Math.min(depth, DEEPEST), children: 0, isOpen: false });
    const own = below.get(run) || [];
    for (let at = own.length - 1; at >= 0; at--) waiting.push([own[at], depth + 1]);
  }
  closeTo(0);
}

/**
 * The families of the present view, and its rows: those of folded parents are left out.
 * @param {Shown} shown
 * @returns {{members: Member[], rows: number[]}}
 */
export function foldedRows({ source, view, runs }) {
  const ids = source.valuesOf("run_id");
  const parents = source.valuesOf(PARENT);
  const places = new Map(runs.map((run) => [ids[run], run]));
  const members = familyOrder(runs, (run) => places.get(parents[run]));
  const open = new Set(findIds(view.open, ids).found);
  const rows = [];
  for (let at = 0; at < members.length; at++) {
    const member = members[at];
    member.isOpen = open.has(member.run);
    rows.push(member.run);
    if (!member.isOpen) at += member.children;
  }
  return { members, rows };
}

/**
 * The button that opens and folds a family.
 * @param {Shown} shown
 * @param {Member} member
 * @param {string} name
 */
export function familyButton(shown, { run, children, isOpen }, name) {
  const { source, view } = shown;
  const ids = source.valuesOf("run_id");
  const toggle = () => {
    const own = shortId(ids[run], ids);
    const others = view.open.filter((short) => !ids[run].startsWith(short));
    view.open = isOpen ? others : [...others, own];
    shown.update();
  };
  const label = `${plural(children, "run")} below ${name}`;
  const labels = { "aria-expanded": String(isOpen), "aria-label": label, "data-family": ids[run] };
  return makeButton(`${isOpen ? "▾" : "▸"} ${children}`, toggle, { class: "family", ...labels });
}

/**
 * What the runs below a parent reached in a metric that it has not itself: the best, or the mean where nobody
 * knows which values are better, and how far they scatter (standard deviation of a sample); null where they
 * have no number.
 * @param {Shown} shown
 * @param {Column} column
 * @param {Member} member
 */
export function reachedBelow({ source, members }, { name, group, better }, member) {
  if (group !== "metrics" || !members) return null;
  const values = source.valuesOf(name);
  const place = members.list.indexOf(member);
  const below = members.list.slice(place + 1, place + 1 + member.children);
  const numbers = below.map(({ run }) => values[run]).filter(Number.isFinite);
  if (!numbers.length) return null;
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const best = better ? numbers.reduce((a, b) => Math[better](a, b)) : mean;
  const deviation = formatNumber(Math.sqrt(squares / (numbers.length - 1)), ROUGH);
  const spread = numbers.length > 1 ? ` ± ${deviation}` : "";
  const word = better ? "best" : "mean";
  const scatter = spread && ", and their standard deviation";
  const title = `${word} of ${plural(numbers.length, "run")} below${scatter}`;
  return make("span", { class: "below", title }, `${word} `, make("span", {}, formatNumber(best)), spread);
}

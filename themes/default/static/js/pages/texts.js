// Texts that two of the chosen runs or more have under one path, line by line.

import { make, makeChoice } from "../core/dom.js";
import { diffLines } from "./diff.js";

/** @import { Detailed } from "./differences.js" */

/** @typedef {{name: string, text: string, digest: string}} OwnText */

const MOST_LINES_COMPARED = 3000;
/** Lines around a difference that are shown with it. */
const AROUND = 3;

/**
 * The section of texts; null where no two runs have one of the same path.
 * @param {Detailed[]} runs
 */
export function textsPart(runs) {
  /** @type {Map<string, OwnText[]>} */
  const paths = new Map();
  for (const { name, details } of runs) {
    for (const [path, , kind, text, , digest] of details.files || []) {
      if (!["text", "json"].includes(kind)) continue;
      paths.set(path, [...(paths.get(path) || []), { name, text, digest }]);
    }
  }
  const several = [...paths].filter(([, texts]) => texts.length > 1);
  if (!several.length) return null;
  const differ = (/** @type {OwnText[]} */ texts) => new Set(texts.map(({ digest }) => digest)).size > 1;
  const [first] = several.find(([, texts]) => differ(texts)) || several[0];
  const state = { path: first, left: 0, right: 1 };
  const tools = make("div", { class: "toolbar" }),
    place = make("div");
  const change = (/** @type {Partial<typeof state>} */ changes) => {
    Object.assign(state, changes);
    draw();
  };
  const draw = () => {
    const texts = paths.get(state.path) || [];
    const files = several.map(([path]) => [path, path]);
    const choices = texts.map(({ name }, index) => [String(index), name]);
    tools.replaceChildren(
      makeChoice("File", files, state.path, (path) => change({ path, left: 0, right: 1 })).label,
      makeChoice("From", choices, String(state.left), (left) => change({ left: Number(left) })).label,
      makeChoice("To", choices, String(state.right), (right) => change({ right: Number(right) })).label,
    );
    place.replaceChildren(diffView(texts[state.left], texts[state.right]));
  };
  draw();
  const title = make("h2", { id: "texts" }, "Texts");
  return make("section", { "aria-labelledby": "texts" }, title, tools, place);
}

/**
 * Lines of two texts; those that both have are folded away beyond a few. They are the same if their
 * files are: a page has only the beginning of a long one, and JSON as it is laid out here.
 * @param {OwnText} from
 * @param {OwnText} to
 */
function diffView(from, to) {
  if (from.digest === to.digest) return make("p", { class: "muted" }, "The texts are the same.");
  if (from.text === to.text) {
    return make(
      "p",
      { class: "note" },
      "The files differ, but not in what is shown of them: " +
        "further down, in spaces, or in what was redacted.",
    );
  }
  const [left, right] = [from, to].map(({ text }) => text.split("\n").slice(0, MOST_LINES_COMPARED));
  const lines = diffLines(left, right);
  const near = lines.map(
    ([kind], place) =>
      kind || lines.slice(Math.max(0, place - AROUND), place + AROUND + 1).some(([other]) => other),
  );
  /** @type {HTMLElement[]} */
  const shown = [];
  lines.forEach(([kind, text], place) => {
    const sign = { add: "+", del: "-", "": " " }[kind];
    if (near[place]) shown.push(make("span", kind ? { class: kind } : {}, `${sign} ${text}`));
    else if (place === 0 || near[place - 1]) shown.push(make("span", { class: "head" }, "…"));
  });
  return make("pre", { class: "diff", role: "region", tabindex: "0", "aria-label": "Differences" }, ...shown);
}

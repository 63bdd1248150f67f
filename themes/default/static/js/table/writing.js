// A table of texts as CSV, Markdown and LaTeX.

/** @typedef {{heads: string[], numeric: boolean[], rows: string[][]}} Exported */

/**
 * CSV; a text that a spreadsheet would take for a formula gets an apostrophe.
 * @param {Exported} table
 */
export function asCsv({ heads, numeric, rows }) {
  const cell = (/** @type {string} */ text, /** @type {boolean} */ isNumber) => {
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (/** @type {string[]} */ cells, /** @type {boolean} */ isHead) =>
    cells.map((text, place) => cell(text, numeric[place] && !isHead)).join(",");
  return [line(heads, true), ...rows.map((row) => line(row, false)), ""].join("\r\n");
}

/**
 * A Markdown table.
 * @param {Exported} table
 */
export function asMarkdown({ heads, numeric, rows }) {
  const plain = (/** @type {string} */ text) =>
    text.replace(/[\\`*_{}[\]<>|#&~$]/g, "\\$&").replace(/\s+/g, " ");
  const line = (/** @type {string[]} */ cells) => `| ${cells.map(plain).join(" | ")} |`;
  const rule = `| ${numeric.map((is) => (is ? "---:" : "---")).join(" | ")} |`;
  return [line(heads), rule, ...rows.map(line), ""].join("\n");
}

/** @type {Object<string, string>} */
const LATEX = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "–": "--",
  "∞": "$\\infty$",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "`": "\\textasciigrave{}",
};

/** Numbers that text mode would set wrongly: with a minus, or with an exponent. */
const POWER = /(?<![\w.])(-?)([0-9][0-9,.]*)(?:e(-?[0-9]+))?(?!\w)/g;

/**
 * @param {string} whole
 * @param {string} sign
 * @param {string} digits
 * @param {string | undefined} power
 */
function asPower(whole, sign, digits, power) {
  if (!sign && power === undefined) return whole;
  return `$${sign}${digits.replaceAll(",", "{,}")}${power === undefined ? "" : ` \\times 10^{${power}}`}$`;
}

/**
 * A LaTeX table, with booktabs.
 * @param {Exported} table
 */
export function asLatex({ heads, numeric, rows }) {
  const set = (/** @type {string} */ text) =>
    text.replace(/[\\{}$&#_%~^±–∞<>|`]/g, (sign) => LATEX[sign]).replace(/\s+/g, " ");
  const cell = (/** @type {string} */ text, /** @type {number} */ place) =>
    numeric[place] ? set(text).replace(POWER, asPower) : set(text);
  // The end of a row would take a bracket or star after it for its own.
  const line = (/** @type {string[]} */ cells) =>
    `${cells.map(cell).join(" & ")} \\\\`.replace(/^(?=[[*])/, "{}");
  const form = numeric.map((is) => (is ? "r" : "l")).join("");
  const lines = [
    "% \\usepackage{booktabs}",
    `\\begin{tabular}{${form}}`,
    "\\toprule",
    line(heads),
    "\\midrule",
    ...rows.map(line),
  ];
  return [...lines, "\\bottomrule", "\\end{tabular}", ""].join("\n");
}

// The table as it is shown, all its pages, for other programs: CSV, Markdown, LaTeX.

const FORMS = {
  csv: { title: "CSV", type: "text/csv", write: asCsv },
  md: { title: "Markdown", type: "text/markdown", write: asMarkdown },
  tex: { title: "LaTeX", type: "application/x-tex", write: asLatex },
};

function openExport(menu) {
  if (menu.querySelector(".pane")) return;
  const said = make("p", { class: "muted", role: "status" });
  const rows = Object.entries(FORMS).map(([ending, form]) => make("div", { class: "row" },
    make("span", {}, form.title),
    makeButton("Copy", async () => {
      const text = form.write(exportedTable(ending === "csv"));
      said.textContent = await copyText(text) ? `Copied ${form.title}.` : "The browser refused to copy; download it instead.";
    }, { "aria-label": `Copy ${form.title}` }),
    makeButton("Download", () => download(`${document.title.split(" – ")[0]}.${ending}`, form.type, form.write(exportedTable(ending === "csv"))),
      { "aria-label": `Download ${form.title}` })));
  menu.append(make("div", { class: "pane export" }, make("h3", {}, "This view, all rows"), ...rows, said));
}

/**
 * The rows of the view as texts; numbers are shortened for reading where that tells them apart, in
 * full for programs.
 * @param {boolean} isFull
 * @returns {{heads: string[], numeric: boolean[], rows: string[][]}}
 */
function exportedTable(isFull) {
  if (shown.view.group) {
    const { own, columns, rows } = groupTable();
    return {
      heads: [own.label, "n", ...columns.map((column) => column.label)],
      numeric: [false, true, ...columns.map((column) => column.kind !== "text")],
      rows: rows.map(({ group, cells }) => [group.rest || group.text, String(group.runs.length),
        ...cells.map(({ text, rest }) => (isFull && rest) || text)]),
    };
  }
  const columns = isFull ? [...shownColumns().filter((c) => c.name !== "run_id"), columnOf("run_id")].filter(Boolean) : shownColumns();
  const texts = new Map(columns.map((column) => [column, isFull ? null : distinctTexts(column, shown.runs)]));
  return {
    heads: columns.map((column) => (isFull ? column.name : column.label)),
    numeric: columns.map((column) => column.kind !== "text"),
    rows: shown.runs.map((run) => columns.map((column) => (isFull ? fullText(column, run) : texts.get(column).get(run)))),
  };
}

/** A value for a program: numbers with all digits, times as ISO 8601, nothing where there is none. */
function fullText(column, run) {
  const value = valuesOf(column.name)[run];
  if (value === null || value === undefined) return "";
  if (column.kind === "time") return new Date(value).toISOString();
  if (column.kind === "duration") return String(value / 1000);
  return String(shared.source.logged(column.name, run));
}

/** A text that a spreadsheet would take for a formula gets an apostrophe. */
function asCsv({ heads, numeric, rows }) {
  const cell = (text, isNumber) => {
    const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const line = (cells, isHead) => cells.map((text, place) => cell(text, numeric[place] && !isHead)).join(",");
  return [line(heads, true), ...rows.map((row) => line(row))].join("\r\n") + "\r\n";
}

function asMarkdown({ heads, numeric, rows }) {
  const line = (cells) => `| ${cells.map((text) => text.replace(/[\\`*_{}[\]<>|#]/g, "\\$&").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(heads), `| ${numeric.map((is) => (is ? "--:" : "---")).join(" | ")} |`, ...rows.map(line)].join("\n") + "\n";
}

const LATEX = {
  "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", $: "\\$", "&": "\\&", "#": "\\#", _: "\\_", "%": "\\%",
  "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "±": "$\\pm$", "–": "--", "∞": "$\\infty$",
};

/** Numbers that text mode would set wrongly: with a minus, or with an exponent. */
const POWER = /(?<![\w.])(-?)([0-9][0-9,.]*)(?:e(-?[0-9]+))?(?!\w)/g;

function asPower(whole, sign, digits, power) {
  if (!sign && power === undefined) return whole;
  return `$${sign}${digits.replaceAll(",", "{,}")}${power === undefined ? "" : ` \\times 10^{${power}}`}$`;
}

function asLatex({ heads, numeric, rows }) {
  const set = (text) => text.replace(/[\\{}$&#_%~^±–∞]/g, (sign) => LATEX[sign]).replace(/\s+/g, " ");
  const line = (cells) => `${cells.map((text, place) => (numeric[place] ? set(text).replace(POWER, asPower) : set(text))).join(" & ")} \\\\`;
  const form = numeric.map((is) => (is ? "r" : "l")).join("");
  return [`\\begin{tabular}{${form}}`, "\\toprule", line(heads), "\\midrule", ...rows.map(line), "\\bottomrule", "\\end{tabular}"].join("\n") + "\n";
}

/** @param {string} name @param {string} type @param {string | Blob} content */
function download(name, type, content) {
  const blob = content instanceof Blob ? content : new Blob([content], { type: `${type};charset=utf-8` });
  const link = make("a", { href: URL.createObjectURL(blob), download: name.replace(/[\\/:*?"<>|]/g, "-") });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** @param {string} text @returns {Promise<boolean>} */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch { // from disk, or without permission
    const field = make("textarea", { class: "hidden", "aria-hidden": "true" });
    field.value = text;
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    return isDone;
  }
}

Object.assign(shared, { asCsv, asMarkdown, asLatex, download, copyText });

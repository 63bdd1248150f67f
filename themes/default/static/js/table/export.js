// The table as it is shown, all its pages, for other programs.

import { make, makeButton } from "../core/dom.js";
import { distinctTexts } from "../core/words.js";
import { copyText, download } from "./clipboard.js";
import { groupTable } from "./grouping.js";
import { shownColumns } from "./rows.js";
import { asCsv, asLatex, asMarkdown } from "./writing.js";

/** @import { Column, Source } from "../core/source.js" */
/** @import { Shown } from "./shown.js" */
/** @import { Exported } from "./writing.js" */

const FORMS = [
  { ending: "csv", title: "CSV", type: "text/csv", write: asCsv },
  { ending: "md", title: "Markdown", type: "text/markdown", write: asMarkdown },
  { ending: "tex", title: "LaTeX", type: "application/x-tex", write: asLatex },
];

/**
 * Fill the menu of exports.
 * @param {Shown} shown
 * @param {HTMLElement} menu
 */
export function openExport(shown, menu) {
  const said = make("p", { class: "muted", role: "status" });
  const rows = FORMS.map(({ ending, title, type, write }) => {
    const text = () => write(exportedTable(shown, ending === "csv"));
    const copy = async () => {
      const isDone = await copyText(text());
      said.textContent = isDone ? `Copied ${title}.` : "The browser refused to copy; download it instead.";
    };
    const save = () => download(`${document.title.split(" – ")[0]}.${ending}`, type, text());
    return make(
      "div",
      { class: "row" },
      make("span", {}, title),
      makeButton("Copy", copy, { "aria-label": `Copy ${title}` }),
      makeButton("Download", save, { "aria-label": `Download ${title}` }),
    );
  });
  menu.append(make("div", { class: "pane export" }, make("h3", {}, "This view, all rows"), ...rows, said));
}

/**
 * The rows of the view as texts; numbers are shortened for reading where that tells them apart, in
 * full for programs.
 * @param {Shown} shown
 * @param {boolean} isFull
 * @returns {Exported}
 */
function exportedTable(shown, isFull) {
  const { source, view, runs } = shown;
  const by = source.column(view.group);
  if (by) return exportedGroups(shown, by, isFull);
  const own = shownColumns(shown);
  const id = isFull && source.column("run_id");
  const columns = id ? [...own.filter((column) => column !== id), id] : own;
  const texts = columns.map((column) => (isFull ? null : distinctTexts(source, column, runs)));
  return {
    heads: columns.map((column) => (isFull ? column.name : column.label)),
    numeric: columns.map((column) => column.kind !== "text"),
    rows: runs.map((run) =>
      columns.map((column, place) => texts[place]?.get(run) ?? fullText(source, column, run)),
    ),
  };
}

/**
 * @param {Shown} shown
 * @param {Column} by
 * @param {boolean} isFull
 * @returns {Exported}
 */
function exportedGroups(shown, by, isFull) {
  const { columns, rows } = groupTable(shown, by);
  return {
    heads: [by.label, "n", ...columns.map((column) => column.label)],
    numeric: [false, true, ...columns.map((column) => column.kind !== "text")],
    rows: rows.map(({ group, cells }) => [
      group.rest || group.text,
      String(group.runs.length),
      ...cells.map(({ text, rest }) => (isFull && rest) || text),
    ]),
  };
}

/**
 * A value for a program: numbers with all digits, times as ISO 8601, nothing where there is none.
 * @param {Source} source
 * @param {Column} column
 * @param {number} run
 */
function fullText(source, column, run) {
  const value = source.valuesOf(column.name)[run];
  if (value === null || value === undefined) return "";
  if (column.kind === "time") return new Date(value).toISOString();
  if (column.kind === "duration") return String(value / 1000);
  return String(source.logged(column.name, run));
}

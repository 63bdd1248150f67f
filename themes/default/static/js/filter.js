// The filter box: words that must all occur somewhere in a run's name, params or tags, and
// name=value for one column. Quotes hold a phrase together.

/**
 * @param {string} text
 * @returns {{word: string, column: string | null}[]}
 */
function parseFilter(text) {
  const parts = text.match(/(?:[^\s"]|"[^"]*"?)+/g) || [];
  return parts.map((part) => {
    const plain = part.replace(/"/g, "");
    const cut = plain.indexOf("=");
    const column = cut > 0 ? findColumn(plain.slice(0, cut)) : null;
    return column
      ? { word: plain.slice(cut + 1).toLowerCase(), column }
      : { word: plain.toLowerCase(), column: null };
  }).filter((part) => part.word !== "" || part.column);
}

/** A column by its full name, or by its label where only one has it. */
function findColumn(name) {
  if (columnOf(name)) return name;
  const labelled = brought.manifest.columns.filter(
    (column) => column.label.toLowerCase() === name.toLowerCase());
  return labelled.length ? labelled[0].name : null;
}

/** Columns whose text the words are searched in. */
function searchedColumns() {
  return brought.manifest.columns
    .filter((column) => ["params", "tags"].includes(column.group) || column.name === "run_name")
    .map((column) => column.name);
}

/** @type {string[] | null} */
let haystack = null;

/**
 * Which runs match, as a function of their number. Columns must be loaded.
 * @param {{word: string, column: string | null}[]} parts
 */
function matcher(parts) {
  const words = parts.filter((part) => !part.column).map((part) => part.word);
  const exact = parts.filter((part) => part.column).map((part) => {
    const column = columnOf(part.column);
    const values = valuesOf(part.column);
    return (run) => {
      const value = values[run];
      if (value === null || value === undefined) return false;
      return String(value).toLowerCase() === part.word
        || textOf(column, run).toLowerCase() === part.word;
    };
  });
  if (words.length && haystack === null) {
    const columns = searchedColumns().map(valuesOf);
    haystack = [];
    for (let run = 0; run < brought.manifest.runs; run++) {
      haystack.push(columns.map((values) => values[run] ?? "").join("\n").toLowerCase());
    }
  }
  return (run) => words.every((word) => haystack[run].includes(word))
    && exact.every((holds) => holds(run));
}

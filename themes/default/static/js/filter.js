// The filter box: the query language, or plain words that must all occur somewhere in a run's
// name, params or tags. Text with an operator in it is a query.

/**
 * What the box asks for.
 * @typedef {{words: string[], tree: Tree | null, error: FilterError | null}} Box
 */

/** @param {string} text @returns {Box} */
function readBox(text) {
  if (!isQuery(text)) return { words: wordsOf(text), tree: null, error: null };
  try {
    return { words: [], tree: parseTree(text), error: null };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { words: [], tree: null, error };
  }
}

/** Whether some token is an operator; what cannot be read as tokens is one if it looks like it. */
function isQuery(text) {
  try {
    return tokenize(text).some((token) =>
      token.kind === "operator" || isWord(token, "LIKE", "ILIKE", "IN", "IS", "BETWEEN"));
  } catch {
    return /[=<>]/.test(text);
  }
}

function wordsOf(text) {
  const parts = text.match(/(?:[^\s"]|"[^"]*"?)+/g) || [];
  return parts.map((part) => part.replace(/"/g, "").toLowerCase()).filter(Boolean);
}

/** Columns whose text the words are searched in. */
function searchedColumns() {
  return brought.manifest.columns
    .filter((column) => ["params", "tags"].includes(column.group) || column.name === "run_name")
    .map((column) => column.name);
}

/** The columns that a box needs. @param {Box} box @returns {string[]} */
function columnsOfBox(box) {
  if (box.tree) return comparisonsOf(box.tree).flatMap(({ field }) => columnsOfField(field));
  return box.words.length ? searchedColumns() : [];
}

/** @type {string[] | null} */
let haystack = null;

/**
 * The runs that a box keeps, as 1 and 0; null keeps all. Columns must be loaded.
 * @param {Box} box
 * @returns {Uint8Array | null}
 */
function runsOfBox(box) {
  if (box.tree) return evaluate(box.tree, Date.now());
  if (!box.words.length) return null;
  if (haystack === null) {
    const columns = searchedColumns().map((name) => logged.get(name) || valuesOf(name));
    haystack = [];
    for (let run = 0; run < brought.manifest.runs; run++) {
      haystack.push(columns.map((values) => values[run] ?? "").join("\n").toLowerCase());
    }
  }
  return Uint8Array.from(haystack, (text) => (box.words.every((word) => text.includes(word)) ? 1 : 0));
}

/** What to say of a box below it; empty when all is well. @param {Box} box */
function adviceOf(box) {
  if (box.error) {
    const meant = box.error.suggestion ? ` Did you mean ${box.error.suggestion}?` : "";
    return `Column ${box.error.column}: ${box.error.message}.${meant}`;
  }
  return box.tree ? unknownNames(box.tree).join(" ") : "";
}

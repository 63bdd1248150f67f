// The filter box: the query language, or plain words that must all occur somewhere in a run's
// name, params or tags. Text with an operator in it is a query.

/**
 * What the box asks for.
 * @typedef {{text: string, words: string[], tree: Tree | null, error: FilterError | null}} Box
 */

const EMPTY_BOX = { text: "", words: [], tree: null, error: null };
/** A name with what it belongs to; "run." may well begin a word such as run.py. */
const KEYED = new RegExp(
  `^(?:${Object.keys(ENTITIES).filter((name) => name !== "run").join("|")})\\.`);

/** @param {string} text @returns {Box} */
function readBox(text) {
  let tokens = null;
  try {
    tokens = tokenize(text);
    if (!isQuery(tokens)) return { ...EMPTY_BOX, text, words: wordsOf(text) };
    const tree = parseTree(text, tokens);
    return { ...EMPTY_BOX, text, tree, error: leftOut(tree, text) || null };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const isMeant = /[=<>]/.test(text) || KEYED.test(text.trim()) || asksField(tokens || tokensBefore(text, error));
    if (!isMeant) return { ...EMPTY_BOX, text, words: wordsOf(text) };
    return { ...EMPTY_BOX, text, error };
  }
}

/**
 * Whether text is a query rather than words: a comparison stands in it, a parenthesis, a key with
 * what it belongs to (params.lr), or the name of a field before an operator. Words may well be "in"
 * or "like".
 * @param {Token[]} tokens
 */
function isQuery(tokens) {
  return asksField(tokens) || tokens.some((token, place) => {
    if (token.kind === "operator" || token.text === "(") return true;
    const following = tokens[place + 1] || token;
    const name = following.text === "." ? `${token.text}.` : token.text;
    if (token.kind === "word" && KEYED.test(name)) return true;
    if (place === 0 || !isWord(token, "LIKE", "ILIKE", "IN", "IS", "BETWEEN")) return false;
    return ["string", "quoted", "number"].includes(following.kind)
      || isWord(following, "NULL", "NOT");
  });
}

/** Whether the first thing is a field and the second an operator, typed to its end or not. @param {Token[]} tokens */
function asksField(tokens) {
  const from = tokens.findIndex((token) => !isWord(token, "NOT") && token.text !== "(");
  const [field, operator] = tokens.slice(Math.max(0, from));
  return Boolean(operator) && isField(field) && isWord(operator, "LIKE", "ILIKE", "IN", "IS", "BETWEEN", "NOT");
}

/** The tokens before the place of an error. @param {string} text @param {FilterError} error */
function tokensBefore(text, error) {
  try {
    return tokenize(text.slice(0, error.at));
  } catch {
    return [];
  }
}

/** Whether a token alone names a field: an attribute, or a key of the runs here. @param {Token} token */
function isField(token) {
  if (!["word", "quoted", "ticked"].includes(token.kind)) return false;
  return Object.hasOwn(ATTRIBUTES, unquoted(token)) || isBareName(unquoted(token));
}

function wordsOf(text) {
  const parts = text.match(/(?:[^\s"]|"[^"]*"?)+/g) || [];
  return parts.map((part) => part.replace(/"/g, "").toLowerCase()).filter(Boolean);
}

/** Columns whose text the words are searched in. */
function searchedColumns() {
  return source.columns
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
    const columns = searchedColumns().map((name) => source.texts.get(name) || valuesOf(name));
    haystack = [];
    for (let run = 0; run < source.count; run++) {
      haystack.push(columns.map((values) => values[run] ?? "").join("\n").toLowerCase());
    }
  }
  return Uint8Array.from(haystack, (text) => (box.words.every((word) => text.includes(word)) ? 1 : 0));
}

/** Words that are the beginning of a filter. @param {string} text */
function adviceOfWords(text) {
  if (Object.hasOwn(ENTITIES, text)) return `Searched as a word; a filter goes on with a key: ${text}.KEY.`;
  const isAttribute = Object.hasOwn(ATTRIBUTES, text);
  const owners = isAttribute ? [] : ownersOf(text);
  if (!isAttribute && !isBareName(text)) return "";
  const name = isAttribute ? text : writtenKey(text, owners.length > 1 ? owners[0] : "");
  const isNumber = isAttribute ? ["time", "span"].includes(kindOf({ entity: "attribute", key: ATTRIBUTES[text] })) : !owners.length || owners[0] === "metrics";
  return `Searched as a word; to filter by ${text}, compare it: ${name} ${isNumber ? "<" : "="} …`;
}

/**
 * What to say of a box below it; empty when all is well.
 * @param {Box} box
 * @param {boolean} [isDone] nobody is typing any more
 */
function adviceOf(box, isDone) {
  if (!box.error) return box.tree ? inVain(box.tree).join(" ") : adviceOfWords(box.text.trim());
  if (box.error.isUnfinished && !isDone) {
    return `Not finished: ${box.error.message.replace(/,? (?:not|found) the end$/, "")}.`;
  }
  const meant = box.error.suggestion ? ` Did you mean ${box.error.suggestion}?` : "";
  return `Not applied. Column ${box.error.column}: ${box.error.message}.${meant}`;
}

// Results tables of evaluations: sort and filter one, or compare two runs row by row.

/** @typedef {{columns: [string, string][], rows: Array<Array>}} Evaluation columns: name and kind */

const NAMED_INPUTS = 8;
const SHOWN_ROWS = 1000; // a browser draws more only slowly; the filter finds the rest

function startEvaluation() {
  const table = document.getElementById("evaluation-table");
  const evaluation = brought.evaluations.get(document.body.dataset.run);
  if (!table || !evaluation) return;
  const state = { sort: -1, down: false, words: "" };
  const draw = () => {
    const found = evaluation.rows.filter((row) => hasWords(row, state.words));
    if (state.sort >= 0) sortRows(found, state.sort, state.down);
    const rows = found.slice(0, SHOWN_ROWS).map((row) => {
      const cells = row.map((value, place) => make("td", cellOf(evaluation.columns[place][1], restOfCell(value)), cellText(value)));
      return make("tr", {}, ...cells);
    });
    table.tBodies[0].replaceChildren(...rows);
    document.getElementById("evaluation-shown").textContent = countOf(found.length, evaluation.rows.length);
  };
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = make("button", { type: "button" }, head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      state.down = state.sort === place ? !state.down : evaluation.columns[place][1] === "score";
      state.sort = place;
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      draw();
    });
  });
  const tools = document.getElementById("evaluation-tools");
  tools.append(wordsBox((words) => { state.words = words; draw(); }));
  tools.hidden = false;
}

function startEvaluations() {
  const table = document.getElementById("difference-table");
  const runs = [...document.querySelectorAll("#evaluated-runs tr[data-run]")];
  if (!table || runs.length < 2) return;
  const named = new Map(runs.map((row) => [row.dataset.run, row.dataset]));
  const asked = /(?:^#|&)compare=([^&,]+),([^&,]+)/.exec(location.hash);
  const choices = [...named].map(([id, run]) => [id, run.name]);
  const left = makeChoice("Compare", choices, asked && named.has(asked[1]) ? asked[1] : table.dataset.left);
  const right = makeChoice("with", choices, asked && named.has(asked[2]) ? asked[2] : table.dataset.right);
  const only = makeBox("Only rows that differ");
  let words = "";
  const draw = async () => {
    const pair = [left.input.value, right.input.value].map((id) => named.get(id));
    await Promise.all(pair.map((run) => loadScript(up + run.script)));
    const [one, other] = pair.map((run) => brought.evaluations.get(run.run));
    const found = compareRows(one, other).filter((row) => hasWords([row.inputs, row.target, ...row.outputs], words));
    const shown = only.input.checked ? found.filter((row) => row.differs) : found;
    const heads = table.tHead.rows[0].cells;
    pair.forEach((run, place) => { heads[2 + place].textContent = run.name; });
    table.tBodies[0].replaceChildren(...shown.slice(0, SHOWN_ROWS).map(differenceRow));
    const differing = found.filter((row) => row.differs).length;
    document.getElementById("difference-shown").textContent =
      `${pair[0].name} and ${pair[1].name}: ${countOf(shown.length, found.length)}, ${differing} ${differing === 1 ? "differs" : "differ"}`;
  };
  const change = () => {
    history.replaceState(null, "", `#v=1&compare=${left.input.value},${right.input.value}`);
    draw();
  };
  left.input.addEventListener("change", change);
  right.input.addEventListener("change", change);
  only.input.addEventListener("change", draw);
  const tools = document.getElementById("difference-tools");
  tools.append(left.label, right.label, only.label, wordsBox((text) => { words = text; draw(); }));
  tools.hidden = false;
  if (asked) draw();
}

/** Rows of the same inputs, in the order of the first. @param {Evaluation} one @param {Evaluation} other */
function compareRows(one, other) {
  const theirs = keyRows(other);
  const scores = placesOf(one, "score").filter(([name]) => placesOf(other, "score").some(([their]) => their === name));
  const rows = [];
  for (const [key, row] of keyRows(one)) {
    const their = theirs.get(key);
    if (!their) continue;
    const outputs = [textsOf(one, row, "output"), textsOf(other, their, "output")];
    const pairs = scores.map(([name, place]) => {
      const theirPlace = other.columns.findIndex((column) => column[0] === name);
      return [name.replace(/(\/v\d+)?\/score$/, ""), row[place], their[theirPlace]];
    });
    rows.push({
      inputs: inputsOf(one, row),
      target: textsOf(one, row, "target"),
      outputs,
      scores: pairs,
      differs: outputs[0] !== outputs[1] || pairs.some(([, a, b]) => a !== b),
    });
  }
  return rows;
}

/** Each row by its inputs and by how often they came before. */
function keyRows(evaluation) {
  const seen = new Map();
  const keyed = new Map();
  for (const row of evaluation.rows) {
    const inputs = JSON.stringify(row.filter((_, place) => evaluation.columns[place][1] === "input"));
    seen.set(inputs, (seen.get(inputs) || 0) + 1);
    keyed.set(`${inputs}${seen.get(inputs)}`, row);
  }
  return keyed;
}

function placesOf(evaluation, kind) {
  return evaluation.columns.flatMap(([name, own], place) => (own === kind ? [[name, place]] : []));
}

function textsOf(evaluation, row, kind) {
  return placesOf(evaluation, kind).map(([, place]) => cellText(row[place])).join(" · ");
}

/** What the model was asked: by itself, or several by name. */
function inputsOf(evaluation, row) {
  const found = placesOf(evaluation, "input");
  if (found.length === 1) return cellText(row[found[0][1]]);
  const more = found.length > NAMED_INPUTS ? ` and ${found.length - NAMED_INPUTS} more` : "";
  return found.slice(0, NAMED_INPUTS).map(([name, place]) => `${name} ${cellText(row[place])}`).join(" · ") + more;
}

function differenceRow(row) {
  const scores = row.scores.map(([name, one, other]) => {
    const line = make("div", {}, `${name} `, make("strong", cellOf("", restOfCell(one)), cellText(one)));
    if (one !== other) line.append(" → ", make("strong", cellOf("", restOfCell(other)), cellText(other)));
    return line;
  });
  return make("tr", row.differs ? { class: "differs" } : {},
    make("td", { class: "input" }, row.inputs), make("td", { class: "target" }, row.target),
    make("td", { class: "output" }, row.outputs[0]), make("td", { class: "output" }, row.outputs[1]),
    make("td", { class: "scores" }, ...scores));
}

/** Stable; rows without a value last in both directions. */
function sortRows(rows, place, down) {
  const sign = down ? -1 : 1;
  const isMissing = (value) => value === null || value === "NaN";
  rows.sort((a, b) => {
    const [x, y] = [a[place], b[place]];
    if (isMissing(x) || isMissing(y)) return isMissing(x) - isMissing(y);
    if (typeof x === "number" && typeof y === "number") return sign * (x - y);
    return sign * String(x).localeCompare(String(y), "en", { numeric: true });
  });
}

function hasWords(values, words) {
  const text = values.map(cellText).join("\n").toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function cellText(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? formatNumber(value) : value;
}

function restOfCell(value) {
  return typeof value === "number" ? unsaid({ kind: "number" }, value) : "";
}

function countOf(shown, total) {
  const rows = `${total.toLocaleString("en")} ${total === 1 ? "row" : "rows"}`;
  const capped = shown > SHOWN_ROWS ? `, the first ${SHOWN_ROWS.toLocaleString("en")} drawn` : "";
  return (shown === total ? rows : `${shown.toLocaleString("en")} of ${rows}`) + capped;
}

function wordsBox(listen) {
  const input = make("input", { type: "search", autocomplete: "off", spellcheck: "false", placeholder: "words" });
  input.addEventListener("input", () => listen(input.value));
  return make("label", { class: "filter" }, make("span", {}, "Filter"), " ", input);
}

Object.assign(shared.startPage, { evaluation: startEvaluation, evaluations: startEvaluations });

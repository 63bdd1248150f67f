// The run table: the server's rows stay until the reader sorts, filters or chooses columns.

const PAGE_ROWS = 50;

/** @type {View} */
let view;
/** The last filter that could be read; the rows show it until the next one can. @type {Box} */
let asked = EMPTY_BOX;
/** Counts the updates; one that is overtaken while its columns load is dropped. */
let turns = 0;
/** Numbers of the runs that match, in order. @type {number[]} */
let matching = [];
const listeners = [];

function shownColumns() {
  const names = view.columns || defaultColumns();
  return names.map(columnOf).filter(Boolean);
}

function defaultColumns() {
  return document.body.dataset.columns.trim().split(" ").map(decodeURIComponent);
}

/** Columns that the present view needs. @param {Box} box */
function neededColumns(box) {
  const names = new Set(["run_id", "run_name", "status", ...shownColumns().map((c) => c.name)]);
  if (columnOf("_slug")) names.add("_slug");
  for (const name of view.facets.keys()) names.add(name);
  if (view.sort) names.add(view.sort.replace(/^-/, ""));
  columnsOfBox(box).forEach((name) => names.add(name));
  return [...names];
}

/**
 * Show the present view: load what it needs, find, sort, draw, and write it into the hash.
 * @param {boolean} [first] at the start the server's rows already show the default view
 */
async function update(first) {
  const turn = ++turns;
  const box = readBox(view.q);
  advise(box);
  if (!box.error) asked = box;
  try {
    await loadColumns(neededColumns(asked));
  } catch (error) {
    say("The data of this table could not be loaded, so the rows stay as they were built.");
    return;
  }
  if (turn !== turns) return;
  const kept = runsOfBox(asked);
  const facets = [...view.facets].map(([name, chosen]) => [valuesOf(name), chosen]);
  matching = [];
  for (let run = 0; run < brought.manifest.runs; run++) {
    if (kept && !kept[run]) continue;
    if (facets.every(([values, chosen]) => !chosen.size || chosen.has(values[run]))) matching.push(run);
  }
  if (view.sort) sortRuns(view.sort.replace(/^-/, ""), view.sort.startsWith("-"));
  const pages = Math.max(1, Math.ceil(matching.length / PAGE_ROWS));
  view.page = Math.min(view.page, pages);
  const hash = writeHash({ ...view, q: asked.text }); // a link shows what its sender sees
  if (first && !hash) drawPages(pages);
  else drawTable(pages);
  if (hash !== location.hash) {
    history.replaceState(null, "", hash || location.pathname + location.search);
  }
  for (const listener of listeners) listener();
}

/** Stable; missing values last in both directions, NaN just before them. */
function sortRuns(name, isDescending) {
  const column = columnOf(name);
  const values = valuesOf(name);
  let key = (run) => values[run];
  if (column && column.kind === "text") {
    const distinct = [...new Set(values)].filter((value) => value !== null);
    distinct.sort(new Intl.Collator("en", { numeric: true }).compare);
    const ranks = new Map(distinct.map((value, rank) => [value, rank]));
    key = (run) => (values[run] === null ? null : ranks.get(values[run]));
  }
  const order = (value) => (value === null || value === undefined ? 2 : Number.isNaN(value) ? 1 : 0);
  const sign = isDescending ? -1 : 1;
  matching.sort((a, b) => {
    const left = key(a), right = key(b);
    const classes = order(left) - order(right);
    if (classes || order(left)) return classes || a - b;
    return left === right ? a - b : (left < right ? -sign : sign);
  });
}

function drawTable(pages) {
  const table = document.getElementById("run-table");
  const columns = shownColumns();
  drawHead(table, columns);
  const body = make("tbody");
  const start = (view.page - 1) * PAGE_ROWS;
  const values = columns.map((column) => valuesOf(column.name));
  for (const run of matching.slice(start, start + PAGE_ROWS)) {
    const row = make("tr");
    columns.forEach((column, index) => row.append(makeCell(column, values[index][run], run)));
    body.append(row);
  }
  if (!matching.length) {
    const cell = make("td", { colspan: String(columns.length) }, "No run matches. ");
    body.append(make("tr", {}, cell));
  }
  table.tBodies[0].replaceWith(body);
  drawPages(pages);
  const total = brought.manifest.runs.toLocaleString("en-US");
  const end = Math.min(start + PAGE_ROWS, matching.length);
  const found = matching.length.toLocaleString("en-US");
  const isWhole = matching.length === brought.manifest.runs;
  const span = pages > 1 ? `${(start + 1).toLocaleString("en-US")}–${end.toLocaleString("en-US")} of ` : "";
  say(isWhole ? `${span}${total} runs` : `${span}${found} of ${total} runs match`);
}

function makeCell(column, value, run) {
  if (column.name === "run_name") {
    return make("th", { scope: "row" }, make("a", { href: runUrl(run) }, value || MISSING));
  }
  if (column.name === "status" && MARKS[value]) return make("td", {}, makeStatus(value));
  return make("td", { class: column.kind }, textOf(column, run));
}

function makeStatus(value) {
  const [mark, word] = MARKS[value];
  return make("span", { class: `status ${word}` },
    make("span", { "aria-hidden": "true" }, mark), ` ${word}`);
}

/** Way to a run's page. */
function runUrl(run) {
  const slug = columnOf("_slug") ? valuesOf("_slug")[run] : valuesOf("run_id")[run];
  return `${up}r/${slug.slice(0, 2)}/${slug}/index.html`;
}

/** Headers with a button each, which keeps the focus when the table is drawn anew. */
function drawHead(table, columns) {
  const focused = document.activeElement && document.activeElement.dataset.sort;
  const row = make("tr");
  for (const column of columns) {
    const button = make("button", { type: "button", "data-sort": column.name }, column.label);
    button.addEventListener("click", () => sortBy(column));
    const cell = make("th", { scope: "col", class: column.kind }, button);
    if (view.sort.replace(/^-/, "") === column.name) {
      cell.setAttribute("aria-sort", view.sort.startsWith("-") ? "descending" : "ascending");
    } else if (!view.sort && column.name === "start_time") {
      cell.setAttribute("aria-sort", "descending");
    }
    row.append(cell);
    if (focused === column.name) requestAnimationFrame(() => button.focus());
  }
  table.tHead.replaceChildren(row);
}

/** Numbers start with the greatest, text with the first letter; the second click turns round. */
function sortBy(column) {
  const first = column.kind === "text" ? column.name : `-${column.name}`;
  const second = column.kind === "text" ? `-${column.name}` : column.name;
  view.sort = view.sort === first ? second : first;
  view.page = 1;
  update();
}

function drawPages(pages) {
  const place = document.getElementById("pages");
  if (pages < 2) return place.replaceChildren();
  const list = make("ul");
  const near = new Set([1, 2, view.page - 1, view.page, view.page + 1, pages - 1, pages]);
  let last = 0;
  for (let number = 1; number <= pages; number++) {
    if (!near.has(number)) continue;
    if (number > last + 1) list.append(make("li", {}, make("span", {}, "…")));
    const button = make("button", { type: "button", "aria-label": `Page ${number}` }, String(number));
    if (number === view.page) button.setAttribute("aria-current", "page");
    button.addEventListener("click", () => {
      view.page = number;
      update().then(() => document.getElementById("runs").scrollIntoView());
    });
    list.append(make("li", {}, button));
    last = number;
  }
  return place.replaceChildren(list);
}

/** What is wrong with the filter, or what it asks for in vain. @param {Box} box */
function advise(box) {
  const filter = document.getElementById("filter");
  const advice = document.getElementById("advice");
  const text = adviceOf(box);
  advice.textContent = text;
  if (!box.error || !text) return filter.removeAttribute("aria-invalid");
  filter.setAttribute("aria-invalid", "true");
  const { at, length } = box.error;
  advice.append(make("code", {}, box.text.slice(Math.max(0, at - 60), at),
    make("mark", {}, box.text.slice(at, at + length) || " "),
    box.text.slice(at + length, at + length + 40)));
}

let speaking = 0;

/** Say something in the live region, at most twice a second. */
function say(text) {
  clearTimeout(speaking);
  const place = document.getElementById("shown");
  speaking = setTimeout(() => { place.textContent = text; }, 120);
}

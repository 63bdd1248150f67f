// The run table: the server's rows stay until the reader sorts, filters or chooses columns.

const PAGE_ROWS = Number(document.body.dataset.rows) || 50;

function drawTable() {
  const table = document.getElementById("run-table");
  if (!shown.view.all || shown.view.group) shared.closeWindow?.();
  if (shown.view.group && columnOf(shown.view.group)) return shared.drawGroups(table);
  const columns = shownColumns();
  drawHead(table, columns);
  const pages = pageCount();
  shown.view.p = Math.min(shown.view.p, pages);
  if (shown.view.all) shared.drawWindow(table, columns);
  else {
    const start = (shown.view.p - 1) * PAGE_ROWS;
    const rows = shown.runs.slice(start, start + PAGE_ROWS).map((run) => makeRow(columns, run));
    lineUp(rows, columns);
    const body = make("tbody", {}, ...rows);
    if (!shown.runs.length) body.append(emptyRow(columns.length + 1));
    table.tBodies[0].replaceWith(body);
  }
  stickColumns(table, columns);
  drawPages();
}

function pageCount() {
  return shown.view.all ? 1 : Math.max(1, Math.ceil(shown.runs.length / PAGE_ROWS));
}

/** @param {Column[]} columns @param {number} run */
function makeRow(columns, run) {
  return make("tr", {}, selectCell(run), ...columns.map((column) => makeCell(column, run)));
}

function emptyRow(width) {
  const button = makeButton("Show all runs", resetView);
  return make("tr", {}, make("td", { colspan: String(width), class: "nothing" }, "No run matches this view. ", button));
}

/** @param {Column} column @param {number} run */
function makeCell(column, run) {
  const value = valuesOf(column.name)[run];
  if (column.name === "run_name") {
    return make("th", { scope: "row" }, make("a", { href: up + runPlace(run) + viewOfLink(run) }, value || MISSING), makeDot(valuesOf("run_id")[run]));
  }
  if (column.name === "status" && value) return make("td", {}, makeStatus(value, problemOf(run)));
  return make("td", cellOf(column.kind, restOf(column, run)), textOf(column, run));
}

/** What decides the order goes along, so that the run's page knows what is before and after it. */
function viewOfLink(run) {
  if (valuesOf("_view")[run] || source.folder === "activity") return "";
  const { facets, ranges, sort } = shown.view;
  return writeHash({ ...readHash(""), q: shown.box.text, facets, ranges, sort });
}

/**
 * Numbers with their points below each other: a cell gets the room of the decimals it lacks.
 * @param {HTMLTableRowElement[]} rows
 * @param {Column[]} columns
 * @param {number[]} [most] the decimals each column had so far
 */
function lineUp(rows, columns, most = []) {
  columns.forEach((column, place) => {
    if (column.kind !== "number") return;
    const cells = rows.map((row) => row.cells[place + 1]).filter(Boolean);
    const counts = cells.map((cell) => decimalsOf(cell.textContent));
    most[place] = counts.reduce((a, b) => Math.max(a, b), most[place] || 0);
    cells.forEach((cell, row) => {
      const lacking = most[place] - counts[row];
      if (lacking <= 0 || counts[row] < 0) return;
      cell.classList.add(`lack-${Math.min(lacking, MOST_LACKING)}`, ...(counts[row] ? [] : ["whole"]));
    });
  });
}

/** As many have a rule of their own in table.css. */
const MOST_LACKING = 9;

/** Why a run failed, or that it diverged, in a few words; as report/tables/table.py has it. @param {number} run */
function problemOf(run) {
  const isFailed = valuesOf("status")[run] === "FAILED";
  const told = isFailed ? PROBLEM.map((name) => valuesOf(name)[run]).filter(Boolean).join(": ") : "";
  return told || divergedText(source.primary, valuesOf(`metrics.${source.primary}`)[run]);
}

/** @param {string} value @param {string} [problem] */
function makeStatus(value, problem = "") {
  const [mark, word] = MARKS[value] || ["?", "unknown"];
  return make("span", problem ? { class: `status ${word}`, title: problem } : { class: `status ${word}` },
    make("span", { "aria-hidden": "true" }, mark), ` ${word}`);
}

/** Headers with a button each, which keeps the focus when the table is drawn anew. */
function drawHead(table, columns) {
  const focused = document.activeElement && document.activeElement.dataset.sort;
  const row = make("tr", {}, make("th", { scope: "col", class: "select" }, make("span", { class: "hidden" }, "Selected")));
  const { sort } = shown.view;
  for (const column of columns) {
    const button = makeButton(column.label, () => sortBy(column), { "data-sort": column.name });
    const cell = make("th", { scope: "col", class: column.kind }, button);
    if (sort.replace(/^-/, "") === column.name) {
      cell.setAttribute("aria-sort", sort.startsWith("-") ? "descending" : "ascending");
    } else if (!sort && column.name === "start_time") {
      cell.setAttribute("aria-sort", "descending");
    }
    row.append(cell);
    if (focused === column.name) requestAnimationFrame(() => button.focus());
  }
  table.tHead.replaceChildren(row);
}

/** Pinned columns stay in sight; how far from the left depends on those before them. */
function stickColumns(table, columns) {
  const count = shown.view.pin.length && columns.filter((column) => shown.view.pin.includes(column.name)).length;
  if (!count) return;
  let left = 0;
  const heads = table.tHead.rows[0].cells;
  for (let place = 0; place < count + 2 && place < heads.length; place++) {
    const width = heads[place].offsetWidth;
    for (const row of table.rows) {
      const cell = row.cells[place];
      if (!cell || cell.colSpan > 1) continue;
      cell.classList.add("pinned");
      cell.style.left = `${left}px`;
    }
    left += width;
  }
}

/** The numbers of pages near this one, and how many runs are shown. */
function drawPages() {
  const pages = pageCount();
  const place = document.getElementById("pages");
  place.replaceChildren();
  if (columnOf(shown.view.group)) return;
  if (pages > 1 || shown.view.all) place.append(pageList(pages));
  const start = (shown.view.p - 1) * PAGE_ROWS;
  const end = Math.min(start + PAGE_ROWS, shown.runs.length);
  const span = pages > 1 ? `${thousands(start + 1)}–${thousands(end)} of ` : "";
  const isWhole = shown.runs.length === source.count;
  say(isWhole ? `${span}${plural(source.count, "run")}`
    : `${span}${thousands(shown.runs.length)} of ${plural(source.count, "run")} match`);
}

function pageList(pages) {
  const { p } = shown.view;
  const list = make("ul");
  const near = new Set([1, 2, p - 1, p, p + 1, pages - 1, pages]);
  let last = 0;
  for (let number = 1; pages > 1 && number <= pages; number++) {
    if (!near.has(number)) continue;
    if (number > last + 1) list.append(make("li", {}, make("span", {}, "…")));
    const button = makeButton(String(number), () => turnTo(number), { "aria-label": `Page ${number}` });
    if (number === p) button.setAttribute("aria-current", "page");
    list.append(make("li", {}, button));
    last = number;
  }
  const text = shown.view.all ? "Show pages" : "Show all";
  list.append(make("li", {}, makeButton(text, () => {
    shown.view.all = !shown.view.all;
    turnTo(1);
  })));
  return list;
}

/** @param {number} number */
function turnTo(number) {
  shown.view.p = number;
  update().then(() => document.getElementById("runs").scrollIntoView());
}

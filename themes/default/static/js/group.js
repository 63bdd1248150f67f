// Runs by a param or tag: how many each value has, and mean ± standard deviation of what they
// reached. The deviation is that of a sample (n - 1); values that are missing or NaN count nowhere.

function openGroup(menu) {
  if (menu.querySelector(".pane")) return;
  const { pane, search } = makePane(menu, "columns to group by", () => list());
  const all = make("div", { class: "list" });
  pane.append(all);
  const choose = (name) => {
    shown.view.group = name;
    shown.view.p = 1;
    menu.open = false;
    menu.querySelector("summary").focus();
    update();
  };
  const list = () => {
    const found = foundColumns(search.value, (column) =>
      column.varies && (["params", "tags"].includes(column.group) || column.name === "status"));
    const none = makeButton("No groups", () => choose(""), { "aria-pressed": String(!shown.view.group) });
    all.replaceChildren(none, ...groupedList(found, (column) =>
      makeButton(column.label, () => choose(column.name), { "aria-pressed": String(shown.view.group === column.name) })));
  };
  shown.listeners.push(list);
  list();
  search.focus();
}

/** @typedef {{value: *, text: string, rest: string, runs: number[]}} Group */

/** The matching runs by the values of a column, in the order of the values. @returns {Group[]} */
function groupRuns(name) {
  const column = columnOf(name);
  const groups = new Map();
  for (const run of shown.runs) {
    const value = valuesOf(name)[run] ?? null;
    const logged = shared.source.logged(name, run);
    if (!groups.has(logged)) groups.set(logged, { value, text: value === null ? MISSING : quoted(textOf(column, run)), rest: restOf(column, run), runs: [] });
    groups.get(logged).runs.push(run);
  }
  const collator = new Intl.Collator("en", { numeric: true });
  const byText = (a, b) => collator.compare(a.rest || a.text, b.rest || b.text);
  return [...groups.values()].sort((a, b) => {
    if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
    return typeof a.value === "number" && typeof b.value === "number" ? a.value - b.value || byText(a, b) : byText(a, b);
  });
}

/** n, mean and standard deviation of numbers. @param {number[]} values */
function spreadOf(values) {
  const usable = values.filter(Number.isFinite);
  const n = usable.length;
  if (!n) return { n, mean: NaN, deviation: NaN };
  const mean = usable.reduce((sum, value) => sum + value / n, 0);
  const squares = usable.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { n, mean, deviation: n > 1 ? Math.sqrt(squares / (n - 1)) : NaN };
}

/** What a group says of a column, as text and as what it is sorted by. @param {Column} column @param {Group} group */
function summaryOf(column, group) {
  if (column.kind === "text" || column.kind === "time") {
    const kinds = new Set(group.runs.map((run) => shared.source.logged(column.name, run)));
    const [first] = group.runs;
    const only = column.name === "status" ? MARKS[[...kinds][0]]?.[1] : "";
    const text = kinds.size === 1 ? only || textOf(column, first) : `${thousands(kinds.size)} values`;
    return kinds.size === 1 ? { text, key: text, rest: restOf(column, first) } : { text, key: "" };
  }
  const values = group.runs.map((run) => valuesOf(column.name)[run]);
  const { n, mean, deviation } = spreadOf(values);
  const leftOut = values.filter((value) => typeof value === "number" && !Number.isFinite(value)).length;
  const told = [
    n && n !== group.runs.length ? `n ${thousands(n)}` : "",
    leftOut ? `${thousands(leftOut)} left out` : "",
  ].filter(Boolean);
  const counted = told.length ? ` (${told.join(", ")})` : "";
  if (!n) return { text: MISSING + counted, key: NaN };
  const write = (value) => formatValue(column, value);
  const spread = column.kind === "number" ? formatNumber(deviation, ROUGH) : write(deviation);
  const full = [mean, ...(n > 1 ? [deviation] : [])].map((value) => unsaid(column, value) || write(value)).join(" ± ");
  const text = n > 1 ? `${write(mean)} ± ${spread}` : write(mean);
  return { text: text + counted, key: mean, rest: full === text ? "" : full };
}

/** The columns of a grouped table, which does not repeat what it groups by. */
function groupColumns() {
  return chosenColumns().filter((column) => ![shown.view.group, "run_name", "start_time", "run_id"].includes(column.name));
}

/** The groups as rows of texts, sorted as the view asks. */
function groupTable() {
  const own = columnOf(shown.view.group);
  const columns = groupColumns();
  const rows = groupRuns(own.name).map((group) => ({ group, cells: columns.map((column) => summaryOf(column, group)) }));
  const name = shown.view.sort.replace(/^-/, "");
  const place = columns.findIndex((column) => column.name === name);
  if (place >= 0) {
    const sign = shown.view.sort.startsWith("-") ? -1 : 1;
    rows.sort((a, b) => {
      const [x, y] = [a.cells[place].key, b.cells[place].key];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return x === y ? 0 : x < y ? -sign : sign;
    });
  } else if (name === own.name && shown.view.sort.startsWith("-")) rows.reverse();
  return { own, columns, rows };
}

shared.drawGroups = (table) => {
  const { own, columns, rows } = groupTable();
  drawHead(table, [own, ...columns]);
  const heads = table.tHead.rows[0].cells;
  heads[0].replaceChildren("");
  heads[0].className = "number";
  heads[0].textContent = "n";
  heads[1].after(heads[0]);
  table.tBodies[0].replaceWith(make("tbody", {}, ...rows.map(({ group, cells }) => {
    const open = makeButton(group.text, () => openGroupRuns(own, group), { title: group.rest ? `${group.rest}: show these runs` : "Show these runs" });
    return make("tr", {},
      make("th", { scope: "row" }, group.value === null ? group.text : open),
      make("td", { class: "number" }, thousands(group.runs.length)),
      ...cells.map(({ text, rest }, place) => make("td", cellOf(columns[place].kind, rest), text)));
  })));
  drawPages();
  say(`${plural(rows.length, "group")} by ${own.label}, ${plural(shown.runs.length, "run")}; mean ± standard deviation`);
};

/** The runs of one group: the table again, filtered. */
function openGroupRuns(column, group) {
  shown.view.group = "";
  shown.view.facets.set(column.name, new Set(group.runs.map((run) => String(shared.source.logged(column.name, run)))));
  update();
}

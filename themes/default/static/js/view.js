// The view of a run table: which runs match, in which order, and the hash that says so.

/** What the page shows. */
const shown = {
  /** @type {View} */
  view: null,
  /** Numbers of the runs that match, in order. @type {number[]} */
  runs: [],
  /** The last filter that could be read; the rows show it until the next one can. @type {Box} */
  box: EMPTY_BOX,
  /** What a page makes of a view that was just read. @type {(() => void) | undefined} */
  applied: undefined,
  /** Ids that the link selects and no run has. @type {string[]} */
  missed: [],
  /** The last one that was no beginning of another: words that are typed may become a filter. @type {Box} */
  meant: EMPTY_BOX,
  /** Whether the filter is being typed, so that it may well be unfinished. */
  isTyping: false,
  /** Called after each update. @type {(() => void)[]} */
  listeners: [],
  /** How the hash is written where a page adds to it. @type {(view: View) => View} */
  written: (view) => view,
};
/** Counts the updates; one that is overtaken while its columns load is dropped. */
let turns = 0;

function defaultColumns() {
  return (document.body.dataset.columns || "").trim().split(" ").filter(Boolean).map(decodeURIComponent);
}

/** The columns of the table: those chosen, pinned ones first. @returns {Column[]} */
function chosenColumns() {
  const { cols, pin } = shown.view;
  const names = cols || defaultColumns();
  const isPinned = (name) => pin.includes(name) || name === "run_name";
  return [...names.filter(isPinned), ...names.filter((name) => !isPinned(name))].map(columnOf).filter(Boolean);
}

/** The columns as shown: with "differ" only those in which the matching runs do. @returns {Column[]} */
function shownColumns() {
  const columns = chosenColumns();
  if (!shown.view.differ || shown.runs.length < 2) return columns;
  return columns.filter((column) => column.name === "run_name" || differs(column, shown.runs));
}

/** @param {Column} column @param {number[]} runs */
function differs(column, runs) {
  const first = source.logged(column.name, runs[0]);
  return runs.some((run) => !Object.is(source.logged(column.name, run), first));
}

/** Why runs failed. */
const PROBLEM = ["tags.runreport.error", "tags.runreport.error.message"];

/** Columns that the present view needs. */
function neededColumns() {
  const { view, box } = shown;
  const names = new Set([...ADDRESS, "status", ...chosenColumns().map((column) => column.name)]);
  for (const name of [...view.facets.keys(), ...view.ranges.keys()]) names.add(name);
  if (view.sort) names.add(view.sort.replace(/^-/, ""));
  if (view.group) names.add(view.group);
  [...PROBLEM, `metrics.${source.primary}`].filter(columnOf).forEach((name) => names.add(name));
  columnsOfBox(box).forEach((name) => names.add(name));
  return [...names];
}

/**
 * Show the present view: load what it needs, find, sort, draw, and write it into the hash.
 * @param {boolean} [first] at the start the server's rows show the default view, and nothing loads
 */
async function update(first) {
  const turn = ++turns;
  const { view } = shown;
  const box = readBox(view.q);
  advise(box);
  if (box.error) {
    const { words, text } = shown.box; // words that were the beginning of this were none
    if (words.length && box.text.startsWith(text.trim())) shown.box = shown.meant;
  } else {
    shown.box = box;
    if (!shown.isTyping || !box.words.length) shown.meant = box;
  }
  if (first && !currentHash()) return finish(drawPages);
  try {
    await source.load(neededColumns());
    if (view.group || view.all) await loadLater("tools");
  } catch {
    say("The data of this table could not be loaded, so the rows stay as they were built.");
    return;
  }
  if (turn !== turns) return;
  shown.runs = matchingRuns(view);
  if (view.sort) sortRuns(shown.runs, view.sort);
  finish(drawTable);
}

/** @param {() => void} draw */
function finish(draw) {
  draw();
  keepHash();
  document.getElementById("run-table").dataset.ready = ""; // for those who measure
  for (const listener of shown.listeners) listener();
}

/** The server's rows need no data; it comes when a reader turns to the table. */
function loadOnIntent() {
  const section = document.querySelector(".run-table");
  const load = () => source.load(neededColumns()).catch(() => {}); // said when it is needed
  for (const kind of ["pointerenter", "focusin", "touchstart"]) {
    section.addEventListener(kind, load, { once: true, passive: true });
  }
}

/** The hash of the present view: a link shows what its sender sees. */
function currentHash() {
  return writeHash(shown.written({ ...shown.view, q: shown.box.text }));
}

/** The address bar shows the present view. */
function keepHash() {
  const hash = currentHash();
  if (hash !== location.hash) history.replaceState(null, "", hash || location.pathname + location.search);
}

/** The runs that a view keeps, newest first. @param {View} view @returns {number[]} */
function matchingRuns(view) {
  const kept = runsOfBox(shown.box);
  const tests = [
    ...[...view.facets].filter(([, chosen]) => chosen.size).map(([name, chosen]) => facetTest(name, chosen)),
    ...[...view.ranges].map(([name, range]) => rangeTest(name, range)),
  ];
  const found = [];
  for (let run = source.count - 1; run >= 0; run--) {
    if (kept && !kept[run]) continue;
    if (tests.every((test) => test(run))) found.push(run);
  }
  return found;
}

/** Values are compared as they were logged. */
function facetTest(name, chosen) {
  const values = valuesOf(name);
  const texts = source.texts.get(name);
  return (run) => {
    const value = texts ? texts[run] : values[run];
    return value !== null && value !== undefined && chosen.has(String(value));
  };
}

/** A run without the value, or whose value is NaN, lies in no range. */
function rangeTest(name, [low, high]) {
  const values = valuesOf(name);
  const least = low === "" ? -Infinity : Number(low);
  const most = high === "" ? Infinity : Number(high);
  return (run) => values[run] !== null && values[run] !== undefined && values[run] >= least && values[run] <= most;
}

/**
 * Stable; missing values last in both directions, NaN just before them.
 * @param {number[]} runs
 * @param {string} sort a column, with "-" before it for descending
 */
function sortRuns(runs, sort) {
  const name = sort.replace(/^-/, "");
  const column = columnOf(name);
  if (!column) return;
  const values = valuesOf(name);
  const keys = new Float64Array(source.count); // numbers compare faster than whatever stands there
  if (column.kind === "text") {
    const distinct = [...new Set(values)].filter((value) => value !== null);
    distinct.sort(new Intl.Collator("en", { numeric: true }).compare);
    const ranks = new Map(distinct.map((value, rank) => [value, rank]));
    for (const run of runs) keys[run] = ranks.get(values[run]);
  } else {
    for (const run of runs) keys[run] = values[run];
  }
  const sign = sort.startsWith("-") ? -1 : 1;
  const present = [], odd = [], missing = [];
  for (const run of runs) {
    const value = values[run];
    if (value === null || value === undefined) missing.push(run);
    else if (Number.isNaN(keys[run])) odd.push(run);
    else present.push(run);
  }
  const order = Float64Array.from(present, (run) => keys[run]);
  const indices = Uint32Array.from(present.keys());
  indices.sort((a, b) => (order[a] === order[b] ? a - b : order[a] < order[b] ? -sign : sign));
  const sorted = [...Array.from(indices, (index) => present[index]), ...odd, ...missing];
  sorted.forEach((run, place) => { runs[place] = run; });
}

/** Numbers start with the greatest, text with the first letter; the second click turns round. */
function sortBy(column) {
  const first = column.kind === "text" ? column.name : `-${column.name}`;
  const second = column.kind === "text" ? `-${column.name}` : column.name;
  shown.view.sort = shown.view.sort === first ? second : first;
  shown.view.p = 1;
  update();
}

/** What is wrong with the filter or the link, or what the filter asks for in vain. @param {Box} box */
function advise(box) {
  const filter = document.getElementById("filter");
  const advice = document.getElementById("advice");
  const text = adviceOf(box, !shown.isTyping);
  advice.textContent = [text, ...adviceOfLink()].filter(Boolean).join(" ");
  if (!box.error || box.error.isUnfinished && shown.isTyping) return filter.removeAttribute("aria-invalid");
  filter.setAttribute("aria-invalid", "true");
  const { at, length } = box.error;
  advice.append(make("code", {}, box.text.slice(Math.max(0, at - 60), at),
    make("mark", {}, box.text.slice(at, at + length) || " "),
    box.text.slice(at + length, at + length + 40)));
}

/** What of the link names nothing here. @returns {string[]} */
function adviceOfLink() {
  const { view } = shown;
  const said = view.unknown.map(([key]) => `The link holds “${key}”, which this report does not know; it is kept.`);
  const named = [view.sort.replace(/^-/, ""), view.group, ...(view.cols || []), ...view.facets.keys(), ...view.ranges.keys()];
  if (view.charts && !document.querySelector(".charts")) said.push("The link asks for charts, which this page does not draw.");
  if (shown.missed.length) said.push(`The link selects ${shown.missed.join(", ")}; no run here, or more than one, has such an ID.`);
  for (const name of new Set(named)) {
    if (name && !columnOf(name)) {
      const meant = nearestColumn(name.replace(/^\w+\./, ""));
      said.push(`No run here has ${name}.${meant ? ` Did you mean ${meant}?` : ""}`);
    }
  }
  return said;
}

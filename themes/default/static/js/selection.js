// Selected runs: chosen in any table, kept from page to page, compared on a page of their own.

/** @typedef {{folder: string, id: string, name: string}} Selected */

/** Chosen runs in the order they were chosen. @type {Selected[]} */
let selection = [];
/** Characters of an id that a link needs at least, and has as a rule. */
const LEAST_ID = 6;
const SHORT_ID = 8;

/** Storage keys carry the place of the site, since a host may serve several. */
function storageKey(name) {
  return `runreport ${new URL(up || "./", location.href).pathname} ${name}`;
}

function recall(name) {
  try {
    return localStorage.getItem(storageKey(name));
  } catch {
    return null; // private mode keeps nothing
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(storageKey(name), value);
  } catch { /* private mode keeps nothing */ }
}

function recallSelection() {
  try {
    const found = JSON.parse(recall("selection") || "[]");
    return Array.isArray(found) ? found.filter((one) => one && one.folder && one.id) : [];
  } catch {
    return [];
  }
}

function isSelected(id) {
  return selection.some((one) => one.id === id);
}

/** @param {Selected} run @param {boolean} isChosen */
function select(run, isChosen) {
  selection = selection.filter((one) => one.id !== run.id);
  if (isChosen) selection.push(run);
  changeSelection();
}

function changeSelection() {
  keep("selection", JSON.stringify(selection));
  drawSelection();
  if (source && document.getElementById("run-table")) keepHash();
}

function selectCell(run) {
  const id = valuesOf("run_id")[run];
  const name = valuesOf("run_name")[run] || id;
  const box = make("input", { type: "checkbox", "aria-label": `Select ${name}`, "data-select": id });
  box.checked = isSelected(id);
  box.addEventListener("change", () => {
    select({ folder: valuesOf("_folder")[run] || source.folder, id, name }, box.checked);
  });
  return make("td", { class: "select" }, box);
}

/** The bar at the foot of the page: how many, compare, clear. */
function drawSelection() {
  for (const box of document.querySelectorAll("input[data-select]")) box.checked = isSelected(box.dataset.select);
  let bar = document.getElementById("selection");
  if (!selection.length || document.body.dataset.page === "compare") return bar && bar.remove();
  if (!bar) {
    bar = make("div", { id: "selection", role: "region", "aria-label": "Selected runs" });
    document.body.append(bar);
  }
  const link = make("a", { class: "button strong", href: `${up}compare/index.html${selectionHash(selection)}` }, "Compare");
  const hadFocus = bar.contains(document.activeElement);
  bar.replaceChildren(
    make("span", { role: "status" }, `${thousands(selection.length)} selected`), link,
    makeButton("Clear", () => { selection = []; changeSelection(); }));
  if (hadFocus) link.focus();
  return bar;
}

/** The hash of the page that compares runs. @param {Selected[]} runs */
function selectionHash(runs) {
  return writeHash({ ...readHash(""), ...linkOf(runs) });
}

/**
 * Runs as a link has them: the ids, and the experiment once or before each id.
 * @param {Selected[]} runs
 * @returns {{e: string[], sel: string[]}}
 */
function linkOf(runs) {
  const folders = [...new Set(runs.map((run) => run.folder.replace(/^e\//, "")))];
  const ids = shortIds(runs.map((run) => run.id));
  if (folders.length === 1) return { e: folders, sel: ids };
  return { e: [], sel: ids.map((id, place) => `${runs[place].folder.replace(/^e\//, "")}:${id}`) };
}

/** @param {View} view @returns {{folder: string, id: string}[]} folder is empty for this page's own */
function selectedIn(view) {
  return view.sel.map((text) => {
    const cut = text.lastIndexOf(":");
    const folder = cut > 0 ? text.slice(0, cut) : view.e[0] || "";
    return { folder: folder && `e/${folder}`, id: text.slice(cut + 1) };
  });
}

/** Unique beginnings of ids. @param {string[]} ids */
function shortIds(ids) {
  return ids.map((id) => {
    let length = SHORT_ID;
    while (length < id.length && ids.some((other) => other !== id && other.startsWith(id.slice(0, length)))) length++;
    return id.slice(0, length);
  });
}

/**
 * The runs whose ids begin so, one an id; `missed` are the ids that no run or several have.
 * @param {string[]} wanted
 * @param {string[]} ids
 */
function findIds(wanted, ids) {
  const found = [], missed = [];
  for (const short of wanted) {
    const exact = ids.indexOf(short);
    const matches = exact >= 0 ? [exact]
      : short.length < LEAST_ID ? [] : ids.flatMap((id, run) => (id.startsWith(short) ? [run] : []));
    if (matches.length === 1) found.push(matches[0]);
    else missed.push(short);
  }
  return { found, missed };
}

/** A link may bring a selection: `sel=3fa9c1,88b0d2`; it stays in the hash as long as it stands. */
async function selectFromLink() {
  const all = selectedIn(shown.view);
  const asked = all.filter(({ folder }) => !folder || folder === source.folder);
  for (const { folder, id } of all) {
    if (!asked.some((one) => one.id === id) && !isSelected(id)) selection.push({ folder, id, name: id });
  }
  if (!all.length) return;
  await source.load(ADDRESS);
  const { found, missed } = findIds(asked.map(({ id }) => id), valuesOf("run_id"));
  for (const run of found) {
    const id = valuesOf("run_id")[run];
    if (!isSelected(id)) selection.push({ folder: source.folder, id, name: valuesOf("run_name")[run] });
  }
  shown.missed = missed; // stays in the link
  changeSelection();
}

function startSelection() {
  selection = recallSelection();
  drawSelection();
  addEventListener("storage", () => { selection = recallSelection(); drawSelection(); });
}

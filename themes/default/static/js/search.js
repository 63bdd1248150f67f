// What the header finds: runs by name and id, experiments, models, tags and notes by name; and the
// experiments' menu on pages that do not list them, since a new run would change all of these pages.

const MOST_FOUND = 12;

/** @param {HTMLElement} place the search field's box, or the menu of experiments */
shared.startSearch = async (place) => {
  try {
    await loadScript(`${up}site.js`);
  } catch {
    return;
  }
  if (place.tagName === "DETAILS") return fillMenu(place);
  const field = place.querySelector("input");
  const list = make("ul", { class: "found pane", role: "list" });
  list.hidden = true;
  place.append(list);
  /** The runs of the whole report once somebody asks; false where they cannot be loaded. */
  let runs = null;
  const find = () => {
    const text = field.value.trim();
    const own = findEntries(text), ofRuns = runs ? findRunEntries(runs, text) : [];
    const room = Math.max(MOST_FOUND - ofRuns.length, MOST_FOUND / 2); // either leaves room for the other
    const found = [...own.slice(0, room), ...ofRuns].slice(0, MOST_FOUND);
    list.replaceChildren(...found.map(([kind, name, url]) => make("li", {},
      make("a", { href: up + url }, name), " ", make("span", { class: "count" }, kind))));
    const isLooking = runs === undefined;
    const empty = runs === false ? "The runs could not be loaded; nothing else has this name." : "Nothing has this name.";
    if (!found.length) list.append(make("li", { class: "muted" }, isLooking ? "Looking through the runs…" : empty));
    list.hidden = !text;
    if (!text || runs !== null) return;
    runs = undefined; // asked for
    loadRuns().then((data) => {
      runs = data;
      if (document.activeElement === field) find();
    });
  };
  field.addEventListener("input", find);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = ""; list.hidden = true; }
    const first = list.querySelector("a");
    if (event.key === "Enter" && !list.hidden && first) first.click();
    if (event.key === "ArrowDown" && first) { event.preventDefault(); first.focus(); }
  });
  place.addEventListener("focusout", (event) => {
    if (!place.contains(event.relatedTarget)) list.hidden = true;
  });
  find();
};

/** The names and addresses of all runs. @returns {Promise<Source | false>} */
async function loadRuns() {
  try {
    const data = await findSource("activity");
    await data.load([...ADDRESS, "experiment_name"]);
    return data;
  } catch {
    return false;
  }
}

/** Runs whose names have all words, or whose ids begin so; the newest first. @param {Source} data @param {string} text */
function findRunEntries(data, text) {
  if (!data || !text) return [];
  const words = text.toLowerCase().split(/\s+/);
  const isId = words.length === 1 && words[0].length >= LEAST_ID;
  const [names, ids, experiments] = ["run_name", "run_id", "experiment_name"].map((name) => data.values.get(name));
  const found = [];
  for (let run = data.count - 1; run >= 0 && found.length < MOST_FOUND; run--) {
    const name = String(names[run] ?? "");
    const own = name.toLowerCase();
    if (!words.every((word) => own.includes(word)) && !(isId && ids[run].toLowerCase().startsWith(words[0]))) continue;
    found.push([`run of ${experiments[run]}`, name || ids[run], runPlace(run, data)]);
  }
  return found;
}

/** @param {string} text words that must all occur @returns {[string, string, string, string][]} */
function findEntries(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  return brought.site.entries.filter(([kind, name, , more]) => {
    const own = `${kind} ${name} ${more || ""}`.toLowerCase();
    return words.every((word) => own.includes(word));
  }).slice(0, MOST_FOUND);
}

function fillMenu(menu) {
  if (menu.querySelector("nav")) return;
  const here = document.body.dataset.experiment;
  menu.append(make("nav", { "aria-label": "Experiments" }, make("ul", {}, ...brought.site.experiments.map(([name, url, runs]) => {
    const link = make("a", { href: up + url }, name);
    if (url === here) link.setAttribute("aria-current", "true");
    return make("li", {}, link, " ", make("span", { class: "count" }, thousands(runs)));
  }))));
}

const HELP = [
  ["/", "Go to the filter, or to the search"],
  ["?", "This help"],
  ["Esc", "Close a menu and go back to its button"],
  ["Tab", "From control to control, in reading order"],
];

/** The keys that pages know, and the switch for single ones. */
shared.showHelp = () => {
  const isOff = makeBox("Switch single keys off", (off) => keep("keys", off ? "off" : "on"));
  const dialog = make("dialog", { "aria-label": "Keys" }, make("h2", {}, "Keys"),
    make("dl", { class: "keys" }, ...HELP.map(([key, text]) => make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)))),
    isOff.label, make("p", {}, makeButton("Close", () => dialog.close())));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

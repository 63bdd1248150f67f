// What the header finds: runs by name and id, experiments, models, tags and notes by name; and the
// experiments' menu on pages that do not list them, since a new run would change all of these pages.

import { make, within } from "../core/dom.js";
import { brought } from "../core/brought.js";
import { thousands } from "../core/format.js";
import { loadScript, siteUrl } from "../core/loading.js";
import { LEAST_ID } from "../core/selection.js";
import { ADDRESS } from "../core/source.js";
import { findSource, runPlace } from "../core/sources.js";

/** @import { Source } from "../core/source.js" */

const MOST_FOUND = 12;

/**
 * Start the search field's box, or fill the menu of experiments.
 * @param {HTMLElement} place
 */
export async function startSearch(place) {
  try {
    await loadScript(siteUrl("site.js"));
  } catch {
    return;
  }
  if (place.tagName === "DETAILS") fillMenu(place);
  else startField(place, within(place, "input", HTMLInputElement));
}

/**
 * @param {HTMLElement} place
 * @param {HTMLInputElement} field
 */
function startField(place, field) {
  const list = make("ul", { class: "found pane", role: "list" });
  list.hidden = true;
  place.append(list);
  /**
   * The runs of the whole report once somebody asks; false where they cannot be loaded.
   * @type {Source | false | "asked" | null}
   */
  let runs = null;
  const find = () => {
    const text = field.value.trim();
    list.replaceChildren(...foundItems(text, runs));
    list.hidden = !text;
    if (!text || runs !== null) return;
    runs = "asked";
    loadRuns().then((data) => {
      runs = data;
      if (document.activeElement === field) find();
    });
  };
  field.addEventListener("input", find);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      field.value = "";
      list.hidden = true;
    }
    const first = list.querySelector("a");
    if (event.key === "Enter" && !list.hidden && first) first.click();
    if (event.key === "ArrowDown" && first) {
      event.preventDefault();
      first.focus();
    }
  });
  place.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && place.contains(event.relatedTarget))) list.hidden = true;
  });
  find();
}

/**
 * The items of the list below the field.
 * @param {string} text
 * @param {Source | false | "asked" | null} runs
 */
function foundItems(text, runs) {
  const own = findEntries(text);
  const ofRuns = typeof runs === "object" && runs ? findRunEntries(runs, text) : [];
  const room = Math.max(MOST_FOUND - ofRuns.length, MOST_FOUND / 2); // either leaves room for the other
  const found = [...own.slice(0, room), ...ofRuns].slice(0, MOST_FOUND);
  const items = found.map(([kind, name, url]) =>
    make("li", {}, make("a", { href: siteUrl(url) }, name), " ", make("span", { class: "count" }, kind)),
  );
  const empty =
    runs === "asked"
      ? "Looking through the runs…"
      : runs === false
        ? "The runs could not be loaded; nothing else has this name."
        : "Nothing has this name.";
  return items.length ? items : [make("li", { class: "muted" }, empty)];
}

/**
 * The names and addresses of all runs.
 * @returns {Promise<Source | false>}
 */
async function loadRuns() {
  try {
    const data = await findSource("activity");
    await data.load([...ADDRESS, "experiment_name"]);
    return data;
  } catch {
    return false;
  }
}

/**
 * Runs whose names have all words, or whose ids begin so; the newest first.
 * @param {Source} data
 * @param {string} text
 */
function findRunEntries(data, text) {
  if (!text) return [];
  const words = text.toLowerCase().split(/\s+/);
  const isId = words.length === 1 && words[0].length >= LEAST_ID;
  const [names, ids, experiments] = ["run_name", "run_id", "experiment_name"].map((name) =>
    data.valuesOf(name),
  );
  const found = [];
  for (let run = data.count - 1; run >= 0 && found.length < MOST_FOUND; run--) {
    const name = String(names[run] ?? "");
    const own = name.toLowerCase();
    const hasId = isId && ids[run].toLowerCase().startsWith(words[0]);
    if (!hasId && !words.every((word) => own.includes(word))) continue;
    found.push([`run of ${experiments[run]}`, name || ids[run], runPlace(data, run)]);
  }
  return found;
}

/**
 * Experiments, models, tags and notes that have all words.
 * @param {string} text
 */
function findEntries(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length || !brought.site) return [];
  return brought.site.entries
    .filter(([kind, name, , more]) => {
      const own = `${kind} ${name} ${more || ""}`.toLowerCase();
      return words.every((word) => own.includes(word));
    })
    .slice(0, MOST_FOUND);
}

/** @param {HTMLElement} menu */
function fillMenu(menu) {
  if (menu.querySelector("nav") || !brought.site) return;
  const here = `${document.body.dataset.source}/index.html`;
  const items = brought.site.experiments.map(([name, url, runs]) => {
    const link = make("a", { href: siteUrl(url) }, name);
    if (url === here) link.setAttribute("aria-current", "true");
    return make("li", {}, link, " ", make("span", { class: "count" }, thousands(runs)));
  });
  menu.append(make("nav", { "aria-label": "Experiments" }, make("ul", {}, ...items)));
}

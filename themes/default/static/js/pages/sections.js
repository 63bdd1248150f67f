// Sections of names on a page: a search over them, and which are open, kept in the link.

import { every, make, putHash, within } from "../core/dom.js";
import { plural } from "../core/format.js";
import { readHash, writeHash } from "../core/hash.js";

/**
 * Make the sections of the page searchable; the link says what is searched and what is open.
 * @param {(find: string[], fold: string[]) => void} [save] puts both into the link
 */
export function startSections(save = saveAlone) {
  saving = save;
  const { find, fold } = readHash(location.hash);
  for (const details of every(document, "details.fold", HTMLDetailsElement)) {
    details.dataset.built = String(details.open);
    if (fold.includes(details.dataset.fold || "")) details.open = !details.open;
    details.addEventListener("toggle", () => {
      if (!details.closest("[data-found]")) keep();
    });
  }
  for (const section of every(document, "[data-find]")) {
    const kind = section.dataset.find || "";
    const asked = find.find((one) => one.startsWith(`${kind}:`))?.slice(kind.length + 1) || "";
    startSearch(section, asked);
  }
}

/**
 * Of a page whose link says nothing else.
 * @param {string[]} find
 * @param {string[]} fold
 */
function saveAlone(find, fold) {
  putHash(writeHash({ ...readHash(location.hash), find, fold }));
}

let saving = saveAlone;

/** Put what is searched and what is open into the link. */
function keep() {
  const searched = every(document, "[data-find] .find input", HTMLInputElement).filter(({ value }) => value);
  const turned = every(document, "details.fold", HTMLDetailsElement).filter(
    (one) => !one.closest("[data-found]") && String(one.open) !== one.dataset.built,
  );
  saving(
    searched.map((input) => `${input.name}:${input.value}`),
    turned.map(({ dataset }) => dataset.fold || ""),
  );
}

/**
 * A search beside the heading of a section.
 * @param {HTMLElement} section
 * @param {string} asked
 */
function startSearch(section, asked) {
  const kind = section.dataset.find || "";
  const heading = within(section, "h2");
  const name = heading.textContent?.toLowerCase() || kind;
  const input = make("input", {
    type: "search",
    name: kind,
    "aria-label": `Find ${name}`,
    placeholder: "Find",
  });
  const told = make("output", { class: "count" });
  heading.after(make("p", { class: "find" }, input, " ", told));
  input.value = asked;
  const search = () => {
    findNames(section, input.value.trim().toLowerCase(), told);
    keep();
  };
  input.addEventListener("input", search);
  if (asked) search();
}

/**
 * What an entry is called, in full.
 * @param {HTMLElement} entry
 */
function nameOf(entry) {
  const head = entry.querySelector("th");
  return (
    entry.dataset.metric ?? head?.querySelector(".long")?.getAttribute("title") ?? head?.textContent ?? ""
  );
}

/**
 * Show the entries whose names hold all words, in open sections; without words all, as they were.
 * @param {HTMLElement} section
 * @param {string} text
 * @param {HTMLElement} told
 */
function findNames(section, text, told) {
  const words = text.split(/\s+/).filter(Boolean);
  if (words.length) section.dataset.found = "";
  let count = 0;
  for (const details of every(section, "details.fold", HTMLDetailsElement)) {
    let own = 0;
    for (const entry of every(details, "tbody tr, figure")) {
      const name = nameOf(entry).toLowerCase();
      entry.hidden = !words.every((word) => name.includes(word));
      if (!entry.hidden) own++;
    }
    count += own;
    details.hidden = !own;
    const total = within(details, "summary .count");
    total.dataset.built ??= total.textContent || "";
    total.textContent = words.length ? `${own} of ${total.dataset.built}` : total.dataset.built;
    if (words.length) {
      details.dataset.before ??= String(details.open);
      details.open = own > 0;
    } else if (details.dataset.before) {
      details.open = details.dataset.before === "true";
      delete details.dataset.before;
    }
  }
  told.textContent = words.length ? plural(count, "name") : "";
  if (!words.length) setTimeout(() => delete section.dataset.found); // once the toggles were told
}

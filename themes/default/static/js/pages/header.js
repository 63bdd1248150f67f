// The header of each page: colours, menus, keys, search; and how long ago things were.

import { every, make, putHash } from "../core/dom.js";
import { loadLater } from "../core/loading.js";
import { keep, recall } from "../core/storage.js";

const THEMES = ["system", "light", "dark"];
/** @type {[unit: Intl.RelativeTimeFormatUnit, seconds: number][]} */
const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];

/** The colours that the link asks for, else those chosen before, else the system's. */
export function startTheme() {
  const button = document.getElementById("theme-switch");
  const asked = /[#&]theme=(light|dark)(?:&|$)/.exec(location.hash);
  let chosen = (asked ? asked[1] : recall("theme")) || "";
  if (!THEMES.includes(chosen)) chosen = "system";
  const apply = () => {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    if (button) button.textContent = `Theme: ${chosen}`;
  };
  apply();
  if (!button) return;
  button.classList.remove("waiting");
  button.addEventListener("click", () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    keep("theme", chosen);
    const rest = location.hash.replace(/([#&])theme=[a-z]+&?/, "$1").replace(/[#&]$/, "");
    if (rest !== location.hash) putHash(rest);
    apply();
  });
}

/** Menus, single keys, and what the header finds. */
export function startHeader() {
  startMenus();
  startKeys();
  for (const place of every(document, "[data-site]")) {
    if (place.matches(".search")) fillSearch(place);
    place.classList.remove("waiting");
    const start = async () => (await loadLater("tools")).startSearch(place);
    place.addEventListener("focusin", start, { once: true });
    place.addEventListener("toggle", start, { once: true });
  }
}

/**
 * The field in which a reader searches all of the report.
 * @param {HTMLElement} place
 */
function fillSearch(place) {
  if (place.firstElementChild) return; // a theme that brings its own
  const label = "Search runs, experiments, models, tags and notes";
  const told = { id: "search", "aria-label": label, placeholder: "Search", autocomplete: "off" };
  place.append(make("input", { type: "search", ...told }));
}

/** Menus close by Esc, which gives the focus back, or by a click elsewhere. */
function startMenus() {
  const open = () => every(document, "details.menu[open]", HTMLDetailsElement);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.isTrusted) return; // a download is a click of ours
    for (const menu of open()) if (!event.composedPath().includes(menu)) menu.open = false;
  });
}

/** Single keys for those who do not switch them off. */
function startKeys() {
  document.addEventListener("keydown", async (event) => {
    const { target, ctrlKey, metaKey, altKey } = event;
    const typed = "select, textarea, input:not([type=checkbox], [type=range])";
    const isTyping = target instanceof Element && target.matches(typed);
    if (isTyping || ctrlKey || metaKey || altKey || recall("keys") === "off") return;
    if (event.key === "/") {
      const field = document.getElementById("filter") || document.getElementById("search");
      if (!field) return;
      event.preventDefault();
      field.focus();
    }
    if (event.key === "?") (await loadLater("tools")).showHelp();
  });
}

/** How long ago each time was, beside it; by the reader's clock, which a built page does not know. */
export function tellAges() {
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const time of every(document, "time[datetime]", HTMLTimeElement)) {
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    if (Number.isNaN(seconds)) continue;
    const [unit, length] = UNITS.find(([, own]) => Math.abs(seconds) >= own) || ["second", 1];
    const text = format.format(Math.round(seconds / length), unit);
    time.title = `${time.textContent} UTC, ${text}`;
    if (time.closest(".runs, .facts, .winner")) time.after(make("span", { class: "age" }, ` ${text}`));
  }
}

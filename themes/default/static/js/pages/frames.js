// What was logged at one step: an image, a sound, a text or a table.

import { brought } from "../core/brought.js";
import { make, scrolling } from "../core/dom.js";
import { loadScript, siteUrl } from "../core/loading.js";

/** @import { StoredSeries, StoredText } from "../core/brought.js" */

/**
 * What the texts of a series say, by step; nothing of other series.
 * @param {string} run its id
 * @param {StoredSeries} series
 * @returns {Promise<Map<number, StoredText>>}
 */
export async function textsOf(run, [key, , , script]) {
  if (!script) return new Map();
  await loadScript(siteUrl(script)).catch(() => {}); // without it the texts are links
  return brought.texts.get(run)?.get(key) || new Map();
}

/**
 * What a page shows of a step.
 * @param {string} kind image, audio or text
 * @param {string} url
 * @param {string} label
 * @param {StoredText} [text]
 */
export function makeFrame(kind, url, label, text) {
  if (kind === "audio") {
    return make("audio", { controls: "", preload: "none", src: url, "aria-label": label });
  }
  if (kind === "image") {
    return make("a", { href: url }, make("img", { src: url, alt: label, loading: "lazy" }));
  }
  const [content, note] = text || ["", ""];
  if (content === "") {
    return make("div", {}, make("a", { href: url, download: "" }, label), note ? ` ${note}` : "");
  }
  const shown = typeof content === "string" ? textOf(content, label) : tableOf(content, label);
  return make("div", {}, shown, note ? make("span", { class: "count" }, note) : "");
}

/**
 * @param {string} text
 * @param {string} label
 */
function textOf(text, label) {
  const region = { tabindex: "0", role: "region", "aria-label": label };
  return make("pre", region, make("code", {}, text));
}

/**
 * @param {[columns: string[], rows: string[][]]} table
 * @param {string} label
 */
function tableOf([columns, rows], label) {
  const heads = columns.map((name) => make("th", { scope: "col" }, name || "–"));
  const body = rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
  return scrolling(label, table);
}

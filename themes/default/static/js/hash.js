// View state in the URL hash, versioned and readable, so that a view is a link:
// #v=1&q=words&f.status=FAILED,KILLED&sort=-metrics.loss&cols=run_name,params.lr&p=2
// Defaults are left out, and what this version does not know is kept.

/**
 * @typedef {{q: string, facets: Map<string, Set<string>>, sort: string, columns: string[] | null,
 *   page: number, unknown: [string, string][]}} View
 */

/** @param {string} text @returns {View} */
function readHash(text) {
  const view = { q: "", facets: new Map(), sort: "", columns: null, page: 1, unknown: [] };
  for (const part of text.replace(/^#/, "").split("&")) {
    if (!part.includes("=")) continue;
    const cut = part.indexOf("=");
    const key = unescapePart(part.slice(0, cut));
    const value = part.slice(cut + 1);
    const list = () => value.split(",").filter(Boolean).map(unescapePart);
    if (key === "v") continue;
    if (key === "q") view.q = unescapePart(value);
    else if (key === "sort") view.sort = unescapePart(value);
    else if (key === "cols") view.columns = list();
    else if (key === "p") view.page = Math.max(1, Math.floor(Number(value)) || 1);
    else if (key.startsWith("f.")) view.facets.set(key.slice(2), new Set(list()));
    else view.unknown.push([key, unescapePart(value)]);
  }
  return view;
}

/** @param {View} view @returns {string} empty when all is as the page comes */
function writeHash(view) {
  const parts = [];
  const list = (values) => [...values].map(escapePart).join(",");
  if (view.q) parts.push(`q=${escapePart(view.q)}`);
  for (const [name, values] of view.facets) {
    if (values.size) parts.push(`f.${escapePart(name)}=${list(values)}`);
  }
  if (view.columns) parts.push(`cols=${list(view.columns)}`);
  if (view.sort) parts.push(`sort=${escapePart(view.sort)}`);
  if (view.page > 1) parts.push(`p=${view.page}`);
  for (const [key, value] of view.unknown) parts.push(`${escapePart(key)}=${escapePart(value)}`);
  return parts.length ? `#v=1&${parts.join("&")}` : "";
}

/** Only what would be read as structure is escaped, so that the link stays readable. */
function escapePart(text) {
  return encodeURIComponent(text).replace(/%(?:2F|3A|40)/g, decodeURIComponent).replace(/%20/g, "+");
}

function unescapePart(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, "%20"));
  } catch {
    return text;
  }
}

// What a drawn chart says in words: the tooltip of a mark, and the table of its numbers.

let tip = null;

/** What of a row a tooltip tells, in this order; names of sums are Vega-Lite's. */
const TOLD = ["run", "color", "x", "axis", "y", "mean", "std", "value", "low", "high", "raw", "n", "mark"];
const WORDS = { run: "Run", axis: "Axis" };

/** A tooltip of texts, beside the pointer. */
function showTip(fields, event, value, whole) {
  if (!tip) {
    tip = make("div", { class: "tip", role: "tooltip" });
    document.body.append(tip);
  }
  const row = Array.isArray(value) ? value[0] : value;
  tip.hidden = typeof row !== "object" || row === null;
  if (tip.hidden) return;
  const known = TOLD.filter((key) => row[key] !== undefined && row[key] !== null && (WORDS[key] || fields[key]?.label));
  tip.replaceChildren(...known.map((key) => {
    const { text, rest } = toldOf(fields[key], whole[key]?.get(row[key]) ?? row[key]);
    return make("div", {}, make("span", {}, WORDS[key] || fields[key].label), ` ${rest ? `${text} (${rest})` : text}`);
  }));
  tip.hidden = !known.length;
  tip.style.left = `${Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8)}px`;
  tip.style.top = `${Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8)}px`;
}

/** A value of a row: times with all they have, numbers with what their spelling leaves out. */
function toldOf(field, value) {
  if (typeof value !== "number") return { text: value === null || value === undefined ? MISSING : String(value), rest: "" };
  return field?.kind === "time" ? { text: fullTime(value), rest: "" } : { text: formatNumber(value), rest: unsaid({ kind: "number" }, value) };
}

const LISTED = 100;

/** The drawn rows as a table, for those who do not see the picture. */
function numbersOf(rows, title, fields) {
  const names = [...new Set(rows.slice(0, LISTED).flatMap(Object.keys))].filter((name) => !["href", "at", "end", "label", "raw", "y_order"].includes(name));
  const told = rows.filter((row) => row.run !== undefined || row.color !== undefined);
  const cell = (name, value) => {
    const { text, rest } = toldOf(fields[name], value);
    return make("td", cellOf("", rest), text);
  };
  const details = make("details", { class: "numbers" }, make("summary", {}, "Numbers", make("span", { class: "hidden" }, ` of ${title}`)));
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    details.append(
      make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": `Numbers of ${title}` }, make("table", {},
        make("thead", {}, make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, WORDS[name] || fields[name]?.label || name)))),
        make("tbody", {}, ...told.slice(0, LISTED).map((row) => make("tr", {}, ...names.map((name) => cell(name, row[name]))))))),
      ...(told.length > LISTED ? [make("p", { class: "muted" }, `The first ${LISTED} of ${thousands(told.length)} rows.`)] : []));
  });
  return details;
}

// Facets: the server lists the values, here they become buttons with counts of what matches.

function startFacets() {
  const place = document.getElementById("facets");
  const columns = brought.manifest.columns.filter((column) =>
    column.facet && column.varies && column.distinct <= 20
    && (column.name === "status" || column.group === "tags"));
  const buttons = [];
  place.replaceChildren(...columns.map((column) => {
    const list = make("ul");
    for (const [value] of column.facet) {
      const count = make("span", { class: "count" });
      const label = column.name === "status" && MARKS[value] ? MARKS[value][1] : value;
      const button = make("button", { type: "button", "aria-pressed": "false" }, `${label} `, count);
      button.addEventListener("click", () => toggleFacet(column.name, value));
      buttons.push({ column, value, button, count });
      list.append(make("li", {}, button));
    }
    return make("div", { class: "facet", role: "group", "aria-label": column.label },
      make("span", { class: "facet-name" }, column.label), list);
  }));
  listeners.push(() => drawFacets(buttons));
}

function toggleFacet(name, value) {
  const chosen = view.facets.get(name) || new Set();
  if (!chosen.delete(value)) chosen.add(value);
  if (chosen.size) view.facets.set(name, chosen);
  else view.facets.delete(name);
  view.page = 1;
  update();
}

/** Counts are those of the built page until a filter changes them. */
function drawFacets(buttons) {
  const isNarrow = view.q || view.facets.size;
  const counts = new Map();
  for (const { column, value, button, count } of buttons) {
    const chosen = view.facets.get(column.name);
    button.setAttribute("aria-pressed", String(Boolean(chosen && chosen.has(value))));
    if (!counts.has(column.name)) counts.set(column.name, countValues(column, isNarrow));
    count.textContent = (counts.get(column.name).get(value) || 0).toLocaleString("en-US");
  }
}

/** How many matching runs have each value; a facet in use counts as the page was built. */
function countValues(column, isNarrow) {
  const values = valuesOf(column.name);
  if (!isNarrow || view.facets.has(column.name) || !values.length) return new Map(column.facet);
  const counts = new Map();
  for (const run of matching) {
    const value = values[run];
    counts.set(value, (counts.get(value) || 0) + 1);
  }
  return counts;
}

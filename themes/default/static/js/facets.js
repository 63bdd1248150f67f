// Facets: the server lists the values, here they become buttons with counts of what matches.

function startFacets() {
  const place = document.getElementById("facets");
  const columns = source.columns.filter((column) =>
    column.facet && column.varies && column.distinct <= 20
    && (["status", "experiment_name"].includes(column.name) || column.group === "tags")).slice(0, 8);
  const buttons = [];
  place.replaceChildren(...columns.map((column) => {
    const list = make("ul");
    for (const [value] of column.facet) {
      const count = make("span", { class: "count" });
      const label = column.name === "status" && MARKS[value] ? MARKS[value][1] : value;
      const button = makeButton(`${formatText(label)} `, () => toggleFacet(column.name, value), { "aria-pressed": "false" });
      if (formatText(label) !== label) button.title = label;
      button.append(count);
      buttons.push({ column, value, button, count });
      list.append(make("li", {}, button));
    }
    return make("div", { class: "facet", role: "group", "aria-label": column.label },
      make("span", { class: "facet-name" }, column.label), list);
  }));
  shown.listeners.push(() => drawFacets(buttons));
}

function toggleFacet(name, value) {
  const { view } = shown;
  const chosen = view.facets.get(name) || new Set();
  if (!chosen.delete(value)) chosen.add(value);
  if (chosen.size) view.facets.set(name, chosen);
  else view.facets.delete(name);
  view.p = 1;
  update();
}

/** Counts are those of the built page until a filter changes them. */
function drawFacets(buttons) {
  const counts = new Map();
  for (const { column, value, button, count } of buttons) {
    const chosen = shown.view.facets.get(column.name);
    button.setAttribute("aria-pressed", String(Boolean(chosen && chosen.has(value))));
    if (!counts.has(column.name)) counts.set(column.name, countValues(column));
    count.textContent = thousands(counts.get(column.name).get(value) || 0);
  }
}

/** How many matching runs have each value; a facet in use counts as the page was built. */
function countValues(column) {
  const values = source.texts.get(column.name) || valuesOf(column.name);
  if (!isNarrow() || shown.view.facets.has(column.name) || !values.length) return new Map(column.facet);
  const counts = new Map();
  for (const run of shown.runs) {
    const value = values[run];
    counts.set(value, (counts.get(value) || 0) + 1);
  }
  return counts;
}

/** Whether anything but order and columns was chosen. */
function isNarrow() {
  const { view } = shown;
  return Boolean(view.q || view.facets.size || view.ranges.size || view.w);
}

// All rows at once: only those in sight are in the page, between two rows that hold their place.

const AROUND = 20;
let windowed = null;

shared.drawWindow = (table, columns) => {
  shared.closeWindow();
  const region = table.closest(".scroll");
  region.classList.add("windowed");
  const row = [...table.tBodies[0].rows].find((own) => !own.classList.contains("spacer"));
  const height = row?.offsetHeight || 32;
  table.setAttribute("aria-rowcount", String(shown.runs.length + 1));
  const draw = () => {
    const first = Math.max(0, Math.floor(region.scrollTop / height) - AROUND);
    const last = Math.min(shown.runs.length, Math.ceil((region.scrollTop + region.clientHeight) / height) + AROUND);
    if (windowed && windowed.first === first && windowed.last === last) return;
    if (windowed) Object.assign(windowed, { first, last });
    const rows = shown.runs.slice(first, last).map((run, place) => {
      const row = makeRow(columns, run);
      row.setAttribute("aria-rowindex", String(first + place + 2));
      return row;
    });
    lineUp(rows, columns, windowed.most);
    const body = make("tbody", {}, spacer(first * height, columns), ...rows, spacer((shown.runs.length - last) * height, columns));
    if (!shown.runs.length) body.append(emptyRow(columns.length + 1));
    table.tBodies[0].replaceWith(body);
  };
  windowed = { region, draw, table, first: -1, last: -1, most: [] };
  region.addEventListener("scroll", draw, { passive: true });
  draw();
};

shared.closeWindow = () => {
  if (!windowed) return;
  windowed.region.removeEventListener("scroll", windowed.draw);
  windowed.region.classList.remove("windowed");
  windowed.table.removeAttribute("aria-rowcount");
  windowed = null;
};

function spacer(height, columns) {
  const row = make("tr", { class: "spacer", "aria-hidden": "true" }, make("td", { colspan: String(columns.length + 1) }));
  row.style.height = `${height}px`;
  row.hidden = height <= 0;
  return row;
}

// A run without a page of its own: what its page would say, from a script that holds 256 runs.

shared.startPage.view = startView;

async function startView() {
  const { id, e } = readHash(location.hash);
  const tell = (text) => { document.getElementById("shown").textContent = text; };
  if (!id || !e[0]) return tell("The link names no run. Open a run from the table of its experiment.");
  try {
    shared.source = await findSource(`e/${e[0]}`);
    await shared.source.load(ADDRESS);
  } catch {
    return tell(`The link names the experiment “${e[0]}”, whose data could not be loaded.`);
  }
  const { found } = findIds([id], valuesOf("run_id"));
  if (!found.length) return tell(`No run of this experiment, or more than one, has the ID “${id}”.`);
  try {
    await loadDetails(found[0]);
  } catch {
    return tell("What this run logged could not be loaded.");
  }
  drawRun(brought.records.get(valuesOf("run_id")[found[0]]));
}

/** @param {Object} record as in run.json */
function drawRun(record) {
  document.title = `${record.run_name} – ${document.title}`;
  document.getElementById("name").textContent = record.run_name;
  const lead = document.getElementById("lead");
  lead.replaceChildren(makeStatus(record.status), make("span", { class: "id" }, record.run_id));
  document.getElementById("crumbs").append(
    make("li", {}, make("a", { href: `${up}${shared.source.folder}/index.html` }, record.experiment)),
    make("li", {}, make("span", { "aria-current": "page" }, record.run_name)));
  const span = record.end_time === null || record.start_time === null ? MISSING : formatDuration(record.end_time - record.start_time);
  const note = record.tags["mlflow.note.content"];
  const environment = Object.entries(record.environment).flatMap(([key, value]) =>
    (value === null || typeof value !== "object" ? [[key, String(value)]] : key === "packages" ? []
      : Object.entries(value).map(([name, text]) => [`${key} ${name}`, String(text)])));
  const section = (title, content) => make("section", {}, make("h2", {}, title), content);
  const metrics = Object.entries(record.metrics).map(([name, value]) =>
    [name, ...["last", "min", "max"].map((key) => readNumber(value[key])), thousands(value.count)]);
  document.getElementById("view").replaceChildren(
    ...(note ? [make("pre", { tabindex: "0", "aria-label": "Note" }, note)] : []),
    make("dl", { class: "facts" }, ...[
      ["Source", record.tags["mlflow.source.name"] || MISSING], ["Registered version", record.registered.join(", ") || "Not registered"],
      ["Start date", record.start_time === null ? MISSING : formatTime(record.start_time)], ["Duration", span]]
      .map(([name, text]) => make("div", {}, make("dt", {}, name), make("dd", {}, text)))),
    section("Metrics", makeTable(["Metric", "Last", "Min", "Max", "Points"], metrics)),
    section("Hyperparameters", makeTable(["Param", "Value"], Object.entries(record.params))),
    section("Tags", makeTable(["Tag", "Value"], Object.entries(record.tags).filter(([key]) => isSetTag(key)))),
    section("Output files", makeTable(["Path", "Bytes"], record.artifacts.map(({ path, size_bytes }) => [path, thousands(size_bytes)]))),
    section("Environment", makeTable(["What", "Value"], environment)));
  drawOwnCurves(record.run_id);
}

function makeTable(heads, rows) {
  if (!rows.length) return make("p", { class: "muted" }, "None.");
  return make("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": heads[0] }, make("table", { class: "fields" },
    make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))),
    make("tbody", {}, ...rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, first), ...rest.map(cell))))));
}

/** A cell of a logged text or a number. @param {string | number} value */
function cell(value) {
  const column = { kind: typeof value === "number" ? "number" : "text" };
  return make("td", cellOf("", unsaid(column, value)), formatValue(column, value));
}

async function drawOwnCurves(id) {
  const found = brought.runs.get(id);
  if (!found || !found.curves.size) return;
  const place = make("section", {}, make("h2", {}, "Curves"), make("div", { class: "curves" },
    ...[...found.curves.keys()].map((name) => make("figure", { "data-metric": name }, make("figcaption", {}, name), make("div", { class: "drawing" })))));
  document.getElementById("view").append(place);
  document.body.dataset.run = id;
  await drawCurves({ x: "step", smooth: "", scale: "" });
}

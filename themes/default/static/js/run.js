// A run's page: curves over step or time, smoothed over the raw line; what comes before and after it
// in the table it was opened from; the runs nested in it.

shared.startPage = { run: startRun };

async function startRun() {
  startReproduce();
  const { source: folder, run } = document.body.dataset;
  try {
    shared.source = await findSource(folder);
    await shared.source.load([...ADDRESS, "status", "start_time", "tags.mlflow.parentRunId"]);
    showNested(run);
    await showNeighbours(run);
  } catch { /* without data the page stays as it was built */ }
  startCurves();
}

/** Earlier and later in the order of the view that the link carries, else by time. */
async function showNeighbours(id) {
  const place = document.getElementById("neighbours");
  const view = readHash(location.hash);
  if (view.w) return;
  shown.view = { ...view, p: 1, group: "" };
  const box = readBox(view.q);
  if (!box.error) shown.box = box;
  await shared.source.load(neededColumns());
  const runs = matchingRuns(shown.view);
  if (view.sort) sortRuns(runs, view.sort);
  const ids = valuesOf("run_id");
  const at = runs.findIndex((run) => ids[run] === id);
  if (at < 0 || runs.length < 2) return;
  const link = (run, text, label) => run === undefined ? ""
    : make("a", { href: up + runPlace(run) + location.hash, class: "button", "aria-label": `${label}: ${valuesOf("run_name")[run]}` }, text);
  place.replaceChildren(link(runs[at - 1], "←", "Previous run"),
    make("span", { class: "count" }, `${thousands(at + 1)} of ${thousands(runs.length)}${view.sort || isNarrow() ? " in the view" : ""}`),
    link(runs[at + 1], "→", "Next run"));
  place.hidden = false;
}

const MOST_NESTED = 200;

/** The runs that name this one as their parent. */
function showNested(id) {
  const parents = valuesOf("tags.mlflow.parentRunId");
  const nested = parents.flatMap((parent, run) => (parent === id ? [run] : []));
  const place = document.getElementById("nested");
  if (!nested.length || !place) return;
  place.append(make("h2", { id: "nested-title" }, "Nested runs ", make("span", { class: "count" }, thousands(nested.length))),
    make("ul", { class: "runs" }, ...nested.slice(0, MOST_NESTED).map((run) => make("li", {},
      make("a", { href: up + runPlace(run) }, valuesOf("run_name")[run]), makeStatus(valuesOf("status")[run]),
      make("time", {}, formatTime(valuesOf("start_time")[run]))))));
  const hash = `#v=1&q=${escapePart(`tags.\`mlflow.parentRunId\` = '${id}'`)}`;
  place.append(make("p", {}, make("a", { href: `${up}${shared.source.folder}/index.html${hash}` }, "Show them in the table")));
  place.hidden = false;
}

/** The command is copied with one click. */
function startReproduce() {
  const place = document.getElementById("reproduce-code");
  if (!place) return;
  const button = makeButton("Copy", async () => {
    const tools = await loadLater("tools");
    button.textContent = await tools.copyText(place.textContent) ? "Copied" : "Select the text to copy it";
  });
  place.parentElement.after(button);
}

/** Curves as the server drew them, until the reader chooses an axis or smooths. */
function startCurves() {
  const section = document.getElementById("curve-tools");
  if (!section) return;
  const view = readHash(location.hash);
  const state = { x: view.axis || "step", smooth: view.smooth || "", scale: view.scale || "" };
  const axis = makeChoice("X", [["step", "Step"], ["time", "Time"], ["relative", "Time since start"]], state.x, (value) => { state.x = value; change(); });
  const smooth = make("input", { type: "range", min: "0", max: "0.99", step: "0.01", value: state.smooth || "0", "aria-label": "Smoothing" });
  const told = make("output", {}, state.smooth || "0");
  smooth.addEventListener("input", () => { told.textContent = smooth.value; });
  smooth.addEventListener("change", () => { state.smooth = Number(smooth.value) ? smooth.value : ""; change(); });
  section.append(axis.label, make("label", {}, make("span", {}, "Smoothing"), " ", smooth, " ", told));
  section.hidden = false;
  const change = () => {
    const now = readHash(location.hash);
    now.axis = state.x === "step" ? "" : state.x;
    now.smooth = state.smooth;
    history.replaceState(null, "", writeHash(now) || location.pathname + location.search);
    drawCurves(state).catch(() => say("The curves could not be drawn, so they stay as they were built."));
  };
  if (view.axis || view.smooth) change();
}

/** The number of the last drawing asked for: an earlier one that ends later is dropped. */
let drawings = 0;

async function drawCurves(state) {
  const ticket = ++drawings;
  await Promise.all([loadLater("charts"), loadScript(laterUrls("specs"))]);
  if (!brought.runs.has(document.body.dataset.run)) await loadScript("run.js");
  await shared.loadLibraries();
  const id = document.body.dataset.run;
  shared.source = pickedRun(id); // what was asked of the experiment's data was asked before
  for (const figure of document.querySelectorAll(".curves figure[data-metric]")) {
    const metric = figure.dataset.metric;
    const made = await shared.fillChart({ type: "line", y: `metrics.${metric}`, x: state.x, c: "", g: "", smooth: state.smooth, scale: "" }, [0]);
    if (ticket !== drawings) return;
    const drawing = figure.querySelector(".drawing");
    for (const { encoding } of made.spec.layer) for (const one of [encoding.color, encoding.strokeDash]) if (one.scale) one.legend = null;
    Object.assign(made.spec, { width: Math.max(200, drawing.clientWidth - 8), height: 170, autosize: { type: "fit-x", contains: "padding" } });
    for (const layer of made.spec.layer) layer.encoding.y.title = null;
    drawing.replaceChildren(await shared.drawSpec(made.spec, made.rows, {}, made.fields));
  }
}

/** This run as a source of one, for the charts. */
function pickedRun(id) {
  const found = brought.runs.get(id);
  const picked = new Source("", { runs: 1, columns: [...found.curves.keys()].map((name) => ({ name: `metrics.${name}`, label: name, group: "metrics", kind: "number", files: [] })) });
  for (const [name, value] of [["run_id", id], ["run_name", document.querySelector("h1").textContent.trim()], ["_curves", "1"]]) picked.values.set(name, [value]);
  return picked;
}

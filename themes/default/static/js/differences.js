// What files and packages of chosen runs differ in: images of one step side by side, texts line by
// line, requirements package by package.

const IMAGE_STEP = /^(.*)%step%(\d+)%timestamp%\d+(?:%[0-9a-f-]+)?(\.\w+)$/;
const MOST_LINES_COMPARED = 3000;
const MOST_IMAGES = 12;

/** @param {HTMLElement} place */
shared.drawDifferences = async (place) => {
  const ids = valuesOf("run_id");
  await loadLater("charts");
  await Promise.all(shown.runs.map((run) => shared.loadRun(run)));
  const runs = shown.runs.map((run) => ({ run, name: valuesOf("run_name")[run], details: brought.runs.get(ids[run]) })).filter(({ details }) => details);
  const parts = [imagesPart(runs), textsPart(runs), packagesPart(runs)].filter(Boolean);
  place.replaceChildren(...parts);
};

function section(title, id, ...content) {
  return make("section", { "aria-labelledby": id }, make("h2", { id }, title), ...content);
}

/** Images by name: of each run those of its steps. */
function imagesOf(runs) {
  const names = new Map();
  for (const { run, name, details } of runs) {
    for (const [path, url, kind] of details.files || []) {
      if (kind !== "image") continue;
      const match = IMAGE_STEP.exec(path);
      const key = match ? match[1] : path;
      if (!names.has(key)) names.set(key, []);
      const folder = runPlace(run).replace("index.html", "");
      names.get(key).push({ run, name, step: match ? Number(match[2]) : 0, isStepped: Boolean(match), url: url.startsWith("data:") ? url : up + folder + url });
    }
  }
  return names;
}

function imagesPart(runs) {
  const names = imagesOf(runs);
  if (!names.size) return null;
  const first = [...names].find(([, images]) => new Set(images.map(({ run }) => run)).size > 1) || [...names][0];
  const state = { name: first[0], step: 0 };
  const grid = make("div", { class: "side-images" });
  const tools = make("div", { class: "toolbar" });
  const draw = () => {
    const images = names.get(state.name);
    const steps = [...new Set(images.filter(({ isStepped }) => isStepped).map(({ step }) => step))].sort((a, b) => a - b);
    const slider = make("input", { type: "range", min: "0", max: String(Math.max(0, steps.length - 1)), value: String(state.step), "aria-label": "Step" });
    const told = make("output", {}, steps.length ? thousands(steps[state.step]) : "");
    slider.addEventListener("input", () => { state.step = Number(slider.value); told.textContent = thousands(steps[state.step]); drawGrid(steps); });
    const choice = makeChoice("Image", [...names.keys()].map((name) => [name, name]), state.name, (name) => { state.name = name; state.step = 0; draw(); });
    tools.replaceChildren(choice.label, ...(steps.length > 1 ? [make("label", {}, "Step ", slider, " ", told)] : []));
    drawGrid(steps);
  };
  const drawGrid = (steps) => {
    const wanted = steps[state.step];
    const images = names.get(state.name).filter(({ step, isStepped }) => !isStepped || step === wanted).slice(0, MOST_IMAGES);
    grid.replaceChildren(...images.map(({ name, url }) => make("figure", {}, make("img", { src: url, alt: `${state.name} of ${name}` }), make("figcaption", {}, name))));
  };
  draw();
  return section("Images", "images", tools, grid);
}

/** Texts that two of the runs or more have under one path. */
function textsPart(runs) {
  const paths = new Map();
  for (const { name, run, details } of runs) {
    for (const [path, , kind, text, , digest] of details.files || []) {
      if (!["text", "json"].includes(kind)) continue;
      if (!paths.has(path)) paths.set(path, []);
      paths.get(path).push({ name, run, text, digest });
    }
  }
  const several = [...paths].filter(([, texts]) => texts.length > 1);
  if (!several.length) return null;
  const differing = several.find(([, texts]) => new Set(texts.map(({ digest }) => digest)).size > 1) || several[0];
  const state = { path: differing[0], left: 0, right: 1 };
  const tools = make("div", { class: "toolbar" }), place = make("div");
  const draw = () => {
    const texts = paths.get(state.path);
    const choices = texts.map(({ name }, index) => [String(index), name]);
    tools.replaceChildren(
      makeChoice("File", several.map(([path]) => [path, path]), state.path, (path) => { Object.assign(state, { path, left: 0, right: 1 }); draw(); }).label,
      makeChoice("From", choices, String(state.left), (value) => { state.left = Number(value); draw(); }).label,
      makeChoice("To", choices, String(state.right), (value) => { state.right = Number(value); draw(); }).label);
    place.replaceChildren(diffView(texts[state.left], texts[state.right]));
  };
  draw();
  return section("Texts", "texts", tools, place);
}

/**
 * Lines of two texts; those that both have are folded away beyond a few. They are the same if their
 * files are: a page has only the beginning of a long one, and JSON as it is laid out here.
 */
function diffView(from, to) {
  if (from.digest === to.digest) return make("p", { class: "muted" }, "The texts are the same.");
  const left = from.text.split("\n"), right = to.text.split("\n");
  if (from.text === to.text) {
    return make("p", { class: "note" }, "The files differ, but not in what is shown of them: further down, in spaces, or in what was redacted.");
  }
  const lines = diffLines(left.slice(0, MOST_LINES_COMPARED), right.slice(0, MOST_LINES_COMPARED));
  const near = lines.map(([kind], place) => kind || lines.slice(Math.max(0, place - 3), place + 4).some(([other]) => other));
  const shownLines = [];
  lines.forEach(([kind, text], place) => {
    if (near[place]) shownLines.push(make("span", kind ? { class: kind } : {}, `${{ add: "+", del: "-" }[kind] || " "} ${text}`));
    else if (place === 0 || near[place - 1]) shownLines.push(make("span", { class: "head" }, "…"));
  });
  return make("pre", { class: "diff", role: "region", tabindex: "0", "aria-label": "Differences" }, ...shownLines);
}

/**
 * The lines of two texts in order, with "add", "del" or "" for each: the longest common subsequence,
 * after common ends are cut off.
 * @param {string[]} left @param {string[]} right @returns {[string, string][]}
 */
function diffLines(left, right) {
  let start = 0, end = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start++;
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const a = left.slice(start, left.length - end), b = right.slice(start, right.length - end);
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1 : Math.max(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  const lines = left.slice(0, start).map((text) => ["", text]);
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { lines.push(["", a[i]]); i++; j++; }
    else if (i < a.length && (j === b.length || table[(i + 1) * width + j] >= table[i * width + j + 1])) lines.push(["del", a[i++]]);
    else lines.push(["add", b[j++]]);
  }
  return [...lines, ...left.slice(left.length - end).map((text) => ["", text])];
}

/** Packages whose versions differ, a column a run. */
function packagesPart(runs) {
  const own = runs.filter(({ details }) => details.packages && Object.keys(details.packages).length);
  if (own.length < 2) return null;
  const names = [...new Set(own.flatMap(({ details }) => Object.keys(details.packages)))].sort();
  const rows = names.filter((name) => new Set(own.map(({ details }) => details.packages[name])).size > 1);
  if (!rows.length) return section("Requirements", "requirements", make("p", { class: "muted" }, `All ${plural(names.length, "package")} are the same.`));
  return section("Requirements", "requirements", make("div", { class: "scroll table", role: "region", tabindex: "0", "aria-label": "Packages that differ" },
    make("table", { class: "compared" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Package"), ...own.map(({ name }) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows.map((package_) => make("tr", {}, make("th", { scope: "row" }, package_), ...own.map(({ details }) => make("td", {}, details.packages[package_] || MISSING))))))));
}

Object.assign(shared, { diffLines });

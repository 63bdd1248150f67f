// What starts on each page: theme switch, menus, and on an experiment's page table and charts.

const THEMES = ["system", "light", "dark"];

function startTheme() {
  const button = document.getElementById("theme-switch");
  let chosen = remembered();
  const apply = () => {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    if (button) button.textContent = `Theme: ${chosen}`;
  };
  apply();
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    chosen = THEMES[(THEMES.indexOf(chosen) + 1) % THEMES.length];
    try { localStorage.setItem("runreport.theme", chosen); } catch { /* private mode: not kept */ }
    apply();
  });
}

function remembered() {
  try {
    const found = localStorage.getItem("runreport.theme");
    return THEMES.includes(found) ? found : "system";
  } catch {
    return "system";
  }
}

function startExperiment() {
  view = readHash(location.hash);
  matching = Array.from({ length: brought.manifest.runs }, (_, run) => run);
  startFacets();
  startColumnsMenu();
  const filter = document.getElementById("filter");
  const reset = document.getElementById("reset");
  let waiting = 0;
  filter.value = view.q;
  filter.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { // keys typed while the last one is worked on count as one
      view.q = filter.value;
      view.page = 1;
      update();
    });
  });
  reset.addEventListener("click", () => {
    view = readHash("");
    filter.value = "";
    update();
  });
  listeners.push(() => { reset.hidden = !writeHash(view); });
  document.addEventListener("keydown", (event) => {
    const isTyping = /^(?:INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
    }
  });
  addEventListener("hashchange", () => {
    if (location.hash === writeHash({ ...view, q: asked.text })) return;
    view = readHash(location.hash);
    filter.value = view.q;
    update();
  });
  document.getElementById("toolbar").hidden = false;
  startCharts();
  drawHead(document.getElementById("run-table"), shownColumns());
  const isFirstPage = !/runs-\d+\.html$/.test(location.pathname);
  if (!isFirstPage && !writeHash(view)) {
    view.page = Number(/runs-(\d+)\.html$/.exec(location.pathname)[1]);
  }
  update(true);
}

startTheme();
document.addEventListener("DOMContentLoaded", () => {
  startMenus();
  if (document.body.dataset.page === "model") startVersions();
  if (document.body.dataset.page === "evaluation") startEvaluation();
  if (document.body.dataset.page === "evaluations") startEvaluations();
  if (document.body.dataset.page === "experiment" && brought.manifest) startExperiment();
});

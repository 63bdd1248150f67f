// What starts on each page: the header, the selection, and the run table where there is one.

import "./core/global.js";
import { startCarrying } from "./pages/carrying.js";
import { startHeader, startTheme, tellAges } from "./pages/header.js";
import { brought } from "./core/brought.js";
import { loadLater } from "./core/loading.js";
import { startSelection } from "./core/selection.js";
import { makeShown, startTable } from "./table/start.js";

startTheme();
document.addEventListener("DOMContentLoaded", async () => {
  const { page = "", source: folder = "" } = document.body.dataset;
  startCarrying();
  startSelection();
  startHeader();
  tellAges();
  const source = brought.sources.get(folder);
  if (!source || !document.getElementById("run-table")) {
    if (page) (await loadLater("pages")).startPage(page);
    return;
  }
  const shown = makeShown(source);
  if (page === "activity") (await loadLater("pages")).startWindows(shown, () => startTable(shown));
  else startTable(shown);
});

// What a reader may ask of any page or table, loaded when it is asked for.

import { openBaseline } from "./table/baseline_pane.js";
import { openColumns } from "./table/columns_pane.js";
import { openExport } from "./table/export.js";
import { openFilters } from "./table/filters_pane.js";
import { openGroup } from "./table/groups.js";

export { showHelp } from "./pages/help.js";
export { startSearch } from "./pages/search.js";
export { copyText, download } from "./table/clipboard.js";
export { familyButton, foldedRows, reachedBelow } from "./table/families.js";
export { drawGroups } from "./table/groups.js";
export { closeWindow, drawWindow } from "./table/window.js";

/** What fills each menu of the toolbar, by the name it has in the page. */
export const panes = {
  columns: openColumns,
  filters: openFilters,
  group: openGroup,
  baseline: openBaseline,
  export: openExport,
};

// The keys that pages know, and the switch for single ones.

import { make, makeBox, makeButton } from "../core/dom.js";
import { keep, recall } from "../core/storage.js";

const HELP = [
  ["/", "Go to the filter, or to the search"],
  ["?", "This help"],
  ["Esc", "Close a menu and go back to its button"],
  ["← → ↑ ↓", "In a chart: along it, and from line to line"],
  ["H", "In a chart: hide the line; Shift and H show all"],
  ["Tab", "From control to control, in reading order"],
];

/** Show the help. */
export function showHelp() {
  const isOff = makeBox("Switch single keys off", (off) => keep("keys", off ? "off" : "on"));
  isOff.input.checked = recall("keys") === "off";
  const keys = HELP.map(([key, text]) =>
    make("div", {}, make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)),
  );
  const dialog = make(
    "dialog",
    { "aria-label": "Keys" },
    make("h2", {}, "Keys"),
    make("dl", { class: "keys" }, ...keys),
    isOff.label,
    make(
      "p",
      {},
      makeButton("Close", () => dialog.close()),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

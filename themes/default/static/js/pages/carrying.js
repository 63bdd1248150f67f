// From disk, Firefox keeps storage for each file alone, so links carry the reader's choices along.

import { readHash, writeHash } from "../core/hash.js";
import { linkOf, selection } from "../core/selection.js";

/** Give links the selection and the colours while they are clicked. */
export function startCarrying() {
  if (location.protocol !== "file:") return;
  document.addEventListener(
    "click",
    ({ target }) => {
      const link = target instanceof Element && target.closest("a[href]");
      if (!(link instanceof HTMLAnchorElement) || link.hasAttribute("download")) return;
      if (link.hash || link.protocol !== "file:") return;
      const theme = document.documentElement.dataset.theme || "";
      link.hash = writeHash({ ...readHash(""), ...linkOf(selection.runs), theme });
      setTimeout(() => {
        link.hash = "";
      });
    },
    true,
  );
}

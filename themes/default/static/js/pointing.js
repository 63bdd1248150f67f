// Pictures that answer to a pointer and to keys, loaded on pages that have any: what was built answers
// before any chart library is there.

export { attach } from "./pointing/attaching.js";
export { setAllHidden, setHidden } from "./pointing/hiding.js";
export { hideFromLink, startHidden } from "./pointing/link.js";
export { startPictures } from "./pointing/built.js";

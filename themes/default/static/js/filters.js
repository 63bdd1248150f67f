// The scripts that read filters, loaded when somebody turns to the filter box or a link brings one.

export { adviceOf } from "./table/advice.js";
export { columnsOfBox, readBox, runsOfBox } from "./table/filter.js";
export { nearestColumn } from "./table/nearest.js";

// What a table with a baseline shows of it, loaded where there is one.

export { baselineOf, deltaCell, deltaHead, drawBaseline, tellBaseline, withDeltas } from "./table/deltas.js";

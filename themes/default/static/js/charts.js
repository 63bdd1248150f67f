// Live charts and their editors, loaded when a reader or a link asks for one.

export { drawSpec, loadLibraries, makeSmall, placeDrawn } from "./charts/drawing.js";
export { brush } from "./table/brushing.js";
export { addFigure, editFigure, startFigures } from "./charts/figures.js";
export { growFigures, showAll, zoomFigure } from "./charts/shown_figures.js";
export { answer } from "./charts/figure.js";
export { startSmall } from "./charts/small.js";
export { fillChart } from "./charts/filling.js";

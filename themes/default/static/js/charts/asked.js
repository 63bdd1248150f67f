// What a chart is made of, and what comes of it.

import { LOOKS } from "../core/looks.js";

/** @import { Chart } from "../core/hash.js" */
/** @import { Column, Source } from "../core/source.js" */
/** @import { Coloured } from "./looks.js" */

/**
 * A chart of a page: `built` are the runs that it was built with, in the order that `order` names; `cut` is
 * the metric of which it was built with some of the curves.
 * @typedef {Chart & {built?: string[], order?: string, cut?: string | false}} OwnChart
 *
 * What is asked for: a chart of some runs of a source, in order; whether the reader narrowed the view; and
 * whether it is still wanted, where that may end.
 * @typedef {{source: Source, chart: OwnChart, runs: number[], isNarrow: boolean,
 *   isWanted?: () => boolean}} Asked
 *
 * A row of a chart: plain values by the fixed names of fields that its spec knows.
 * @typedef {Object<string, any>} Row
 * @typedef {Object<string, any> & {layer?: Object<string, any>[]}} Spec a Vega-Lite spec
 *
 * What goes into a spec. `form`: type, kind of x, scale of y, kind of colours; `runs`: those that are drawn;
 * `usable`: how many have the values; `words`: what further fields of a row are called.
 * @typedef {{form: string[], rows: Row[], colours: Coloured,
 *   titles: {x?: string, y?: string, color?: string},
 *   runs: number[], usable: number, isTime?: boolean, ticks?: number[], least?: number,
 *   axes?: [name: string, column: Column][], step?: number | null, words?: Object<string, string>}} Filled
 *
 * What a field of a row is called, and how its numbers are written.
 * @typedef {{label: string, kind?: string}} FieldText
 *
 * A filled spec with its rows; `shows` says which runs it has, `isCut` whether there are others.
 * @typedef {{filled: Filled, spec: Spec, rows: Row[], fields: Object<string, FieldText>, title: string,
 *   shows: string, isCut: boolean}} Made
 */

/** Steps of a ramp for what has an order. */
export const STEPS = 9;
/** Marks of a chart, and where a reader asks for all. */
export const MAX_MARKS = 2000;
/** Marks where a reader asks for all. */
export const ALL_MARKS = 20000;
/** Curves of a chart: as many as there are looks. */
export const MAX_LINES = LOOKS;
/** Runs of a mean, or of all curves; each is a file to load. */
export const MAX_BAND = 300;

/**
 * Whether a column has amounts.
 * @param {Column} column
 */
export const isNumeric = (column) => column.kind !== "text";

/**
 * How many runs a chart shows.
 * @param {OwnChart} chart
 * @param {number} most
 * @param {number} all
 */
export const mostOf = (chart, most, all) => (chart.runs === "all" ? all : most);

/**
 * Whether a chart shows the runs that the page was built with.
 * @param {Asked} asked
 */
export const isBuilt = ({ chart, isNarrow }) => chart.runs === "built" && !isNarrow;

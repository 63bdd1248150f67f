// The head of the scripts that are loaded when a reader asks for what they do: they see what
// runreport.js shares with them, and add to it.
runreport.later((shared) => {
"use strict";
const {
  ADDRESS, MARKS, MISSING, PAGE_ROWS, Source, brought, changeSelection, chosenColumns, columnOf,
  columnsOf, currentHash, defaultColumns, differs, drawHead, drawPages, drawSelection, emptyRow,
  escapePart, findIds, findSource, fixed, formatDuration, formatTime, formatValue, general,
  isNarrow, keep, keepHash, loadLater, loadScript, laterUrls, make, makeBox, makeButton, makeChoice, makeRow,
  makeStatus, matchingRuns, neededColumns, plural, readBox, readChart, readHash, readNumber, recall, resetView,
  runPlace, say, selectedIn, selectionHash, shown, shownColumns, sortRuns, textOf, thousands, toggleFacet, turnTo,
  up, update, valuesOf, writeChart, writeHash,
} = shared;

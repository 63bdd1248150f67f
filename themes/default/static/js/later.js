// The head of the scripts that are loaded when a reader asks for what they do: they see what
// runreport.js shares with them, and add to it.
runreport.later((shared) => {
"use strict";
const {
  ADDRESS, LARGEST, MARKS, MISSING, PAGE_ROWS, ROUGH, Source, brought, cellOf, changeSelection, chosenColumns, columnOf,
  columnsOf, currentHash, defaultColumns, differs, distinctTexts, drawHead, drawPages, drawSelection, durationUnit, emptyRow,
  escapePart, findIds, findSource, formatDuration, formatNumber, formatText,
  formatTime, formatValue, fullNumber, fullTime,
  isNarrow, keep, keepHash, loadLater, loadScript, laterUrls, lineUp, make, makeBox, makeButton, makeChoice, makeRow,
  makeStatus, matchingRuns, neededColumns, plural, readBox, readChart, readHash, readNumber, recall, resetView, restOf,
  runPlace, say, selectedIn, selectionHash, shown, shownColumns, sortRuns, textOf, thousands, toggleFacet, turnTo, unsaid,
  up, update, valuesOf, writeChart, writeHash,
} = shared;

// The head of the scripts that are loaded when a reader asks for what they do: they see what
// runreport.js shares with them, and add to it.
runreport.later((shared) => {
"use strict";
const {
  ADDRESS, LARGEST, LEAST_ID, MARKS, MISSING, ROUGH, Source, brought, cellOf, changeSelection, chosenColumns,
  columnOf, columnsOf, currentHash, defaultColumns, differs, distinctTexts, drawHead, drawPages,
  durationUnit, emptyRow, escapePart, findIds, findSource, formatDuration, formatNumber, formatText,
  formatTime, formatValue, fullTime, isNarrow, keep, keepHash, loadLater, loadScript, laterUrls, lineUp,
  make, makeBox, makeButton, makeChoice, makeRow, makeStatus, matchingRuns, neededColumns, ownersOf, plural,
  quoted, readBox, readHash, readNumber, restOf, runLabels, runPlace, say, selectedIn, selectionHash, shown,
  shownColumns, sortRuns, textOf, thousands, toggleFacet, unsaid, up, update, valuesOf, writeChart,
  writeHash,
} = shared;

// The head of the scripts that are loaded when a reader asks for what they do: they see what
// runreport.js shares with them, and add to it.
runreport.later((shared) => {
"use strict";
const {
  ADDRESS, LARGEST, LEAST_ID, LOOKS, MARKS, MISSING, ROUGH, Source, brought, cellOf, changeSelection, chosenColumns,
  columnOf, columnsOf, currentHash, defaultColumns, differs, distinctTexts, drawHead, drawPages,
  durationUnit, emptyRow, escapePart, findIds, findSource, formatDuration, formatNumber, formatText,
  formatTime, formatValue, fullTime, giveLooks, isNarrow, isSetTag, keep, keepHash, keepLooks, loadLater, loadScript, laterUrls, lineUp, loadDetails, looks,
  make, makeBox, makeButton, makeChoice, makeDot, makeRow, makeStatus, matchingRuns, neededColumns, ownersOf, plural,
  quoted, readBox, readHash, readNumber, restOf, runLabels, runPlace, say, selectedIn, selectionHash, shown,
  shownColumns, sortRuns, textOf, thousands, toggleFacet, unsaid, up, update, valuesOf, writeChart,
  writeHash,
} = shared;

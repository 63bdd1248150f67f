Object.assign(shared, {
  ADDRESS, LARGEST, LEAST_ID, LOOKS, MARKS, MISSING, ROUGH, Source, brought, cellOf, changeSelection, chosenColumns,
  columnOf, columnsOf, currentHash, defaultColumns, differs, distinctTexts, drawHead, drawPages,
  durationUnit, emptyRow, escapePart, findIds, findSource, formatDuration, formatNumber, formatText,
  formatTime, formatValue, fullTime, giveLooks, isNarrow, isSetTag, keep, keepHash, keepLooks, loadLater, loadScript, laterUrls, lineUp, loadDetails, looks,
  make, makeBox, makeButton, makeChoice, makeDot, makeRow, makeStatus, matchingRuns, neededColumns, ownersOf, plural,
  quoted, readBox, readHash, readNumber, restOf, runLabels, runPlace, say, selectedIn, selectionHash, shown,
  shownColumns, sortRuns, textOf, thousands, toggleFacet, unsaid, up, update, valuesOf, writeChart,
  writeHash,
});
Object.defineProperties(shared, {
  selection: { get: () => selection, set: (runs) => { selection = runs; } },
  source: { get: () => source, set: (data) => { source = data; } },
});
})();

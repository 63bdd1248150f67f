Object.assign(shared, {
  ADDRESS, LARGEST, MARKS, MISSING, PAGE_ROWS, ROUGH, Source, brought, cellOf, changeSelection, chosenColumns, columnOf,
  columnsOf, currentHash, defaultColumns, differs, distinctTexts, drawHead, drawPages, drawSelection, durationUnit, emptyRow,
  escapePart, findIds, findSource, formatDuration, formatNumber, formatText,
  formatTime, formatValue, fullNumber, fullTime,
  isNarrow, keep, keepHash, loadLater, loadScript, laterUrls, lineUp, make, makeBox, makeButton, makeChoice, makeRow,
  makeStatus, matchingRuns, neededColumns, plural, readBox, readChart, readHash, readNumber, recall, resetView, restOf,
  runPlace, say, selectedIn, selectionHash, shown, shownColumns, sortRuns, textOf, thousands, toggleFacet, turnTo, unsaid,
  up, update, valuesOf, writeChart, writeHash,
});
Object.defineProperties(shared, {
  selection: { get: () => selection, set: (runs) => { selection = runs; } },
  source: { get: () => source, set: (data) => { source = data; } },
});
})();

// Answers filters on the data of a report, for tests/query/test_scripts.py: reads from standard
// input {data: the data scripts, filters: [...], now: milliseconds} and writes, for each filter,
// the numbers of the runs it keeps.
"use strict";
const fs = require("node:fs");
const { dataOf, withData } = require("./site.js");

const { data, filters, now } = JSON.parse(fs.readFileSync(0, "utf8"));
const page = withData(dataOf(data), ["parseTree", "evaluate"]);
const answers = filters.map((text) => {
  const kept = page.evaluate(page.parseTree(text), now);
  return Array.from(kept.keys()).filter((run) => kept[run]);
});
process.stdout.write(JSON.stringify(answers));

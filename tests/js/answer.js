// Answers filters on the data of a report, for tests/query/test_scripts.py: reads from standard
// input {data: the data scripts, filters: [...], now: milliseconds} and writes, for each filter,
// the numbers of the runs it keeps.

import fs from "node:fs";
import { evaluate } from "../../themes/default/static/js/table/predicate.js";
import { parseTree } from "../../themes/default/static/js/table/grammar.js";
import { sourceOf } from "./site.js";

const { data, filters, now } = JSON.parse(fs.readFileSync(0, "utf8"));
const source = sourceOf(data);
const answers = filters.map((text) => {
  const kept = evaluate(source, parseTree(source, text), now);
  return Array.from(kept.keys()).filter((run) => kept[run]);
});
process.stdout.write(JSON.stringify(answers));

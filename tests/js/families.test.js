// Runs below the runs that started them, as Python orders them.

import assert from "node:assert/strict";
import { test } from "node:test";
import cases from "../report/tables/family_cases.json" with { type: "json" };
import { familyOrder } from "../../themes/default/static/js/table/families.js";

test("runs stand below their parents", () => {
  for (const { ids, parents, order } of cases) {
    const found = familyOrder([...ids.keys()], (run) => {
      const place = ids.indexOf(parents[run]);
      return place < 0 ? undefined : place;
    });
    assert.deepEqual(
      found.map(({ run, depth, children }) => [ids[run], depth, children]),
      order,
    );
  }
});

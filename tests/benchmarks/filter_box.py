"""The filter box of a report over 100,000 runs in Chromium, from typing to the painted rows."""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from archives import figure_ms
from figures import Figure, sized
from indexes import publish_indexes
from wide import wide_table, write_compacted

from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.report.assemble import assemble_report
from runreport.report.config import Config

RUNS = sized(100_000)
QUERIES = (
    "metrics.accuracy > 0.9 and params.model = 'tree'",
    "params.model = 'net' or metrics.accuracy.min < 0.1",
    "params.learning_rate > 0.01 and not tags.team = 'red'",
    "run_name like '%99%' and metrics.loss between 0.2 and 0.4",
)

MEASURE = """async (text) => {
  const field = document.getElementById("filter");
  const count = document.getElementById("run-table");
  field.value = text;
  const start = performance.now();
  const drawn = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    }).observe(count, { childList: true, subtree: true });
  });
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return drawn;
}"""


def filter_box(folder: Path) -> list[Figure]:
    """Median of several queries, the columns loaded (they load at the first use)."""
    from playwright.sync_api import sync_playwright

    storage = open_archive(folder / "archive", create=True)
    write_compacted(storage, wide_table(RUNS))
    report = assemble_report(read_archive(storage), Config(), now_ms=None, version="bench")
    # 100,000 pages of runs would take minutes, and no filter looks at them.
    publish_indexes(report, folder / "site")
    (page_file,) = (folder / "site" / "e").glob("*/index.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto(f"file://{page_file}")
        page.wait_for_selector("#toolbar:not([hidden])")
        times = []
        for _ in range(4):
            for query in QUERIES:
                times.append(page.evaluate(MEASURE, query))
        browser.close()
    again = times[len(QUERIES) :]
    return [
        figure_ms(
            f"filter box over {RUNS:,} runs, Chromium, typing to paint",
            statistics.median(again),
            100,
        )
    ]

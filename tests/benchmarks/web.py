"""The report in a browser: budgets B1 to B6, B13 and B15 of the site, on 1,000 to 100,000 runs.

    python tests/benchmarks/web.py [--write] [--mlflow]

Without --mlflow the peer's figures are left out; its server needs the bench environment.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from figures import Figure, as_table, sized, write_between
from indexes import publish_indexes
from page import chromium, measure, served
from wide import EXPERIMENT, START_MS, wide_table, write_compacted

from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.writer import Writer
from runreport.report.assemble import assemble_report
from runreport.report.config import parse_config

CONFIG = {"primary_metric": "accuracy", "direction": "max"}


def large(runs: int) -> int:
    """How many runs to browse; of fewer than these no table has a second page."""
    return max(400, sized(runs))


SIZES = tuple(map(large, (1_000, 10_000, 100_000)))
QUERIES = (
    "metrics.accuracy > 0.9",
    "params.model = 'net'",
    "metrics.loss < 0.3 and tags.team = 'red'",
)

BUILD = "from runreport.cli import run; run()"
PAINTED = """async ([selector, event]) => {
  const body = document.getElementById("run-table");
  const start = performance.now();
  const drawn = new Promise((resolve) => new MutationObserver((_, observer) => {
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
  }).observe(body, { childList: true, subtree: true }));
  const target = document.querySelector(selector);
  if (event === "click") target.click();
  else { target.value = event; target.dispatchEvent(new Event("input", { bubbles: true })); }
  return drawn;
}"""
DRAWN = """async (act) => {
  const figure = document.querySelector("figure.chart[data-chart=scatter]");
  const start = performance.now();
  const drawn = new Promise((resolve) => new MutationObserver((_, observer) => {
    if (!figure.querySelector("svg.marks")) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
  }).observe(figure, { childList: true, subtree: true }));
  if (act === "edit") figure.querySelector("[data-edit]").click();
  else {
    figure.querySelector(".drawing").replaceChildren();
    const type = figure.querySelector("[aria-label=Type]");
    type.value = act;
    type.dispatchEvent(new Event("change", { bubbles: true }));
  }
  return drawn;
}"""


def thirty_columns(runs: int) -> pa.Table:
    """Runs with 12 params, 10 metrics and 5 tags of their own."""
    random = np.random.default_rng(7)
    table = wide_table(runs)
    for number in range(8):
        values = random.choice([8, 16, 32, 64, 128], runs)
        table = table.append_column(f"params.p{number}", pa.array(map(str, values.tolist())))
        table = table.append_column(f"metrics.m{number}", pa.array(random.normal(0, 1, runs)))
    for number in range(4):
        kinds = np.array([f"kind-{n}" for n in range(number + 2)])
        own = kinds[random.integers(0, len(kinds), runs)]
        table = table.append_column(f"tags.t{number}", pa.array(own))
    return table


def make_site(folder: Path, runs: int) -> Path:
    """The pages of a large archive but those of its runs, which would take minutes."""
    storage = open_archive(folder / "archive", create=True)
    write_compacted(storage, thirty_columns(runs))
    report = assemble_report(read_archive(storage), parse_config(CONFIG), now_ms=None, version="b")
    publish_indexes(report, folder / "site")
    (page,) = (folder / "site" / "e").glob("*/index.html")
    return page


def actions(page: Any) -> dict[str, float]:
    """Input to paint of what a reader does with the table, after a first time."""

    def act(selector: str, event: str = "click") -> float:
        return float(page.evaluate(PAINTED, [selector, event]))

    head = "#run-table thead button[data-sort='metrics.accuracy']"
    act(head)
    found = {"sort_ms": statistics.median([act(head) for _ in range(5)])}
    act("#filter", "params.model = 'tree'")
    # As often as the sort: the first of each is compiled while it is measured.
    found["filter_ms"] = statistics.median([act("#filter", text) for text in QUERIES * 3])
    act("#filter", "")
    page.locator("#toolbar summary", has_text="Columns").click()
    page.get_by_label("Search columns").fill("m7")
    page.wait_for_timeout(200)
    found["column_ms"] = act("#toolbar details[open] label input[type=checkbox]:last-of-type")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all").click()
    page.wait_for_selector(".windowed")
    jump = """async () => {
      const region = document.querySelector(".windowed");
      const start = performance.now();
      region.scrollTop = region.scrollHeight / 2;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return performance.now() - start;
    }"""
    found["jump_ms"] = statistics.median([float(page.evaluate(jump)) for _ in range(3)])
    return found


def first_sort(page: Any) -> dict[str, float]:
    """The first click on a header, which loads the data that the rows need."""
    selector = "#run-table thead button[data-sort='metrics.accuracy']"
    return {"first_sort_ms": float(page.evaluate(PAINTED, [selector, "click"]))}


def charts(page: Any) -> dict[str, float]:
    """From asking to the first live chart, and another type of it."""
    page.wait_for_timeout(300)
    before = page.evaluate("typeof window.vega")
    assert before == "undefined"
    first = float(page.evaluate(DRAWN, "edit"))
    page.wait_for_timeout(500)
    changes = [float(page.evaluate(DRAWN, kind)) for kind in ("histogram", "scatter", "box")]
    return {"chart_ms": first, "change_ms": statistics.median(changes)}


def below(what: str, value: float, goal: float, unit: str) -> Figure:
    shown = f"{value:,.0f} {unit}" if unit else f"{value:,.3g}"
    limit = f"≤ {goal:,g} {unit}".rstrip()
    return Figure(what, shown, "–", "–", limit, value <= goal)


def browse(folder: Path, runs: int) -> list[Figure]:
    """What a reader waits for."""
    page = make_site(folder, runs)
    site = folder / "site"
    address = str(page.relative_to(site))
    name = f"{runs:,} runs"
    with chromium() as browser, served(str(site)) as server:
        disk = measure(browser, f"file://{page}", act=actions)
        web = measure(browser, f"{server}/{address}", act=first_sort)
        phone = measure(browser, f"{server}/{address}", is_phone=True, runs=3)
        drawn = measure(browser, f"file://{page}", act=charts, runs=3)
    first, sort, filtered, column = (
        (600, 100, 60, 100) if runs <= 10_000 else (1200, 200, 100, 150)
    )
    figures = [
        below(f"{name}, from disk: largest paint", disk["paint_ms"], 300, "ms"),
        below(f"{name}, from disk: ready and quiet", disk["interactive_ms"], first, "ms"),
        below(f"{name}, from disk: blocked", disk["blocked_ms"], 50, "ms"),
        below(f"{name}, from disk: layout shift", disk["shift"], 0.01, ""),
        below(f"{name}, from disk: requests", disk["requests"], 20, ""),
        below(
            f"{name}, over http and gzip: on the wire",
            web["wire_kb"],
            400 if runs <= 10_000 else 3000,
            "kB",
        ),
        below(f"{name}, over http and gzip: ready and quiet", web["interactive_ms"], 1200, "ms"),
        below(
            f"{name}, over http and gzip: first sort, its data loaded",
            web["first_sort_ms"],
            1000,
            "ms",
        ),
        below(f"{name}: heap", disk["heap_mb"], 80, "MB"),
        below(f"{name}: sort, input to paint", disk["sort_ms"], sort, "ms"),
        below(f"{name}: filter, input to paint", disk["filter_ms"], filtered, "ms"),
        below(f"{name}: add a column", disk["column_ms"], column, "ms"),
        below(f"{name}: jump in all rows", disk["jump_ms"], 100, "ms"),
    ]
    if runs == large(10_000):
        sizes = {
            "own script": _gzipped(site, "static/runreport-*.js"),
            "style": _gzipped(site, "static/style-*.css"),
            "HTML": _gzipped(site, address),
        }
        figures += [
            below(f"{name}: {kind}, gzip", size, goal, "kB")
            for (kind, size), goal in zip(sizes.items(), (25, 8, 20), strict=True)
        ]
        figures += [
            below(
                f"{name}, phone, CPU ÷ 4, slow 4G: largest paint", phone["paint_ms"], 1500, "ms"
            ),
            below(
                f"{name}, phone, CPU ÷ 4, slow 4G: ready and quiet",
                phone["interactive_ms"],
                4000,
                "ms",
            ),
            below(f"{name}: from asking to the first live chart", drawn["chart_ms"], 500, "ms"),
            below(f"{name}: another chart type", drawn["change_ms"], 150, "ms"),
        ]
    return figures


def _gzipped(site: Path, pattern: str) -> float:
    (path,) = site.glob(pattern)
    return len(gzip.compress(path.read_bytes(), 6)) / 1000


def increments(folder: Path) -> list[Figure]:
    """Building again after nothing, and after one run more, in fresh processes."""
    archive, site = folder / "archive", folder / "site"
    write_compacted(open_archive(archive, create=True), thirty_columns(large(10_000)))
    (folder / "runreport.toml").write_text('primary_metric = "accuracy"\ndirection = "max"\n')
    command = [sys.executable, "-c", BUILD, "build", str(archive), "-o", str(site)]

    def build() -> float:
        begin = time.perf_counter()
        subprocess.run(command, check=True, cwd=folder, capture_output=True)
        return time.perf_counter() - begin

    whole = build()
    nothing = statistics.median([build() for _ in range(5)])
    times, changed = [], 0
    for number in range(3):
        before = _digests(site)
        add_run(archive, number)
        times.append(build())
        after = _digests(site)
        changed = sum(after[path] != before.get(path) for path in after)
    again = folder / "again"
    subprocess.run([*command[:-1], str(again)], check=True, cwd=folder, capture_output=True)
    is_same = _digests(again) == _digests(site)
    return [
        Figure("`build` of 10,000 compacted runs, whole", f"{whole:.1f} s", "–", "–", "–", True),
        Figure("nothing changed", f"{nothing:.2f} s", "–", "–", "≤ 0.5 s", nothing <= 0.5),
        Figure(
            "one run added",
            f"{statistics.median(times):.2f} s",
            "–",
            "–",
            "≤ 1.5 s",
            statistics.median(times) <= 1.5,
        ),
        Figure(
            "files that one run changes",
            f"{changed:,}",
            f"{len(_digests(site)):,} files",
            "–",
            "equal to a clean build",
            is_same,
        ),
    ]


def add_run(archive: Path, number: int) -> None:
    """One run more of the same experiment."""
    writer = Writer(open_archive(archive), EXPERIMENT, f"{number:032x}")
    moment = START_MS + 10**9 + number
    writer.log_lines(
        (
            ("run", (None, None, {}, moment)),
            ("status", (None, "RUNNING", None, moment)),
            ("tag", {"mlflow.runName": f"added-{number}", "team": "red"}),
        )
    )
    writer.log_values("param", {"model": "tree", "learning_rate": "0.1"})
    writer.log_metric("accuracy", 0.5, 0, moment)
    writer.log_lines((("status", (None, "FINISHED", None, moment + 1)),))
    writer.finish()


def _digests(site: Path) -> dict[str, str]:
    return {
        str(path.relative_to(site)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*") if path.is_file()
    }  # fmt: skip


def against_mlflow(folder: Path) -> list[Figure]:
    """MLflow's page of the same 10,000 runs, in the same session."""
    import pyarrow.parquet as pq
    from search import FILTER, MLFLOW

    table = wide_table(large(10_000))
    pq.write_table(table, folder / "wide.parquet")
    subprocess.run(
        [sys.executable, "-c", MLFLOW, str(folder), str(folder / "wide.parquet"), FILTER],
        check=True,
        capture_output=True,
    )
    page = make_site(folder / "ours", large(10_000))
    port = 5077
    command = [str(Path(sys.executable).with_name("mlflow")), "server", "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--port", str(port)]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, env={**os.environ, "DO_NOT_TRACK": "1"}, **quiet)
    try:
        theirs_url = f"http://127.0.0.1:{port}/#/experiments/1/runs"
        _wait_for(port)
        with chromium() as browser, served(str(folder / "ours" / "site")) as ours_url:
            theirs = measure(
                browser, theirs_url, ready="[role=row] a[href*='/runs/'], .ag-row", runs=3
            )
            ours = measure(
                browser, f"{ours_url}/{page.relative_to(folder / 'ours' / 'site')}", runs=3
            )
            disk = measure(browser, f"file://{page}", runs=3)
    finally:
        server.terminate()
    rows = []
    for what, own, goal in (("over http", ours, 6), ("from disk", disk, 10)):
        ratio = theirs["interactive_ms"] / own["interactive_ms"]
        rows.append(
            Figure(
                f"10,000 runs, {what}, ready and quiet",
                f"{own['interactive_ms']:.0f} ms",
                f"{theirs['interactive_ms']:.0f} ms (MLflow)",
                f"{ratio:.1f} times faster",
                f"≥ {goal}",
                ratio >= goal,
            )
        )
    ratio = theirs["wire_kb"] / ours["wire_kb"]
    rows.append(
        Figure(
            "10,000 runs, bytes on the wire",
            f"{ours['wire_kb']:.0f} kB",
            f"{theirs['wire_kb']:.0f} kB (MLflow)",
            f"{ratio:.0f} times fewer",
            "≥ 20",
            ratio >= 20,
        )
    )
    return rows


def _wait_for(port: int) -> None:
    import urllib.request

    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    sys.exit("MLflow's server did not start.")


def main() -> None:
    """Measure all, print the table, write it down."""
    figures: list[Figure] = []
    works: list[Any] = [
        *(lambda folder, runs=runs: browse(folder, runs) for runs in SIZES),
        increments,
    ]
    if "--mlflow" in sys.argv:
        works.append(against_mlflow)
    for work in works:
        with tempfile.TemporaryDirectory() as place:
            figures += work(Path(place))
            print(as_table(figures[-20:]), file=sys.stderr)
    print(as_table(figures))
    if "--write" in sys.argv:
        write_between("web", as_table(figures))


if __name__ == "__main__":
    main()

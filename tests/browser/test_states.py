"""A view is its link: any state, opened from its address in a fresh page, shows the same."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.long]

STATES = 200
FILTERS = ("tanh", "params.hidden = 64", "metrics.val_loss < 0.2 or params.seed = 1", "relu s2")
COLUMNS = (
    "run_name", "status", "start_time", "duration", "metrics.val_accuracy", "metrics.val_loss",
    "params.hidden", "params.learning_rate", "params.activation", "params.seed", "tags.stage",
)  # fmt: skip
CHARTS = ("scatter;x=params.hidden;y=metrics.val_loss", "bar;x=params.seed;y=metrics.val_loss")
SHOWN = """() => ({
  heads: [...document.querySelectorAll("#run-table thead th")].map(head => head.textContent),
  sorted: [...document.querySelectorAll("#run-table [aria-sort]")].map(
    head => head.textContent + head.getAttribute("aria-sort")),
  rows: [...document.querySelectorAll("#run-table tbody tr")].slice(0, 60).map(
    row => row.innerText + [...row.querySelectorAll("input")].map(box => box.checked)),
  filter: document.getElementById("filter").value,
  charts: [...document.querySelectorAll("figure.chart figcaption")].map(one => one.textContent),
  drawn: document.querySelectorAll("figure.chart svg.marks").length,
  pressed: [...document.querySelectorAll("#facets [aria-pressed=true]")].map(b => b.textContent),
})"""


def random_hash(rng: random.Random, ids: list[str]) -> str:
    """A state that a reader could reach."""
    parts = []
    if rng.random() < 0.5:
        parts.append(f"q={quote(rng.choice(FILTERS))}")
    if rng.random() < 0.3:
        parts.append(f"f.status={rng.choice(['FINISHED', 'KILLED', 'FINISHED,KILLED'])}")
    if rng.random() < 0.3:
        parts.append(f"r.metrics.val_accuracy={rng.choice(['0.9..', '..0.97', '0.8..0.96'])}")
    if rng.random() < 0.5:
        chosen = rng.sample(COLUMNS, rng.randrange(2, 7))
        parts.append(f"cols={','.join(chosen)}")
        if rng.random() < 0.5:
            parts.append(f"pin={chosen[-1]}")
    if rng.random() < 0.5:
        parts.append(f"sort={rng.choice(['', '-'])}{rng.choice(COLUMNS)}")
    parts += [flag for flag in ("differ=1", "p=2") if rng.random() < 0.2]
    if rng.random() < 0.2:
        parts.append(f"group={rng.choice(['params.hidden', 'params.seed', 'status'])}")
    if rng.random() < 0.3:
        parts.append(f"sel={','.join(i[:8] for i in rng.sample(ids, 3))}")
    if rng.random() < 0.15:
        parts.append(f"charts={'|'.join(rng.sample(CHARTS, rng.randrange(1, 3)))}")
    return f"#v=1&{'&'.join(parts)}" if parts else ""


def show(page: Page, url: str) -> tuple[dict[str, Any], str]:
    """What a fresh page at an address shows once it is quiet, and its address then."""
    page.goto("about:blank")
    page.goto(url)
    page.wait_for_selector("#run-table[data-ready]")
    if "charts=" in url:
        page.wait_for_selector("figure.chart .drawing svg.marks, figure.chart .drawing p")
        page.wait_for_timeout(250)
    page.wait_for_timeout(30)
    return page.evaluate(SHOWN), page.url


@pytest.mark.parametrize("part", range(4))
def test_any_state_survives_its_address(
    browser: Browser, sample_site: Path, find_experiment: Callable[[str], str], part: int
) -> None:
    rng = random.Random(part)
    path = sample_site / find_experiment("digits")
    ids = [line.split('data-run="')[1][:32] for line in path.read_text().split("<tr")
           if 'data-run="' in line]  # fmt: skip
    page = browser.new_page()
    for _ in range(STATES // 4):
        hash_text = random_hash(rng, ids)
        first, address = show(page, f"file://{path}{hash_text}")
        page.evaluate("localStorage.clear()")  # the link alone must say it
        again, same = show(page, address)
        assert again == first, hash_text
        assert same == address
        page.evaluate("localStorage.clear()")
    page.close()

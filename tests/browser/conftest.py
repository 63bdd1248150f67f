"""A real browser over real sites: the sample report from disk and from a server below a path."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from runreport.pipeline import build_site
from runreport.report.config import load_config
from runreport.report.reviews.making import make_review
from runreport.sources import opened_sides

SAMPLES = Path(__file__).parents[2] / "sample_runs"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    pytest.fail("Chromium is missing; `make test` installs it.")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def sample_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample report, below /org/repo as GitHub Pages would have it."""
    site = tmp_path_factory.mktemp("pages") / "org" / "repo"
    site.parent.mkdir()
    config = load_config(str(SAMPLES / "runreport.toml"))
    archive, nights = str(SAMPLES / "archive"), "params.model = 'softmax'"
    last = "tags.mlflow.source.git.commit LIKE 'ca2391f1%'"
    base = f"{nights} and NOT {last}"
    with opened_sides(base, f"{nights} and {last}", archive, config) as sides:
        review = make_review(*sides, config)
    build_site(archive, str(site), config, review=review)
    return site


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def server(sample_site: Path) -> Iterator[str]:
    handler = functools.partial(_Quiet, directory=str(sample_site.parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/org/repo/"
        running.shutdown()
        thread.join()


@dataclass
class Reader:
    """A browser window that notes everything that goes wrong in it."""

    page: Page
    root: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.root + path)
        return self.page

    def note_request(self, request: Request) -> None:
        if not request.url.startswith((self.root, "data:")):
            self.complaints.append(f"request outside the site: {request.url}")


def find_root(request: pytest.FixtureRequest, sample_site: Path) -> str:
    if request.param == "disk":
        return f"file://{sample_site}/"
    return str(request.getfixturevalue("server"))


@pytest.fixture(params=["disk", pytest.param("server", marks=pytest.mark.long)])
def root(request: pytest.FixtureRequest, sample_site: Path) -> str:
    """Where the sample report is read from; from a server only in the long suite, mostly."""
    return find_root(request, sample_site)


@pytest.fixture
def reader(browser: Browser, root: str) -> Iterator[Reader]:
    """A desktop window on the sample report; the test fails on any complaint of the browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield from watch(context, root)


def watch(context: BrowserContext, root: str) -> Iterator[Reader]:
    page = context.new_page()
    page.set_default_timeout(10_000)
    watched = Reader(page, root)
    page.on(
        "console",
        lambda message: watched.complaints.append(f"console: {message.text} {message.location}"),
    )
    page.on("pageerror", lambda error: watched.complaints.append(f"error: {error}"))
    page.on("request", watched.note_request)
    yield watched
    context.close()
    assert watched.complaints == []


def experiment(site: Path, word: str) -> str:
    """Path of an experiment's page, from the site's root."""
    (folder,) = (site / "e").glob(f"{word}*")
    return f"e/{folder.name}/index.html"


@pytest.fixture
def find_experiment(sample_site: Path) -> Callable[[str], str]:
    return functools.partial(experiment, sample_site)

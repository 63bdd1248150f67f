"""The pictures of README and docs, of the sample report: ``make screenshots``."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))

from browser.conftest import FLAGS, experiment, find_chromium  # noqa: E402
from pull_request import make_pull_request  # noqa: E402

TO = HERE.parent / "docs" / "screenshots"
FOUR = ("mlp-128-tanh-0.01-s2", "mlp-128-tanh-0.001-s1", "mlp-128-relu-0.0003-s2",
        "mlp-64-relu-0.001-s2")  # fmt: skip


def main(site: Path) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        for name, (size, scheme, take) in PICTURES.items():
            page = open_page(browser, size, scheme)
            take(page, site)
            page.mouse.move(0, 0)
            page.wait_for_timeout(400)
            page.screenshot(path=str(TO / f"{name}.png"))
            page.context.close()
        take_pull_request(browser)
        browser.close()


def take_pull_request(browser: Browser) -> None:
    """What a pull request that regresses shows."""
    with tempfile.TemporaryDirectory() as folder:
        comment, site = make_pull_request(Path(folder).resolve())
        pages = {
            "ci-comment": ((1180, 860), comment),
            "ci-review": ((1280, 860), site / "compare" / "_base" / "index.html"),
            "ci-checks": ((1280, 860), site / "checks" / "index.html"),
        }
        for name, (size, path) in pages.items():
            page = open_page(browser, size, "light")
            page.goto(f"file://{path}")
            page.wait_for_timeout(800)
            page.screenshot(path=str(TO / f"{name}.png"))
            page.context.close()


def open_page(browser: Browser, size: tuple[int, int], scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    return context.new_page()


def show(page: Page, site: Path, path: str) -> None:
    page.goto(f"file://{site}/{path}")
    page.wait_for_timeout(1500)


def overview(page: Page, site: Path) -> None:
    show(page, site, "index.html")


def digits(page: Page, site: Path) -> None:
    show(page, site, experiment(site, "digits"))


def run(page: Page, site: Path) -> None:
    digits(page, site)
    page.locator(".winner a").first.click()
    page.wait_for_timeout(1500)


def smoothed_run(page: Page, site: Path) -> None:
    run(page, site)
    page.goto(page.url.partition("#")[0] + "#v=1&smooth=0.6")
    page.reload()
    page.wait_for_timeout(2500)
    page.evaluate("scrollTo(0, 400)")


def filtered(page: Page, site: Path) -> None:
    digits(page, site)
    page.locator("#filter").fill("hidden >= 64 and val_loss < 0.2")
    page.locator("#runs").evaluate("(head) => scrollTo(0, head.getBoundingClientRect().top - 60)")
    page.locator("summary", has_text="Columns").click()
    page.wait_for_timeout(500)


def grouped(page: Page, site: Path) -> None:
    show(
        page,
        site,
        experiment(site, "digits") + "#v=1&group=params.hidden&sort=-metrics.val_accuracy",
    )
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


def compared(page: Page, site: Path) -> None:
    runs = [json.loads(file.read_text().splitlines()[1]) for file in site.glob("r/*/*.js")]
    ids = {run["run_name"]: run["run_id"][:12] for run in runs}
    folder = experiment(site, "digits").split("/")[1]
    chosen = ",".join(ids[name] for name in FOUR)
    show(page, site, f"compare/index.html#v=1&e={folder}&sel={chosen}")
    page.wait_for_timeout(2000)


def saved_view(page: Page, site: Path) -> None:
    (view,) = site.glob("compare/what*/index.html")
    show(page, site, str(view.relative_to(site)))


def model(page: Page, site: Path) -> None:
    show(page, site, "m/tumour-screen/index.html")


def activity(page: Page, site: Path) -> None:
    show(page, site, "activity/index.html")


def evaluation(page: Page, site: Path) -> None:
    show(page, site, experiment(site, "handbook").replace("index", "evaluations/index"))


PICTURES = {
    "overview": ((1280, 1000), "light", overview),
    "experiment": ((1280, 1160), "light", digits),
    "filter": ((1280, 900), "light", filtered),
    "group": ((1280, 560), "light", grouped),
    "compare": ((1280, 1100), "light", compared),
    "charts": ((1280, 1000), "light", saved_view),
    "run": ((1280, 1100), "light", run),
    "run-dark": ((1280, 1000), "dark", smoothed_run),
    "phone-dark": ((390, 844), "dark", digits),
    "model": ((1280, 1000), "light", model),
    "activity": ((1280, 800), "light", activity),
    "evaluation": ((1280, 900), "light", evaluation),
}

if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())

"""One page of each kind of the sample site."""

from __future__ import annotations

from pathlib import Path


def page_kinds(site: Path) -> dict[str, str]:
    """Paths from the site's root by what kind of page it is."""

    def first(pattern: str) -> str:
        return str(sorted(site.glob(pattern))[0].relative_to(site))

    def showing(file: str) -> str:
        """The first page of a run that logged such a file."""
        pages = (path for path in sorted(site.glob("r/*/*.html")) if file in path.read_text())
        return str(next(pages).relative_to(site))

    digits = first("e/digits*/index.html")
    return {
        "overview": "index.html",
        "activity": "activity/index.html",
        "experiment": digits,
        "experiment, page 2": digits.replace("index.html", "runs-2.html"),
        "history": digits.replace("index.html", "history/index.html"),
        "experiment without curves": first("e/diabetes*/index.html"),
        "run": showing("-report.csv"),
        "run with evaluation": first("r/*/*/evaluation").replace("/evaluation", ".html"),
        "run beyond the cap": "r/view.html",
        "compare": "compare/index.html",
        "saved comparison": first("compare/what*/index.html"),
        "review": "compare/_base/index.html",
        "checks": "checks/index.html",
        "models": "m/index.html",
        "model": "m/tumour-screen/index.html",
        "version": "m/tumour-screen/v5/index.html",
        "tags": "t/index.html",
        "tag": first("t/*/*/index.html"),
        "jobs": "j/index.html",
        "notes": "n/index.html",
        "note": first("n/*/index.html"),
        "about": "about/index.html",
        "evaluations": first("e/*/evaluations/index.html"),
        "evaluation": first("r/*/*/evaluation/index.html"),
        "not found": "404.html",
    }

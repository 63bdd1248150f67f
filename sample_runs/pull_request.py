"""A pull request that regresses: its comment and its page, as docs/ci.md shows them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import make_samples
import sample_nightly
from markdown_it import MarkdownIt

import runreport as mlflow
from runreport.pipeline import build_site
from runreport.report.config import load_config
from runreport.report.reviews.forms import as_markdown
from runreport.report.reviews.making import make_review
from runreport.sources import opened_sides

HERE = Path(__file__).resolve().parent
_SITE = "https://ada.github.io/lab/"
_STYLE = """
body { margin: 24px; font: 14px/1.5 system-ui, sans-serif; color: #1f2328; }
.comment { border: 1px solid #d1d9e0; border-radius: 6px; }
.comment > header { padding: 8px 16px; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; }
.comment > div { padding: 16px; }
h2 { margin: 0 0 16px; padding-bottom: 6px; border-bottom: 1px solid #d1d9e0; font-size: 21px; }
h3 { margin: 24px 0 12px; font-size: 17px; }
table { border-collapse: collapse; margin-bottom: 12px; }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; }
tr:nth-child(even) td { background: #f6f8fa; }
code { background: #eff1f3; padding: 2px 4px; border-radius: 4px; font: 12px monospace; }
a { color: #0969da; }
"""


def make_pull_request(folder: Path) -> tuple[Path, Path]:
    """A repository whose branch makes the last night of the samples; its comment as a page, and
    its site.

    Args:
        folder: an empty one.
    """
    project = folder / "project"
    project.mkdir()
    _git(project, "init", "-q", "-b", "main")

    def at_night(number: int) -> None:
        make_samples.at_night(number)
        if number == sample_nightly.HARMED:  # what was until now is on main
            _git(project, "add", "-A")
            _git(project, "commit", "-q", "-m", "nights")
            _git(project, "checkout", "-q", "-b", "faster-loading")

    make_samples.borrow_identity()
    mlflow.set_tracking_uri(project / "runs")
    sample_nightly.train_nightly(at_night)
    whole = load_config(str(HERE / "runreport.toml"))
    config = replace(whole, title="Digits", views=(), notes=None, description="", url=_SITE)
    os.chdir(project)
    with opened_sides("main", None, "runs", config) as sides:
        review = make_review(*sides, config)
    text = MarkdownIt("gfm-like", {"linkify": False}).render(as_markdown(review))
    head = "<header><b>github-actions</b> commented</header>"
    comment = folder / "comment.html"
    comment.write_text(
        f"<!doctype html><meta charset='utf-8'><style>{_STYLE}</style>"
        f"<div class='comment'>{head}<div>{text}</div></div>"
    )
    build_site("runs", str(folder / "site"), config, review=review)
    return comment, folder / "site"


def _git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    print(*make_pull_request(Path(sys.argv[1])), sep="\n")

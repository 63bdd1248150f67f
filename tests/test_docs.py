"""What the documents say is true: examples run, names are documented, links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import runreport
from runreport.query.filters import OPERATORS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def test_the_first_example_of_the_readme_runs(tmp_path: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", README, re.DOTALL)[0]
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith(("MLFLOW", "RUNREPORT"))
    }
    (tmp_path / "train.py").write_text(code)
    subprocess.run([sys.executable, "train.py"], cwd=tmp_path, env=environment, check=True)
    assert len(code.splitlines()) <= 25
    done = subprocess.run(
        [sys.executable, "-c", "from runreport.cli import main; main()", "build"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("Built") and (tmp_path / "site" / "index.html").exists()


def test_the_two_commands_are_at_the_top() -> None:
    head = README[:1200]
    assert "make demo" in head and "make test" in head


def test_every_filter_operator_is_documented() -> None:
    text = (ROOT / "docs" / "filters.md").read_text()
    for operator in OPERATORS:
        assert operator in text, operator


def test_every_public_function_is_named_in_the_readme_or_docs() -> None:
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    for name in runreport.__all__:
        assert re.search(rf"\b{name}\b", text), name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        if not re.match(r"[a-z]+:", target):
            assert (path.parent / target).exists(), target


def test_nothing_tells_people_to_install_another_package_of_our_name() -> None:
    wrong = re.compile(
        r"(?:pip|uv|pipx|conda|poetry)[^\n`]{0,40}\s['\"]?runreport(?![\w/.-])|runreport\["
    )
    endings = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".html", ".js"}
    folders = ("src", "docs", "themes", ".github", "sample_runs", "tests")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    found += ROOT.glob("*.*")
    told = {
        str(path.relative_to(ROOT)): match[0]
        for path in found
        if path.suffix in endings
        and ".egg-info" not in str(path)
        and path != Path(__file__).resolve()
        if (match := wrong.search(path.read_text(errors="replace")))
    }
    assert told == {}


def test_the_top_level_holds_what_the_design_lists_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    top = {line.split("/")[0] for line in listed.splitlines()}
    allowed = {
        "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile",
        "action.yml", "docs", "src", "themes", "tests", "sample_runs",
        "package.json", "package-lock.json", "tsconfig.json", "eslint.config.js",  # the scripts
    }  # fmt: skip
    assert {name for name in top if not name.startswith(".")} <= allowed

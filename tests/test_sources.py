"""What somebody names to compare: archives, filters, other tools' folders, git revisions."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from report.reviews.archives import log, review_of

import runreport
from runreport.errors import NotFound, RunreportError

QUIET = {
    **os.environ,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), *arguments]
    subprocess.run(command, check=True, capture_output=True, env=QUIET)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An archive in a folder of a repository: main has one run, feature two."""
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    runreport.set_tracking_uri(folder / "data" / "runs")
    log("a", [0.9])
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one run")
    git(folder, "checkout", "-q", "-b", "feature")
    log("b", [0.8])
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "two runs")
    return folder


def test_a_branch_is_the_archive_as_it_was_there(repository: Path) -> None:
    archive = repository / "data" / "runs"
    for base, head in (("main", None), ("main", "feature"), ("HEAD~1", "feature")):
        review = review_of(base, head, archive)
        assert review.runs == (1, 2), (base, head)
        assert [run.name for run in review.new] == ["b-0"]


def test_a_revision_names_its_folder_where_it_is_another_one(repository: Path) -> None:
    shutil.move(repository / "data" / "runs", repository / "moved")
    review = review_of("main:data/runs", None, repository / "moved")
    assert review.runs == (1, 2)
    with pytest.raises(NotFound, match="has no folder 'moved'"):
        review_of("main", None, repository / "moved")


def test_an_archive_that_is_a_branch_of_its_own_is_found(repository: Path, tmp_path: Path) -> None:
    shutil.copytree(repository / "data" / "runs", tmp_path / "copy")
    git(repository, "checkout", "-q", "--orphan", "archive")
    git(repository, "rm", "-rqf", ".")
    shutil.copytree(tmp_path / "copy", repository, dirs_exist_ok=True)
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "runs")
    git(repository, "checkout", "-q", "feature")
    review = review_of("main:data/runs", "archive:.", repository / "data" / "runs")
    assert review.runs == (1, 2)


def test_results_tables_of_a_revision_are_read_and_other_files_are_not(repository: Path) -> None:
    archive = repository / "data" / "runs"
    for score in (0.0, 1.0):
        with runreport.start_run():
            runreport.log_text("x" * 100, "large.txt")
            data = {"columns": ["inputs", "exact_match/score"], "data": [["q", score]]}
            runreport.log_dict(data, "eval_results_table.json")
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", f"evaluated {score}")
    (row,) = review_of("HEAD~1", "HEAD", archive).scores
    assert (row.wins, row.losses) == (1, 0)


def test_a_name_that_is_nothing_says_what_it_may_be(repository: Path, tmp_path: Path) -> None:
    archive = repository / "data" / "runs"
    with pytest.raises(NotFound, match=r"'mian' is no file or folder.*Did you mean 'main'"):
        review_of("mian", None, archive)
    runreport.set_tracking_uri(tmp_path / "alone")
    log("a", [0.9])
    with pytest.raises(NotFound, match="lies in no git repository"):
        review_of("main", None, tmp_path / "alone")
    with pytest.raises(NotFound, match="--upload-pack"):
        review_of("--upload-pack", None, archive)


def test_another_tools_folder_is_taken_in_for_the_moment(archive: Path, tmp_path: Path) -> None:
    log("a", [0.9])
    other = tmp_path / "curves.csv"
    other.write_text("step,loss\n1,0.5\n2,0.4\n")
    review = review_of(archive, other)
    assert review.runs[1] == 1 and review.new[0].value.startswith("loss")
    assert sorted(os.listdir(tmp_path)) == ["archive", "curves.csv"]


def test_a_branch_whose_name_looks_like_a_filter_is_a_branch(repository: Path) -> None:
    git(repository, "branch", "fix=1", "main")
    assert review_of("fix=1", None, repository / "data" / "runs").runs == (1, 2)


def test_a_link_to_a_repository_or_in_it_leads_to_the_archive(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(repository)
    assert review_of("main", None, tmp_path / "link" / "data" / "runs").runs == (1, 2)
    (repository / "runs").symlink_to("data/runs")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a link")
    assert review_of("main:data/runs", "HEAD:runs", repository / "data" / "runs").runs == (1, 2)


def test_an_archive_that_is_left_out_of_exports_is_read(repository: Path) -> None:
    (repository / ".gitattributes").write_text("data/runs export-ignore\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "ignored by git archive")
    assert review_of("main", "HEAD", repository / "data" / "runs").runs == (1, 2)


def test_a_revision_never_leads_out_of_its_repository(repository: Path) -> None:
    for path in ("../x", "/etc", "data/../../x"):
        with pytest.raises(NotFound, match="has no folder"):
            review_of(f"main:{path}", None, repository / "data" / "runs")


def test_a_file_of_another_tool_is_compared_with_what_it_was(repository: Path) -> None:
    curves = repository / "curves.csv"
    for last in (0.4, 0.9):
        curves.write_text(f"step,loss\n1,.5\n2,{last}\n")
        git(repository, "add", "-A")
        git(repository, "commit", "-q", "-m", str(last))
    (row,) = review_of("HEAD~1:curves.csv", curves, repository / "data" / "runs").metrics
    assert (row.base.mean, row.head.mean) == (0.4, 0.9)


def test_a_repository_that_git_does_not_trust_is_said_so(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(RunreportError, match="dubious ownership"):
        review_of("main", None, repository / "data" / "runs")


def test_a_tree_that_leads_out_of_its_folder_is_refused(repository: Path, tmp_path: Path) -> None:
    def told(*arguments: str, given: bytes = b"") -> str:
        command = ["git", "-C", str(repository), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, env=QUIET, input=given)
        return done.stdout.decode().strip()

    blob = told("hash-object", "-w", "--stdin", given=b"pwned")
    inner = b"100644 pwned.txt\0" + bytes.fromhex(blob)
    tree = told("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=inner)
    for _ in range(3):
        outer = b"40000 ..\0" + bytes.fromhex(tree)
        tree = told("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=outer)
    runs = b"40000 runs\0" + bytes.fromhex(tree)
    tree = told("hash-object", "-w", "-t", "tree", "--literally", "--stdin", given=runs)
    commit = told("commit-tree", tree, "-m", "evil")
    with pytest.raises(RunreportError, match="holds the path"):
        review_of(f"{commit}:runs", None, repository / "data" / "runs")
    assert not list(tmp_path.rglob("pwned.txt"))


def test_what_a_branch_that_went_on_has_is_not_gone(repository: Path) -> None:
    git(repository, "checkout", "-q", "main")
    runreport.set_tracking_uri(repository / "data" / "runs")
    log("c", [0.7])
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "main went on")
    git(repository, "checkout", "-q", "feature")
    review = review_of("main", None, repository / "data" / "runs")
    assert review.gone == () and [run.name for run in review.new] == ["b-0"]

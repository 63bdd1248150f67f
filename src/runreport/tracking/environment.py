"""What is recorded of the surroundings when a run starts, so that the report needs no more.

Standard library only and light. Failing to record any of it warns and goes on. What is private
(user, host, command line, diff) is recorded here but left out of a published site.
"""

from __future__ import annotations

import os
import sys
import warnings
from functools import lru_cache

from runreport.archive.clock import host_name

_GIT_TIMEOUT_S = 10
_MAX_DIFF = 200_000
"""Characters of `git diff` that are kept."""

_GITHUB_URL = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}"

JOBS = (
    # (variable that tells, kind, variable of the id, template of the URL)
    ("GITHUB_ACTIONS", "github", "GITHUB_RUN_ID", _GITHUB_URL),
    ("GITLAB_CI", "gitlab", "CI_JOB_ID", "{CI_JOB_URL}"),
    ("BUILDKITE", "buildkite", "BUILDKITE_BUILD_ID", "{BUILDKITE_BUILD_URL}"),
    ("JENKINS_URL", "jenkins", "BUILD_TAG", "{BUILD_URL}"),
    ("SLURM_JOB_ID", "slurm", "SLURM_JOB_ID", ""),
    ("SPARK_APPLICATION_ID", "spark", "SPARK_APPLICATION_ID", ""),
)  # fmt: skip


def capture_environment() -> tuple[dict[str, str], dict[str, object]]:
    """The system tags of a run that starts now, and the record its ``run`` event carries."""
    try:
        return _capture()
    except Exception as error:  # whatever goes wrong here must not stop the training
        warnings.warn(f"Could not record the run's environment: {error}", stacklevel=3)
        return {}, {}


def _capture() -> tuple[dict[str, str], dict[str, object]]:
    source, source_type = find_source()
    record: dict[str, object] = {
        "user": user_name(),
        "host": host_name(),
        "python": sys.version.split()[0],
        "platform": sys.platform,
        "command": command_line(),
        "folder": working_folder(),
        "packages": installed_packages(),
    }
    folder = os.path.dirname(os.path.abspath(source)) if os.path.exists(source) else os.getcwd()
    git = git_state(folder)
    job = find_job()
    tags = {
        "mlflow.user": str(record["user"]),
        "mlflow.source.name": source,
        "mlflow.source.type": "JOB" if job is not None else source_type,
    }
    if git is not None:
        record["git"] = git
        tags["mlflow.source.git.commit"] = str(git["commit"])
        tags["mlflow.source.git.branch"] = str(git["branch"])
        tags["mlflow.source.git.dirty"] = str(git["dirty"]).lower()
    if job is not None:
        record["job"] = job
        tags["runreport.job"] = f"{job['kind']}:{job['id']}"
        if job.get("url"):
            tags["runreport.job.url"] = job["url"]
    return {key: value for key, value in tags.items() if value}, record


def find_source() -> tuple[str, str]:
    """The script or notebook at work, and MLflow's word for its kind."""
    notebook = os.environ.get("JPY_SESSION_NAME") or _vscode_notebook()
    if notebook:
        return notebook, "NOTEBOOK"
    if sys.argv and os.path.basename(sys.argv[0]) == "runreport":
        return (
            "runreport",
            "LOCAL",
        )  # a name, not the script's place: its repository is not the run's
    if "ipykernel" in sys.modules:
        return "notebook", "NOTEBOOK"
    return sys.argv[0] if sys.argv and sys.argv[0] not in ("", "-c") else "python", "LOCAL"


def _vscode_notebook() -> str:
    main = sys.modules.get("__main__")
    return str(getattr(main, "__vsc_ipynb_file__", ""))


def command_line() -> list[str]:
    """The command that started this process."""
    return list(sys.orig_argv)


def working_folder() -> str:
    """Where this process runs."""
    return os.getcwd()


def user_name() -> str:
    """Who runs this; `getpass` costs more to import than it does."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(variable):
            return os.environ[variable]
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return ""


@lru_cache(maxsize=1)
def installed_packages() -> dict[str, str]:
    """Installed packages and versions, from the names of their metadata folders.

    `importlib.metadata` would read every metadata file; the names say enough.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:
            continue
        for entry in entries:
            stem, dot, ending = entry.rpartition(".")
            name, dash, version = stem.partition("-")
            if dot and ending == "dist-info" and dash:
                found.setdefault(name.lower().replace("_", "-"), version)
    return dict(sorted(found.items()))


@lru_cache(maxsize=8)
def git_state(folder: str) -> dict[str, object] | None:
    """Commit, branch, whether files differ from it, and how; None outside a repository.

    Asked once a process: what runs is the code that was there when it began.
    """
    if not _is_in_repository(folder):
        return None
    import subprocess

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", folder, *arguments],
            capture_output=True,
            check=True,
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=_GIT_TIMEOUT_S,
        ).stdout

    try:
        lines = git("status", "--porcelain=v2", "--branch", "--untracked-files=no").splitlines()
        headers = dict(line[2:].split(" ", 1) for line in lines if line.startswith("# "))
        is_dirty = any(not line.startswith("#") for line in lines)
        return {
            "commit": headers.get("branch.oid", ""),
            "branch": headers.get("branch.head", ""),
            "dirty": is_dirty,
            "diff": git("diff", "HEAD")[:_MAX_DIFF] if is_dirty else "",
        }
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        warnings.warn(f"Could not record the git state of {folder}: {error}", stacklevel=2)
        return None


def _is_in_repository(folder: str) -> bool:
    while True:
        if os.path.exists(os.path.join(folder, ".git")):
            return True
        above = os.path.dirname(folder)
        if above == folder:
            return False
        folder = above


def find_job() -> dict[str, str] | None:
    """The CI job, SLURM job or Spark application this runs in."""
    for flag, kind, identity, template in JOBS:
        if os.environ.get(flag):
            try:
                url = template.format_map(os.environ)
            except KeyError:
                url = ""
            return {"kind": kind, "id": os.environ.get(identity, ""), "url": url}
    return None

"""Each test logs into an archive of its own and leaves no active run, variable or cache behind."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache

import runreport
from runreport.archive import known_segments
from runreport.archive.directory import open_archive
from runreport.archive.storage import LocalStorage
from runreport.site import environment
from runreport.tracking import active
from runreport.tracking import store as store_module

# Both cores are busy with tests: how long an example takes says nothing of the code.
settings.register_profile("tests", deadline=None)
settings.register_profile("same", deadline=None, derandomize=True)  # --hypothesis-profile=same
settings.load_profile("tests")

VARIABLES = (
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_URI",
    "RUNREPORT_ARCHIVE",
    "SOURCE_DATE_EPOCH",
    "GITHUB_ACTIONS",
    "SLURM_JOB_ID",
)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What builds keep for this user is kept for these tests alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def shared_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates are compiled once a worker; those of a project, in a sandbox, apart from ours."""
    with pytest.MonkeyPatch.context() as patched:
        for kind in ("Environment", "ImmutableSandboxedEnvironment"):
            cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp(kind)))
            caching = functools.partial(getattr(environment, kind), bytecode_cache=cache)
            patched.setattr(environment, kind, caching)
        yield


@pytest.fixture(autouse=True)
def clean_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    while runreport.active_run() is not None:
        runreport.end_run()
    active.close_side_sessions()
    active.choose_archive(None)
    active.experiment = None
    active._last_run_id.set(None)
    store_module._open.cache_clear()
    for variable in ("MLFLOW_EXPERIMENT_ID", "MLFLOW_RUN_ID"):
        os.environ.pop(variable, None)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return open_archive(tmp_path / "archive", create=True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive that the fluent calls of the test log into."""
    path = tmp_path / "archive"
    runreport.set_tracking_uri(path)
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The segment files that were opened."""
    paths: list[str] = []
    read = LocalStorage.read

    def spy(self: LocalStorage, path: str, **options: Any) -> bytes:
        if path.endswith(".parquet"):
            paths.append(path)
        return read(self, path, **options)

    monkeypatch.setattr(LocalStorage, "read", spy)
    return paths


@pytest.fixture
def few_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What builds know of few files, and of new ones, is kept, too."""
    for name in ("LEAST_SEGMENTS", "LEAST_NEW", "LEAST_BYTES"):
        monkeypatch.setattr(known_segments, name, 1)
    monkeypatch.setattr(known_segments, "SETTLED_MS", 0)

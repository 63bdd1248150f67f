"""The sample archives are what the README says they are, and a build survives the broken one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import runreport
from runreport.archive.directory import open_archive
from runreport.archive.reading import read_archive
from runreport.archive.verify import verify_archive
from runreport.errors import BuildError
from runreport.pipeline import build_site
from runreport.query.search import load_index
from runreport.query.summaries import with_stats
from runreport.report.config import Config, load_config

SAMPLES = Path(__file__).parent.parent / "sample_runs"


def test_the_sample_archive_is_sound_small_and_rich() -> None:
    storage = open_archive(SAMPLES / "archive")
    assert verify_archive(storage).problems == ()
    assert sum(file.size_bytes for file in storage.list("")) < 5_000_000
    index = load_index(storage)
    statuses = index.runs.column("status").to_pylist()
    assert len(statuses) >= 150 and {"FINISHED", "FAILED", "KILLED", "UNKNOWN"} == set(statuses)
    assert len(set(index.runs.column("experiment_id").to_pylist())) >= 4
    keys = set(index.tags.column("key").to_pylist())
    assert "mlflow.parentRunId" in keys and "mlflow.note.content" in keys
    endings = {path.rpartition(".")[2] for path in index.artifacts.column("path").to_pylist()}
    assert {"png", "svg", "csv", "json", "txt"} <= endings
    assert max(with_stats(index.metrics).column("count").to_pylist()) >= 30


def test_no_name_of_the_machine_that_made_the_samples_is_in_them() -> None:
    import os
    import pwd

    import pyarrow.parquet as pq

    user = pwd.getpwuid(os.getuid()).pw_name
    hidden = {os.uname().nodename, str(SAMPLES), os.path.expanduser("~")}
    hidden.add(f'"{user}"')
    for path in SAMPLES.glob("*/**/*"):
        if path.is_file() and path.suffix in (".json", ".jsonl", ".parquet"):
            data = path.read_bytes()
            if path.suffix == ".parquet" and "archive" in path.parts:
                data = json.dumps(pq.read_table(path).to_pylist()).encode()
            assert not [name for name in hidden if len(name) > 3 and name.encode() in data]


@pytest.mark.slow
def test_the_sample_report_builds_without_a_warning(tmp_path: Path) -> None:
    config = load_config(str(SAMPLES / "runreport.toml"))
    made = build_site(str(SAMPLES / "archive"), str(tmp_path / "site"), config, strict=True)
    assert made.notices == () and made.findings == () and made.charts >= 9


def test_the_broken_archive_is_built_and_each_damage_named(tmp_path: Path) -> None:
    made = build_site(str(SAMPLES / "broken"), str(tmp_path / "site"), Config())
    text = (tmp_path / "site" / "index.html").read_text()
    problems = " ".join(made.notices)
    for words in ("unfinished", "digest in its name", "no events file commits", "format version 9",
                  "newer format"):  # fmt: skip
        assert words in problems
    assert len(made.notices) == 5 and all(n.split(":")[0] in text for n in made.notices)
    assert made.runs == 2  # the sound one, and the one whose journal is torn
    names = read_archive(open_archive(SAMPLES / "broken"))
    assert len(names.notices) == 5
    with pytest.raises(BuildError, match="5 things cannot be shown"):
        build_site(str(SAMPLES / "broken"), str(tmp_path / "site"), Config(), strict=True)


def test_the_registered_models_are_as_they_were_registered() -> None:
    client = runreport.MlflowClient(str(SAMPLES / "archive"))
    versions = client.search_model_versions()
    assert len(versions) == 8
    for version in versions:
        client.check_model_version(version.name, version.version)

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import sample_archive, site_digests

import runreport
from runreport.errors import BuildError, NotFound
from runreport.pipeline import build_site
from runreport.report.config import Config
from runreport.report.tables import run_table

PROGRAM = """
import os, sys
listed = os.scandir
class Backwards(list):
    def __enter__(self): return self
    def __exit__(self, *_): return None
os.scandir = lambda path=".": Backwards(reversed(list(listed(path))))
from runreport.pipeline import build_site
from runreport.report.config import Config
build_site(sys.argv[1], sys.argv[2], Config())
"""


@pytest.mark.slow
def test_two_builds_are_byte_identical_whatever_the_hash_seed_order_and_place(
    tmp_path: Path,
) -> None:
    archive = sample_archive(tmp_path / "a", runs=8)
    shutil.copytree(archive, tmp_path / "elsewhere" / "b")
    for path in (tmp_path / "elsewhere" / "b").rglob("*"):
        os.utime(path, (1, 1))
    for number, (seed, source) in enumerate(
        (("1", archive), ("77", tmp_path / "elsewhere" / "b"))
    ):
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(source), str(tmp_path / f"site{number}")],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": f"UTC{number}"},
            check=True,
        )
    assert site_digests(tmp_path / "site0") == site_digests(tmp_path / "site1")


def test_now_is_the_newest_fact_or_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sample_archive(tmp_path / "a", runs=1)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    build_site(str(archive), str(tmp_path / "site"), Config())
    assert "1970-01-02 00:00" in (tmp_path / "site" / "index.html").read_text()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "tomorrow")
    with pytest.raises(BuildError, match="SOURCE_DATE_EPOCH is 'tomorrow'"):
        build_site(str(archive), str(tmp_path / "site"), Config())


def test_a_damaged_archive_is_built_with_a_notice_and_refused_under_strict(tmp_path: Path) -> None:
    archive = sample_archive(tmp_path / "a", runs=3)
    path = sorted(archive.glob("segments/*/*.metrics.parquet"))[0]
    path.write_bytes(path.read_bytes()[:-10])
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert made.runs == 3 and len(made.notices) == 1
    assert path.name in (tmp_path / "site" / "index.html").read_text()
    before = site_digests(tmp_path / "site")
    with pytest.raises(BuildError, match="strict"):
        build_site(str(archive), str(tmp_path / "site"), Config(), strict=True)
    assert site_digests(tmp_path / "site") == before


def test_a_missing_archive_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        build_site(str(tmp_path / "none"), str(tmp_path / "site"), Config())
    assert list(tmp_path.iterdir()) == []


def test_nothing_private_is_in_any_file_of_the_site(
    archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runreport.tracking import environment

    monkeypatch.setattr(environment, "user_name", lambda: "adalovelace")
    monkeypatch.setattr(environment, "host_name", lambda: "enginehost")
    monkeypatch.setattr(environment, "command_line", lambda: ["python", "/srv/deep/x.py"])
    monkeypatch.setattr(environment, "find_source", lambda: ("/srv/deep/x.py", "LOCAL"))
    monkeypatch.setattr(
        environment, "git_state",
        lambda folder: {"commit": "c" * 40, "branch": "main", "dirty": True, "diff": "+difftext"},
    )  # fmt: skip
    secret = "ghp_" + "a1B2" * 9
    runreport.set_experiment(f"by adalovelace {secret}")
    with runreport.start_run(run_name=f"name {secret}", description=f"note {secret}"):
        runreport.log_param("password", "hunter2222")
        runreport.set_tag("path", "/home/adalovelace/data.csv")
        runreport.log_text(f"{secret} /home/adalovelace/x", "log.txt")
        runreport.log_dict({"k": secret, "api_key": "hunter2222"}, "d.json")
        runreport.log_dict({"api_key": "hunter2222"}, "d.yaml")
        runreport.log_text(f"export TOKEN={secret} # 10.1.2.3 ada@corp.example", "run.sh")
        runreport.log_param("of adalovelace", "/mnt/deepstore/x.csv")
        runreport.log_metric("adalovelace score", 1.0)
        runreport.log_text("x", "by adalovelace/a.txt")
        runreport.set_tag("hf_token", "hunter2222")
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert len({finding.place for finding in made.findings}) >= 5
    for path in (tmp_path / "site").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for private in (
                "adalovelace",
                "enginehost",
                "/srv/deep",
                "difftext",
                secret,
                "hunter2222",
                "10.1.2.3",
                "ada@corp",
                "deepstore",
            ):
                assert private.encode() not in data, (path.name, private)


def test_one_odd_item_never_costs_the_build(archive: Path, tmp_path: Path) -> None:
    from runreport.archive.directory import open_archive
    from runreport.archive.writer import Writer

    with runreport.start_run(run_name="odd") as run:
        runreport.log_text('{"a":"\\ud800"}', "surrogate.json")
        runreport.log_text('{"columns":["\\ud800"],"data":[["\\ud800"]]}', "table.json")
        runreport.log_text("<p>", "page.html")
        runreport.log_text("<p>", "page.html.txt")
        for value in (1e200, -1e200, 1e155):
            with runreport.start_run(nested=True):
                runreport.log_param("p", value)
                runreport.log_metric("m", value)
    storage = open_archive(archive)
    writer = Writer(storage, "0", run.info.run_id)
    for data in ([], "no object", {"size_bytes": "x"}):
        writer.log_event("artifact", f"{data}.txt", "0" * 64, data)
    writer.log_event("artifact", "../../../outside.txt", "0" * 64, {"size_bytes": 1})
    writer.finish()
    for number, record in enumerate(("text", {"packages": [1], "git": "x", "job": 7})):
        other = Writer(storage, "0", f"../{number}")
        other.log_event("run", None, None, record)
        other.log_event("artifact", "a.txt", "0" * 64, {})
        other.finish()
    made = build_site(str(archive), str(tmp_path / "site"), Config())
    assert made.runs == 6
    named = "\n".join(made.notices)
    for line in (2, 3, 4):  # data that no artifact has
        assert f"line {line} is not as a writer writes it" in named
    page = (tmp_path / "site").glob(f"r/*/{run.info.run_id}.html")
    assert "it is missing" in next(page).read_text()


def test_two_experiments_of_one_name_have_a_page_each(archive: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        runreport.set_experiment(name)
        with runreport.start_run(run_name=f"of {name}"):
            pass
    from runreport.archive.directory import open_archive
    from runreport.tracking.store import Store

    store = Store(open_archive(archive))
    state = store.find_experiment("two")
    assert state is not None
    from runreport.archive.facts import write_fact

    write_fact(
        store.storage, state.experiment_id, "experiment", "name", "one", after=state.counter
    )  # as after a merge of two archives
    build_site(str(archive), str(tmp_path / "site"), Config())
    assert len(list((tmp_path / "site" / "e").iterdir())) == 2


def test_a_theme_without_scripts_lists_every_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = sample_archive(tmp_path / "a", runs=8)
    monkeypatch.setattr(run_table, "PAGE_SIZE", 2)
    monkeypatch.setattr(run_table, "MAX_PAGES", 2)
    for theme, pages in (("default", 2), ("plain", 4)):
        build_site(str(archive), str(tmp_path / theme), Config(theme=theme))
        assert len(list((tmp_path / theme).glob("e/*/*.html"))) == pages


def test_a_run_is_there_as_json_with_numbers_in_full(archive: Path, tmp_path: Path) -> None:
    with runreport.start_run() as run:
        runreport.log_metric("m", 0.1 + 0.2)
        runreport.log_metric("n", float("nan"))
    build_site(str(archive), str(tmp_path / "site"), Config())
    (path,) = (tmp_path / "site").glob("r/*/*.js")
    call, told, end = path.read_text().splitlines()
    assert (call, end) == ("runreport.run(", ");")
    content = json.loads(told)
    assert content["run_id"] == run.info.run_id
    assert content["metrics"]["m"]["last"] == 0.1 + 0.2
    assert content["metrics"]["n"]["last"] == "NaN"

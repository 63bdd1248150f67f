"""What a fact must look like: whatever is wrong with one, it is damage, by name."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from builders import RUN, event, log_run
from hypothesis import given, settings
from hypothesis import strategies as st

import runreport
from runreport.archive.clock import greatest_counter, wall_ms
from runreport.archive.facts import encode_fact
from runreport.archive.journal import JournalName, encode_line
from runreport.archive.journal_reading import read_journal
from runreport.archive.merging import merge_archive
from runreport.archive.reading import read_archive
from runreport.archive.rules import MEMBERS, check_data, problem_of
from runreport.archive.schema import EVENTS
from runreport.archive.storage import LocalStorage
from runreport.archive.table_rules import judge_rows
from runreport.archive.verify import verify_archive
from runreport.archive.writer import Writer
from runreport.errors import InvalidValue, WriteFailed
from runreport.events import Event, json_depth

SUMMARY = '{"count":1,"min":1.0,"max":1.0,"sum":1.0,"first_step":0,"last_step":0,"last_time":5}'
GOOD = (
    event("run", data="{}"),
    event("status", None, "FINISHED"),
    event("param", "lr", "0.1"),
    event("param", "lr", "0.1", data='{"overrides":"1"}'),
    event("tag", "team", None),
    event("metric_summary", "loss", "NaN", data=SUMMARY),
    event("metric_summary", "loss", "-1.5e-300", data=SUMMARY.replace("1.0", '"NaN"')),
    event("artifact", "a.txt", "0" * 64, data='{"size_bytes":3,"media_type":"text/plain"}'),
    event("dataset", "d", "digest", data='{"context":"train","tags":{"a":null}}'),
    event("model_version", "m", "3", data='{"source":"x","tags":{"a":"b"},"deleted":false}'),
    event("model_alias", "m", None, run_id=None, data='{"alias":"champion"}'),
    event("from a later version", None, None, run_id=None, data="anything"),
)
BAD = (
    event("param", "lr", "1", seq=-1),
    event("param", "lr", "1", counter=2**63 - 1),
    event("param", "lr", "1", counter=greatest_counter() + (10 << 32)),
    event("param", None, "1"),
    event("param", "lr", "1", run_id=None),
    event("status", None, "FAILED", data="[1]"),
    event("metric_summary", "loss", "much", data=SUMMARY),
    event("metric_summary", "loss", "1_000", data=SUMMARY),
    event("metric_summary", "loss", " 1", data=SUMMARY),
    event("metric_summary", "loss", "1.0", data=None),
    event("metric_summary", "loss", "1.0", data=SUMMARY.replace('"count":1', '"count":"1"')),
    event("metric_summary", "loss", "1.0", data=SUMMARY.replace('"min":1.0', '"min":"low"')),
    event("metric_summary", "loss", "1.0", data=SUMMARY.replace('"count":1,', "")),
    event("metric_summary", "loss", "1.0", data=SUMMARY.replace('"count":1', f'"count":{10**30}')),
    event("artifact", "a.txt", None, data="{}"),
    event("artifact", "a.txt", "0", data='{"size_bytes":"3"}'),
    event("artifact", "a.txt", "0", data='{"size_bytes":true}'),
    event("artifact", "a.txt", "0", data="[" * 100_000),
    event("artifact", "a.txt", "0", data="{" * 9),
    event("dataset", "d", "x", data='{"context":7}'),
    event("model_version", "m", "nine"),
    event("model_version", "m", "9" * 5000),
    event("model_version", "m", "1", data='{"tags":["a"]}'),
    event("registered_model", "m", None, data='{"last_version":1.5}'),
    event("model_alias", "m", "1", data='{"alias":{}}'),
)
WRONG: tuple[Any, ...] = (True, 1.5, "x", None, [], {}, "\ud800", 2**64)


def table_of(*events: Event) -> pa.Table:
    columns = zip(*events, strict=True)
    arrays = [pa.array(c, field.type) for c, field in zip(columns, EVENTS, strict=True)]
    return pa.table(arrays, schema=EVENTS)


@pytest.mark.parametrize("good", GOOD, ids=lambda one: one.kind)
def test_what_a_writer_writes_is_believed(good: Event) -> None:
    assert problem_of(good) is None
    assert judge_rows(table_of(good)).problem == ""


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_what_no_writer_writes_is_not_believed_whether_alone_or_in_a_table(bad: Event) -> None:
    problem = problem_of(bad)
    assert problem
    judged = judge_rows(table_of(*GOOD, bad, *GOOD))
    assert (judged.row, judged.problem) == (len(GOOD), problem)


@given(st.sampled_from(Event._fields), st.sampled_from(WRONG), st.sampled_from(GOOD))
def test_a_member_of_the_wrong_type_is_named(name: str, value: object, good: Event) -> None:
    changed = good._replace(**{name: value})
    problem = problem_of(changed)
    if problem is None:  # as another writer could have written it
        assert value in ("x", None) or (name in ("seq", "counter", "time") and value == 1)
    else:
        assert isinstance(problem, str) and len(problem) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=300)
@given(st.sampled_from(sorted(MEMBERS)), JSON, st.data())
def test_rows_and_tables_agree_on_every_data(
    kind: str, value: object, data: st.DataObject
) -> None:
    if isinstance(value, dict) and data.draw(st.booleans()):
        value[data.draw(st.sampled_from([*MEMBERS[kind], "other"]))] = data.draw(JSON)
    text = json.dumps(value)
    one = event(kind, "k", "1", data=text)
    assert bool(problem_of(one)) == bool(judge_rows(table_of(one)).problem)


def test_a_fact_that_is_none_costs_itself_and_no_command_and_no_merge_brings_it(
    tmp_path: Path, storage: LocalStorage
) -> None:
    log_run(storage, points=[1.0]).finish()
    hostile = LocalStorage(str(tmp_path / "theirs"))
    hostile.put("archive.json", storage.read("archive.json"))
    log_run(hostile, "b" * 32, points=[2.0]).finish()
    for place, bad in enumerate(
        event("tag", "k", "v", run_id=None)._replace(**changes)
        for changes in (
            {"counter": "x"}, {"time": None}, {"seq": 1.5}, {"counter": 2**63 - 1},
            {"key": 7}, {"value": ["v"]}, {"data": {"a": 1}}, {"kind": None}, {"writer_id": 5},
        )
    ):  # fmt: skip
        hostile.put(f"experiments/0/{place:032x}-0.json", encode_fact(bad))
    deep = '"writer_id":' + "[" * 100_000 + "}\n"
    import hashlib

    digest = hashlib.sha256(deep.encode()).hexdigest()[:16]
    hostile.put("experiments/0/ff-0.json", f'{{"digest":"{digest}",{deep}'.encode())
    named = {notice.path for notice in read_archive(hostile).notices}
    assert len(named) == 10 and all(path.startswith("experiments/") for path in named)
    done = merge_archive(hostile, storage)
    assert {notice.path for notice in done.notices} == named
    assert verify_archive(storage).problems == ()
    assert {row["run_id"] for row in read_archive(storage).events.to_pylist()} == {RUN, "b" * 32}


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": "0"}, {"seq": -1}, {"seq": 2**62}, {"counter": None}, {"counter": 2**63 - 1},
        {"time": "now"}, {"run": 7}, {"experiment": None}, {"values": {}}, {"values": []},
        {"values": {"a": 1}}, {"values": None}, {"kind": 5}, {"kind": "metric", "step": "1"},
        {"kind": "metric", "step": 1, "values": {"a": None}},
        {"kind": "metric", "step": 1, "values": {"a": True}},
        {"kind": "metric", "step": 1, "values": {"a": "much"}},
        {"kind": "metric", "step": 2**70, "values": {"a": 1.0}},
        {"kind": "artifact", "values": {"a.txt": "0"}, "data": "{"},
    ],
    ids=str,
)  # fmt: skip
def test_a_line_that_is_none_costs_itself_only(changes: dict[str, Any]) -> None:
    line = {
        "kind": "param", "seq": 5, "counter": wall_ms() << 16, "time": 1, "experiment": "0",
        "run": RUN, "values": {"lr": "1"},
    }  # fmt: skip
    good = [encode_line(json.dumps({**line, "seq": seq})) for seq in (4, 9)]
    bad = encode_line(json.dumps({**line, **changes}))
    content = read_journal(good[0] + bad + good[1], JournalName("w", 0))
    assert content.damaged_lines == (2,)
    assert [one.seq for one in content.events] == [4, 9]


def test_a_fact_that_comes_twice_in_a_journal_counts_once() -> None:
    line = encode_line(
        json.dumps(
            {"kind": "metric", "seq": 0, "run": RUN, "time": 1, "step": 1, "values": {"a": 1.0}}
        )
    )
    content = read_journal(line + line, JournalName("w", 0))
    assert (len(content.points), content.damaged_lines) == (1, (2,))


def test_a_writer_that_could_not_win_says_so_instead_of_losing_what_it_is_told(
    storage: LocalStorage,
) -> None:
    writer = Writer(storage, "0", RUN, counter=greatest_counter() + (1 << 60))
    with pytest.raises(WriteFailed, match="a hundred years ahead"):
        writer.log_values("tag", {"a": "b"})
    assert read_archive(storage).events.num_rows == 0


def test_a_clock_ten_years_fast_costs_nothing(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = time.time_ns() + 10 * 365 * 86_400 * 10**9
    with monkeypatch.context() as patched:
        patched.setattr(time, "time_ns", lambda: fast)
        log_run(storage, params={"lr": "1"}).finish()
    snapshot = read_archive(storage)
    assert snapshot.notices == () and snapshot.events.num_rows == 4
    later = Writer(storage, "0", RUN, counter=max(snapshot.events.column("counter").to_pylist()))
    later.log_values("tag", {"after": "wins"})
    assert max(read_archive(storage).events.column("counter").to_pylist()) > fast // 10**6 << 16


def test_the_writer_refuses_what_the_reader_would(archive: Path) -> None:
    deep: dict[str, object] = {}
    for _ in range(100):
        deep = {"in": deep}
    with runreport.start_run() as run, pytest.raises(InvalidValue, match="nested"):
        run.session.writer.log_event("dataset", "d", "x", deep)
    with runreport.start_run(run_id=run.info.run_id):
        runreport.log_param("after", 1)
    assert runreport.get_run(run.info.run_id).data.params == {"after": "1"}
    assert verify_archive(LocalStorage(str(archive))).problems == ()


def test_depth_is_told_without_parsing() -> None:
    assert json_depth("[" * 100) == 100
    assert json_depth('{"a":"' + "[" * 100 + '"}') == 1
    assert json_depth('{"a":"\\"' + "[" * 100 + '\\\\"}' + "[" * 70) == 70
    assert check_data('{"a":[]}') == '{"a":[]}'


LOGGED = st.text(
    st.characters(blacklist_characters="\0", categories=("L", "N", "P", "S", "Z", "C")),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(LOGGED, st.floats() | st.integers(-(2**70), 2**70), st.text(max_size=30))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_whatever_a_call_takes_a_reader_reads(text: str, value: float, name: str) -> None:
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
    try:
        runreport.set_tracking_uri(folder)
        calls = 0
        client = runreport.MlflowClient()
        with runreport.start_run() as run:
            for call in (
                lambda: runreport.log_param("p", text),
                lambda: runreport.log_param(name, value),
                lambda: runreport.set_tag("t", text),
                lambda: runreport.set_tag("mlflow.note.content", text),
                lambda: runreport.set_tag(name, text),
                lambda: runreport.log_metric("m", value),
                lambda: runreport.log_metric(name, value, step=value),
                lambda: runreport.log_metrics({"n": value, name: value}, step=3),
                lambda: runreport.log_text("x", name),
                lambda: runreport.log_dict({"a": text}, "d.json"),
                lambda: runreport.log_input(dataset_of(text), context="train"),
                lambda: runreport.set_experiment_tag("e", text),
                lambda: runreport.create_experiment(name, tags={"k": text}),
                lambda: client.create_registered_model("m", {"k": text}, text),
                lambda: client.create_registered_model(name, {}, text),
                lambda: client.create_model_version(
                    "m", "x", run.info.run_id, {"k": text}, description=text
                ),
                lambda: client.set_registered_model_alias("m", "a", 1),
                lambda: client.set_terminated(run.info.run_id, "FINISHED", value),
            ):
                try:
                    call()
                    calls += 1
                except (InvalidValue, runreport.RunreportError):
                    continue
        assert calls > 4
        storage = LocalStorage(folder)
        assert [str(problem) for problem in verify_archive(storage).problems] == []
        found = runreport.get_run(run.info.run_id)
        assert found.data.tags["t"] == text.encode(errors="replace").decode()
        assert found.data.params["p"] == found.data.tags["t"]
    finally:
        runreport.tracking.store._open.cache_clear()
        shutil.rmtree(folder)


def dataset_of(text: str) -> object:
    class Dataset:
        name, digest = text or "d", "0"

        def to_dict(self) -> dict[str, str]:
            return {"source": text, "schema": text, "profile": text, "source_type": text}

    return Dataset()

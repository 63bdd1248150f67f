"""What `docs/other-engines.md` says is true: other engines read an archive in place, and agree.

The code that runs here is that of the page. The archive is the worst a reader may meet: segments
beside the compacted ones they went into, a short copy of a journal, and a purged run brought back.
"""

from __future__ import annotations

import importlib.util
import math
import os
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from builders import log_run

from runreport.archive.compaction import compact_archive
from runreport.archive.content import Content, Curve, Fact, in_order
from runreport.archive.intake import Intake, Taken
from runreport.archive.purged import hash_of
from runreport.archive.purging import purge
from runreport.archive.reading import read_archive
from runreport.archive.sealing import seal_journal
from runreport.archive.storage import LocalStorage
from runreport.archive.writer import Writer
from runreport.query.fold import fold_snapshot
from runreport.query.search import load_index
from runreport.query.summaries import with_stats

PAGE = (Path(__file__).parents[2] / "docs" / "other-engines.md").read_text()
RUNS = tuple(letter * 32 for letter in "abcde")
ERASED = RUNS[1]
IMPORTED = "f" * 32
RATES = ("0.1", "0.01")
TABLES = ("facts", "points", "runs", "params", "metrics")

Row = dict[str, Any]


@dataclass
class Answers:
    """What a reader says of an archive."""

    kinds: Counter[str]
    points: int
    runs: dict[str, tuple[str, int]]
    """Experiment and start of each run."""
    params: dict[tuple[str, str], str]
    metrics: dict[tuple[str, str], tuple[int, float, float]]
    """Number of points, mean and last value."""
    means: dict[str, float]
    """Mean loss by learning rate."""


def check_same(found: Answers, expected: Answers) -> None:
    """Numbers may differ in their last digit, as no engine adds in the order of another."""
    assert found.kinds == expected.kinds
    assert found.points == expected.points
    assert found.runs == expected.runs
    assert found.params == expected.params
    assert found.metrics.keys() == expected.metrics.keys()
    for key, values in found.metrics.items():
        assert values == pytest.approx(expected.metrics[key], nan_ok=True), key
    assert found.means == pytest.approx(expected.means)


def answers_of(tables: dict[str, list[Row]], means: Iterable[tuple[str, float]]) -> Answers:
    """What an engine says, from the rows of the tables that the page makes."""
    return Answers(
        Counter(row["kind"] for row in tables["facts"]),
        len(tables["points"]),
        {r["run_id"]: (r["experiment_id"], r["start_time"]) for r in tables["runs"]},
        {(r["run_id"], r["key"]): r["value"] for r in tables["params"]},
        {(r["run_id"], r["key"]): (r["count"], r["mean"], r["last"]) for r in tables["metrics"]},
        dict(means),
    )


def own_answers(root: Path) -> Answers:
    """What runreport says."""
    snapshot = read_archive(LocalStorage(str(root)))
    index = fold_snapshot(snapshot)
    assert index.runs.equals(load_index(LocalStorage(str(root))).runs)
    ids = index.runs.column("run_id").to_pylist()
    points = [row for s in snapshot.segments for row in snapshot.points(s).to_pylist()]
    params = {(ids[r["run"]], r["key"]): r["value"] for r in index.params.to_pylist()}
    losses: dict[str, list[float]] = {}
    for row in points:
        if row["key"] == "loss":
            losses.setdefault(params[row["run_id"], "lr"], []).append(row["value"])
    return Answers(
        Counter(k for k in snapshot.events.column("kind").to_pylist() if k != "metric_summary"),
        len(points),
        {r["run_id"]: (r["experiment_id"], r["start_time"]) for r in index.runs.to_pylist()},
        params,
        {
            (ids[r["run"]], r["key"]): (r["count"], r["sum"] / r["count"], r["last"])
            for r in with_stats(index.metrics).to_pylist()
        },
        {rate: math.fsum(values) / len(values) for rate, values in losses.items()},
    )


def code_of(engine: str, root: Path) -> str:
    """The example of the page under an engine's heading, with the archive's path in it."""
    found = re.search(rf"^## {engine}\n\n```\w+\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, f"the page has no example for {engine}"
    return re.sub(r"(?<=[\"'])runs/", f"{root}/", found[1])


def run_python(engine: str, root: Path) -> dict[str, Any]:
    """The names that the example of an engine binds."""
    names: dict[str, Any] = {}
    exec(compile(code_of(engine, root), f"other-engines.md, {engine}", "exec"), names)
    return names


def pairs_below(root: Path) -> dict[str, list[Path]]:
    """The files of each writer's segments."""
    pairs: dict[str, list[Path]] = {}
    for file in sorted(root.glob("segments/*/*.parquet")):
        pairs.setdefault(file.name.partition("-")[0], []).append(file)
    return pairs


def put_back(files: Iterable[Path], root: Path, month: str) -> None:
    """Copy files as a person would who merges folders by hand."""
    (root / "segments" / month).mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copy(file, root / "segments" / month / file.name)


def finish(storage: LocalStorage, writer: Writer) -> None:
    writer.log_event("status", None, "FINISHED", time_ms=9000)
    name = writer.finish()
    assert name is not None
    seal_journal(storage, name)


def log_all(storage: LocalStorage, short: LocalStorage) -> None:
    """Five runs, of whose last journal a short copy is sealed elsewhere."""
    for number, run_id in enumerate(RUNS):
        params = {"lr": RATES[number % 2], "seed": str(number)}
        points = [1 / (step + 1 + number) for step in range(6 + number)]
        writer = log_run(storage, run_id, params=params, points=points)
        writer.log_metric("accuracy", number / 10, 0, 3000)
        if run_id == RUNS[-1]:
            name = writer.journal_name
            assert name is not None
            short.put(name.path, storage.read(name.path))
            seal_journal(short, name)
        writer.log_metric("accuracy", math.nan if number == 2 else 0.5, 1, 3001)
        writer.log_metric("accuracy", (0.25, 0.75, 0.25, -math.inf, 0.75)[number], 1, 3001)
        finish(storage, writer)
    # A second writer has changed a tag and gone on with a curve.
    later = Writer(storage, "0", RUNS[0])
    later.log_values("tag", {"mlflow.runName": "renamed"})
    later.log_metric("loss", 0.125, 99, 8000)
    finish(storage, later)
    import_twice(storage)


def import_twice(storage: LocalStorage) -> None:
    """A run of another tool, taken in once more after its source has grown."""
    told = [("run", None, None), ("status", None, "FINISHED"), ("param", "lr", RATES[0]),
            ("tag", "mlflow.runName", "imported")]  # fmt: skip
    facts = in_order(Fact(*fact, None, 1000) for fact in told)
    for count in (2, 3):
        steps = list(range(count))
        curve = Curve.of(steps, [2000 + step for step in steps], [0.5] * count)
        intake = Intake(storage)
        intake.take(Content(IMPORTED, "0", 1000, facts, {"loss": curve}), Taken())
        intake.settle()


def make_archive(folder: Path, seed: int, *, is_purged: bool = True) -> Path:
    """An archive in which most facts stand in two or three files.

    Args:
        seed: of the folders the files lie in, and so of the order in which engines read them.
        is_purged: one of the runs was purged and brought back.
    """
    storage, short = (LocalStorage(str(folder / name)) for name in ("archive", "short"))
    root = Path(storage.root)
    log_all(storage, short)
    shutil.copytree(root, folder / "old")
    compact_archive(storage)
    shutil.copytree(root, folder / "compacted")
    if is_purged:
        purge(storage, [ERASED])
        assert [file.name for file in root.glob("purged/*")] == [hash_of(ERASED)]
    rng = random.Random(seed)
    months = rng.sample(range(1, 13), 12)

    def place(pairs: Iterable[list[Path]]) -> None:
        for files in pairs:
            put_back(files, root, f"1970-{months.pop():02}")

    current = pairs_below(root)
    shutil.move(root / "segments", folder / "segments")
    place([[folder / file.relative_to(root) for file in files] for files in current.values()])
    # What a compaction that died left, what was purged, and two old copies.
    old = pairs_below(folder / "old")
    erased = [writer_id for writer_id, files in old.items() if holds(files, ERASED)]
    left = rng.sample(sorted(old.keys() - erased), 3)
    place(old[writer_id] for writer_id in (*erased, *left))
    place(pairs_below(folder / "compacted").values())
    place(pairs_below(folder / "short").values())
    return root


def holds(files: Iterable[Path], run_id: str) -> bool:
    names = ", ".join(f"'{file}'" for file in files if ".events." in file.name)
    query = f"SELECT count(*) FROM read_parquet([{names}]) WHERE run_id = ?"
    with duckdb.connect() as connection:
        return bool(connection.execute(query, [run_id]).fetchall()[0][0])


@pytest.fixture(scope="module", params=range(3), ids=lambda seed: f"order {seed}")
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("engines"), request.param)


@pytest.fixture(scope="module", params=["empty", "missing"])
def unpurged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive whose folder of purged runs is empty or missing."""
    root = make_archive(tmp_path_factory.mktemp("engines"), 0, is_purged=False)
    assert not (root / "purged").exists()
    if request.param == "empty":
        (root / "purged").mkdir()
    return root


def ask_duckdb(root: Path) -> Answers:
    with duckdb.connect() as connection:
        means = connection.execute(code_of("DuckDB", root)).fetchall()
        tables = {}
        for name in TABLES:
            cursor = connection.execute(f"FROM {name}")
            columns = [column[0] for column in cursor.description or ()]
            tables[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return answers_of(tables, means)


def test_the_archive_is_one_in_which_a_plain_read_counts_wrongly(root: Path) -> None:
    own = own_answers(root)
    assert set(own.runs) == {*RUNS, IMPORTED} - {ERASED}
    with duckdb.connect() as connection:

        def ask(query: str) -> Any:
            return connection.execute(query.replace("runs/", f"{root}/")).fetchall()[0][0]

        points = "FROM 'runs/segments/*/*.metrics.parquet'"
        events = "FROM 'runs/segments/*/*.events.parquet'"
        assert ask(f"SELECT count(*) {points}") > 1.5 * own.points
        assert ask(f"SELECT count(DISTINCT run_id) {points}") == len(RUNS) + 1
        # Summaries are not made right by their identity: the short copy's is one too many.
        assert ask(
            "SELECT count(*) FROM (SELECT DISTINCT writer_id, seq, kind, key "
            f"{events} WHERE kind = 'metric_summary' AND run_id = '{RUNS[-1]}')"
        ) > len([key for run_id, key in own.metrics if run_id == RUNS[-1]])


def ask_polars(root: Path) -> Answers:
    names = run_python("Polars", root)
    return answers_of({name: names[name].to_dicts() for name in TABLES}, names["mean"].rows())


def ask_pandas(root: Path) -> Answers:
    names = run_python("pandas", root)
    tables = {name: names[name].to_dict("records") for name in TABLES}
    return answers_of(tables, names["mean"].items())


ENGINES = {"DuckDB": ask_duckdb, "Polars": ask_polars, "pandas": ask_pandas}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_agrees_with_runreport(root: Path, engine: str) -> None:
    check_same(ENGINES[engine](root), own_answers(root))


@pytest.mark.parametrize("engine", ENGINES)
def test_an_empty_or_missing_list_of_purged_runs_hides_nothing(
    unpurged: Path, engine: str
) -> None:
    found = ENGINES[engine](unpurged)
    assert set(found.runs) == {*RUNS, IMPORTED}
    check_same(found, own_answers(unpurged))


def test_duckdb_names_runs_and_their_status_as_the_report_does(root: Path) -> None:
    columns = ("run_id", "run_name", "status", "is_deleted")
    with duckdb.connect() as connection:
        connection.execute(code_of("DuckDB", root))
        found = connection.execute(f"SELECT {', '.join(columns)} FROM runs").fetchall()
    rows = load_index(LocalStorage(str(root))).runs.select(columns).to_pylist()
    assert sorted(found) == sorted(tuple(row.values()) for row in rows)


def need_spark() -> None:
    """Fail with one line that says what to install."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.fail("PySpark is missing: python -m pip install 'pyspark>=4'", pytrace=False)
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None) is None:
        pytest.fail("Java is missing: apt-get install openjdk-17-jre-headless", pytrace=False)


@contextmanager
def spark_session() -> Iterator[None]:
    """The session that the page's `getOrCreate` finds; its Java process ends with it."""
    need_spark()
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than these few rows
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    gateway = session.sparkContext._gateway
    session.sparkContext.setLogLevel("ERROR")
    try:
        yield
    finally:
        session.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(30)
        SparkContext._gateway = SparkContext._jvm = None


def ask_spark(root: Path) -> Answers:
    names = run_python("PySpark", root)
    tables = {name: [row.asDict() for row in names[name].collect()] for name in TABLES}
    return answers_of(tables, [(row["lr"], row["mean"]) for row in names["mean"].collect()])


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # PySpark's own, about pandas and its sockets
def test_spark_agrees_with_runreport(tmp_path: Path) -> None:
    root = make_archive(tmp_path, 1)
    with spark_session():
        check_same(ask_spark(root), own_answers(root))
        shutil.rmtree(root / "purged")
        runs = run_python("PySpark", root)["runs"].collect()
        assert {row["run_id"] for row in runs} == {*RUNS, IMPORTED}

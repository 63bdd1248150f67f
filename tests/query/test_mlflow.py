"""The real thing: the same runs in MLflow on SQLite find the same runs in the same order."""

from __future__ import annotations

import importlib.util
import logging
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query.conformance import ARCHIVES, CASES
from query.test_cases import answer, indexes, named

from runreport.query.index import RunIndex

__all__ = ["indexes"]  # a fixture

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of MLflow's own libraries
]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Any, str]]:
    """A MLflow store with each archive's runs, and the id of their experiment."""
    if importlib.util.find_spec("mlflow") is None:
        pytest.fail("MLflow is missing: python -m pip install -e '.[long]'", pytrace=False)
    from mlflow import entities
    from mlflow.store.tracking import sqlalchemy_store

    made = {}
    for name, runs in ARCHIVES.items():
        folder = tmp_path_factory.mktemp(name)
        store = sqlalchemy_store.SqlAlchemyStore(f"sqlite:///{folder}/m.db", str(folder))
        experiment = store.create_experiment("cases")
        for run in runs:
            log_run(sqlalchemy_store, store, entities, experiment, run)
        made[name] = (store, experiment)
    return made


def log_run(module: Any, store: Any, entities: Any, experiment: str, run: dict[str, Any]) -> None:
    tags = {"mlflow.user": run["user"], **run["tags"]}
    with pytest.MonkeyPatch.context() as patch:  # MLflow takes no id, and ids break ties
        patch.setattr(module.uuid, "uuid4", lambda: uuid.UUID(run["run_id"]))
        store.create_run(
            experiment,
            run["user"],
            run["start_time"],
            [entities.RunTag(key, value) for key, value in tags.items()],
            run["name"],
        )
    store.log_batch(
        run["run_id"],
        [
            entities.Metric(key, float(value), run["start_time"] + step, step)
            for key, values in run["metrics"].items()
            for step, value in enumerate(values)
        ],
        [entities.Param(key, value) for key, value in run["params"].items()],
        [],
    )
    for name, digest, context in run["datasets"]:
        tags = [entities.InputTag("mlflow.data.context", context)] if context else []
        dataset = entities.Dataset(name, digest, "local", "here")
        store.log_inputs(run["run_id"], [entities.DatasetInput(dataset, tags)])
    status = getattr(entities.RunStatus, run["status"])
    store.update_run_info(run["run_id"], status, run["end_time"], None)


def search(stores: dict[str, tuple[Any, str]], case: dict[str, Any]) -> list[str]:
    store, experiment = stores[case["archive"]]
    found = store.search_runs(
        [experiment], case["filter"], 1, max_results=1000, order_by=case.get("order_by")
    )
    return [run.info.run_name for run in found]


PLAIN = [c for c in CASES if "runs" in c and not c.get("extra") and c.get("mlflow", True)]


@pytest.mark.parametrize("case", PLAIN, ids=named)
def test_mlflow_finds_the_same_runs_in_the_same_order(
    stores: dict[str, tuple[Any, str]], case: dict[str, Any]
) -> None:
    assert search(stores, case) == case["runs"]


EXTRA = [c for c in CASES if c.get("extra") and c.get("mlflow", True)]


@pytest.mark.parametrize("case", EXTRA, ids=named)
def test_mlflow_refuses_every_extension(
    stores: dict[str, tuple[Any, str]], case: dict[str, Any]
) -> None:
    from mlflow.exceptions import MlflowException

    with pytest.raises(MlflowException) as caught:
        search(stores, case)
    assert caught.value.error_code == "INVALID_PARAMETER_VALUE"


NUMBERS = st.sampled_from(["0", "0.3", "0.5", "0.91", "-1.5", "2", "1e-5", "1790000003000"])
TEXTS = st.sampled_from(
    ["tree", "Tree", "net", "", "0.1", "red", "Red", "FINISHED", "Delta", "ada", "a1" * 16, "d1"]
)
PATTERNS = st.sampled_from(["%", "", "t%", "T%", "%e%", "_et", "%red%", "F%", "%a%", "0._"])
NUMERIC = st.sampled_from(
    ["metrics.accuracy", "metrics.loss", "metrics.zero", "metrics.nothing", "start_time",
     "attributes.end_time", "metrics.`cross-entropy`", "created"]
)  # fmt: skip
TEXTUAL = st.sampled_from(
    ["params.model", "params.lr", "params.nothing", "tags.team", "tags.`stage.name`", "status",
     "run_name", "user_id", "run_id", "dataset.name", "dataset.digest", 'params."learning rate"']
)  # fmt: skip
KEYED = st.sampled_from(["params.model", "params.depth", "tags.team", "tags.priority"])
CLAUSES = st.one_of(
    st.tuples(NUMERIC, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), NUMBERS),
    st.tuples(TEXTUAL, st.sampled_from(["=", "!="]), TEXTS.map(lambda text: f"'{text}'")),
    st.tuples(TEXTUAL, st.sampled_from(["LIKE", "ILIKE"]), PATTERNS.map(lambda p: f"'{p}'")),
    st.tuples(KEYED, st.sampled_from(["IS NULL", "IS NOT NULL"])),
    st.tuples(
        st.sampled_from(["run_id", "dataset.name", "dataset.context"]),
        st.sampled_from(["IN", "NOT IN"]),
        st.lists(TEXTS, min_size=1, max_size=3).map(
            lambda texts: "('" + "', '".join(texts) + "')"
        ),
    ),
).map(" ".join)
ORDERS = st.lists(
    st.sampled_from(["metrics.accuracy", "params.model DESC", "tags.team", "end_time DESC",
                     "metrics.loss DESC", "run_name", "status DESC"]),
    max_size=2, unique_by=lambda text: text.split()[0],
)  # fmt: skip


@settings(
    max_examples=400,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(clauses=st.lists(CLAUSES, min_size=1, max_size=3), order=ORDERS)
def test_random_filters_find_what_mlflow_finds(
    stores: dict[str, tuple[Any, str]],
    indexes: dict[str, RunIndex],
    clauses: list[str],
    order: list[str],
) -> None:
    case = {"archive": "basic", "filter": " AND ".join(clauses), "order_by": order}
    assert answer(indexes["basic"], case, strict=True) == search(stores, case)


def test_the_frame_has_mlflows_columns_and_dtypes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import mlflow

    import runreport

    monkeypatch.setattr(logging.getLogger("mlflow"), "disabled", True)
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/m.db")
    runreport.set_tracking_uri(tmp_path / "archive")
    frames = []
    try:
        for module in (mlflow, runreport):
            module.set_experiment("frames")
            with module.start_run(run_name="one"):
                module.log_param("lr", 0.1)
                module.log_metric("loss", 0.5)
                module.set_tag("team", "red")
            module.start_run(run_name="open")
            module.log_metric("other", 1)
            frames.append(module.search_runs())
            module.end_run()
    finally:
        mlflow.set_tracking_uri(None)
    theirs, ours = frames
    assert list(ours.columns[:6]) == list(theirs.columns[:6])
    assert {name.partition(".")[0] for name in ours.columns} == {
        name.partition(".")[0] for name in theirs.columns
    }
    shared = [name for name in theirs.columns if name in ours.columns]
    assert {"metrics.loss", "params.lr", "tags.team", "tags.mlflow.runName"} <= set(shared)
    assert ours[shared].dtypes.to_dict() == theirs[shared].dtypes.to_dict()
    assert ours[shared].isna().values.tolist() == theirs[shared].isna().values.tolist()

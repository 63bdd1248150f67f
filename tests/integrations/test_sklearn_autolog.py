from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import runreport
from runreport.entities import Run
from runreport.errors import InvalidValue
from runreport.integrations import autologging
from runreport.integrations.sklearn_metrics import training_metrics

pandas = pytest.importorskip("pandas")

X, Y = load_iris(return_X_y=True)


@pytest.fixture(autouse=True)
def autolog(archive: Path) -> Iterator[None]:
    runreport.sklearn.autolog()
    yield
    autologging._settings.clear()


def runs() -> list[Run]:
    found = runreport.search_runs(output_format="list", order_by=["start_time ASC"])
    return list(found)


def test_fit_outside_of_a_run_opens_and_closes_one() -> None:
    RandomForestClassifier(n_estimators=5, random_state=0).fit(X, Y)
    assert runreport.active_run() is None
    (run,) = runs()
    assert run.info.status == "FINISHED"
    assert run.data.params["n_estimators"] == "5"
    assert run.data.tags["estimator_name"] == "RandomForestClassifier"
    assert run.data.metrics["training_score"] == run.data.metrics["training_accuracy_score"] > 0.9
    assert {"training_log_loss", "training_roc_auc", "training_f1_score"} <= set(run.data.metrics)
    loaded = runreport.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    assert loaded.predict(X[:1]) == [0]
    assert str(loaded.metadata.signature.inputs) == "float64 tensor, any x 4"
    assert run.inputs.dataset_inputs[0].tags == {"mlflow.data.context": "train"}


def test_fit_inside_of_a_run_logs_to_it_and_leaves_it_open() -> None:
    with runreport.start_run() as run:
        LinearRegression().fit(X, Y)
        assert runreport.active_run() is run
    (found,) = runs()
    assert found.info.run_id == run.info.run_id
    assert found.data.metrics["training_r2_score"] > 0.9


def test_a_pipeline_and_a_vote_log_once() -> None:
    make_pipeline(StandardScaler(), LogisticRegression()).fit(X, Y)
    VotingClassifier(
        [("a", LogisticRegression(max_iter=999)), ("b", RandomForestClassifier(5))]
    ).fit(X, Y)
    assert [run.data.tags["estimator_name"] for run in runs()] == ["Pipeline", "VotingClassifier"]
    assert "logisticregression__C" in runs()[0].data.params


def test_what_only_prepares_data_is_not_a_training() -> None:
    StandardScaler().fit_transform(X)
    assert runs() == []


def test_a_search_writes_child_runs_best_first() -> None:
    runreport.sklearn.autolog(max_tuning_runs=2)
    search = GridSearchCV(LogisticRegression(max_iter=999), {"C": [0.001, 0.1, 1.0]}).fit(X, Y)
    parent, *children = runs()
    assert parent.data.params["best_C"] == str(search.best_params_["C"])
    assert parent.data.metrics["best_cv_score"] == search.best_score_
    assert len(children) == 2
    scores = [child.data.metrics["mean_test_score"] for child in children]
    assert max(scores) == search.best_score_
    for child in children:
        assert child.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert list(child.data.params) == ["C"]
    files = {file.path for file in runreport.artifacts.list_artifacts(run_id=parent.info.run_id)}
    assert files == {"best_estimator", "cv_results.csv"}


def test_a_param_set_by_hand_afterwards_wins_and_says_so() -> None:
    with runreport.start_run() as run:
        RandomForestClassifier(n_estimators=5).fit(X, Y)
        runreport.log_param("random_state", 42)
        runreport.log_param("random_state", 42)
        with pytest.raises(InvalidValue, match="cannot become '43'"):
            runreport.log_param("random_state", 43)
    found = runreport.get_run(run.info.run_id)
    assert found.data.params["random_state"] == "42"
    assert found.data.tags["overridden.random_state"] == "None"


def test_a_param_set_by_hand_before_stays() -> None:
    with runreport.start_run() as run:
        runreport.log_param("C", "mine")
        LogisticRegression(max_iter=999).fit(X, Y)
    assert runreport.get_run(run.info.run_id).data.params["C"] == "mine"
    assert "overridden.C" not in runreport.get_run(run.info.run_id).data.tags


def test_an_override_is_no_conflict(archive: Path) -> None:
    from runreport.archive.directory import open_archive
    from runreport.archive.reading import read_archive
    from runreport.query.conflicts import find_conflicts

    with runreport.start_run():
        LogisticRegression(max_iter=999).fit(X, Y)
        runreport.log_param("C", "mine")
    storage = open_archive(archive)
    assert find_conflicts(read_archive(storage).events) == []
    index = runreport.MlflowClient().store.load_index()
    assert set(index.params.column("rivals").to_pylist()) == {1}


def test_a_training_that_fails_fails_as_ever_and_its_run_says_so() -> None:
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        LogisticRegression().fit(X, Y[:3])
    assert [run.info.status for run in runs()] == ["FAILED"]


def test_what_autologging_cannot_do_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(ClassifierMixin, BaseEstimator):
        """Neither its params nor its predictions can be had."""

        def get_params(self, deep: bool = True) -> Any:
            raise RuntimeError("no params")

        def fit(self, X: Any, y: Any) -> Odd:
            return self

        def predict(self, X: Any) -> Any:
            raise RuntimeError("no prediction")

    with pytest.warns(UserWarning, match="Autologging of sklearn could not log") as caught:
        assert Odd().fit(X, Y).__class__ is Odd
    assert any("no prediction" in str(one.message) for one in caught)
    assert [run.info.status for run in runs()] == ["FINISHED"]


def test_warnings_that_are_errors_do_not_break_the_training(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runreport, "log_metrics", lambda *_, **__: 1 / 0)
    LogisticRegression(max_iter=999).fit(X, Y)  # pytest makes errors of warnings


def test_an_archive_that_cannot_be_written_does_not_break_the_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    runreport.set_tracking_uri(tmp_path / "file")
    assert LogisticRegression(max_iter=999).fit(X, Y).score(X, Y) > 0.9


def test_settings_are_obeyed() -> None:
    runreport.sklearn.autolog(
        log_models=False, log_datasets=False, log_post_training_metrics=False,
        extra_tags={"team": "red"},
    )  # fmt: skip
    LinearRegression().fit(X, Y)
    (run,) = runs()
    assert run.data.metrics == {} and run.inputs.dataset_inputs == ()
    assert run.data.tags["team"] == "red"
    assert runreport.artifacts.list_artifacts(run_id=run.info.run_id) == []
    runreport.sklearn.autolog(disable=True)
    LinearRegression().fit(X, Y)
    assert len(runs()) == 1


def test_exclusive_leaves_a_run_of_the_callers_alone() -> None:
    runreport.sklearn.autolog(exclusive=True)
    with runreport.start_run():
        LinearRegression().fit(X, Y)
    LinearRegression().fit(X, Y)
    assert [len(run.data.params) > 0 for run in runs()] == [False, True]


def test_the_model_can_be_registered_and_carry_an_example() -> None:
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    runreport.sklearn.autolog(registered_model_name="iris", log_input_examples=True)
    LogisticRegression(max_iter=999).fit(frame, Y)
    loaded = runreport.pyfunc.load_model("models:/iris/1")
    assert list(loaded.input_example.columns) == ["a", "b", "c", "d"]
    with pytest.raises(InvalidValue, match="holds '/'"):
        runreport.sklearn.autolog(registered_model_name="a/b")


def test_classes_defined_later_are_logged_too() -> None:
    class Constant(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> Constant:
            self.classes_ = [0]
            return self

        def predict(self, X: Any) -> Any:
            return [0] * len(X)

    Constant().fit(X, Y)
    assert runs()[0].data.tags["estimator_name"] == "Constant"
    assert runs()[0].data.metrics["training_accuracy_score"] == pytest.approx(1 / 3)


def test_threads_with_runs_of_their_own_log_to_them() -> None:
    def train(name: str) -> None:
        with runreport.start_run(run_name=name):
            RandomForestClassifier(20).fit(X, Y)

    threads = [threading.Thread(target=train, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(run.info.run_name for run in runs() if run.data.params) == ["a", "b", "c"]


def test_threads_without_runs_each_log_a_training_of_their_own() -> None:
    threads = [
        threading.Thread(target=RandomForestClassifier(20).fit, args=(X, Y)) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [run.info.status for run in runs()] == ["FINISHED"] * 3


def test_threads_that_a_training_starts_log_nothing() -> None:
    import joblib

    with joblib.parallel_backend("threading"):
        GridSearchCV(LogisticRegression(max_iter=999), {"C": [0.1, 1.0]}, n_jobs=2).fit(X, Y)
    assert sum("mlflow.parentRunId" not in run.data.tags for run in runs()) == 1


def test_a_second_training_in_a_run_replaces_the_first_and_says_so() -> None:
    with runreport.start_run() as run:
        LogisticRegression(C=1.0, max_iter=999).fit(X, Y)
        with pytest.warns(UserWarning, match="has logged a training already"):
            LogisticRegression(C=50.0, max_iter=999).fit(X, Y)
    found = runreport.get_run(run.info.run_id)
    assert (found.data.params["C"], found.data.tags["overridden.C"]) == ("50.0", "1.0")
    assert runreport.sklearn.load_model(f"runs:/{run.info.run_id}/model").C == 50.0


def test_names_that_are_not_allowed_are_changed_and_lose_nothing() -> None:
    Pipeline([("clf (v1)", LogisticRegression(max_iter=999))]).fit(X, Y)
    assert runs()[0].data.params["clf _v1___C"] == "1.0"
    assert autologging.allowed_name("ndcg@10") == "ndcg_at_10"
    assert autologging.allowed_name("../a") == "a"


def test_a_training_that_opens_runs_of_its_own_leaves_none_open() -> None:
    class Opens(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> None:
            runreport.start_run(nested=True)
            raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"):
        Opens().fit(X, Y)
    assert runreport.active_run() is None
    assert {run.info.status for run in runs()} == {"FAILED"}


def test_weights_count_in_the_metrics() -> None:
    weights = [100.0] * 50 + [1.0] * 100
    model = LogisticRegression(C=0.01, max_iter=999).fit(X, Y, weights)
    metrics = runs()[0].data.metrics
    assert metrics["training_score"] == pytest.approx(model.score(X, Y, weights))


def test_sparse_data_is_logged_too() -> None:
    from scipy.sparse import coo_matrix

    LogisticRegression(max_iter=999).fit(coo_matrix(X), Y)
    (run,) = runs()
    assert run.data.metrics["training_score"] > 0.9
    assert runreport.artifacts.list_artifacts(run_id=run.info.run_id)


def test_a_class_of_the_callers_is_pickled_without_what_logs_it() -> None:
    class Own(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> Any:
            self.classes_ = [0]
            return self

        def predict(self, X: Any) -> Any:
            return [0] * len(X)

    Own().fit(X, Y)
    (run,) = runs()
    place = runreport.artifacts.download_artifacts(f"runs:/{run.info.run_id}/model/model.pkl")
    assert b"runreport" not in Path(place).read_bytes()
    assert hasattr(Own.fit, "_runreport_wraps")


def test_slow_predictions_are_made_for_some_rows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock of their own: a busy machine makes everything slow."""
    import numpy

    from runreport.integrations import sklearn_metrics

    class Clock:
        now = 0.0

        def perf_counter(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(sklearn_metrics, "time", clock)

    class Slow(ClassifierMixin, BaseEstimator):
        classes_ = (0, 1)

        def predict(self, X: Any) -> Any:
            clock.now += len(X) * 1e-5
            return numpy.zeros(len(X))

    data, target = numpy.zeros((20_000, 1)), numpy.zeros(20_000)
    rows, metrics = training_metrics(Slow(), data, target, seconds=4.0)
    assert rows.endswith("of 20,000") and int(rows.split()[0].replace(",", "")) < 20_000
    assert metrics["training_score"] == 1.0
    assert training_metrics(Slow(), data, target, seconds=1e6)[0] == ""


def test_an_unknown_library_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'sclearn'; known are sklearn, xgboost"):
        runreport.autolog(exclude_flavors=["sclearn"])


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_a_training_that_is_stopped_is_killed(error: type[BaseException]) -> None:
    class Stopped(ClassifierMixin, BaseEstimator):
        def fit(self, X: Any, y: Any) -> None:
            raise error

    with pytest.raises(error):
        Stopped().fit(X, Y)
    assert [run.info.status for run in runs()] == ["KILLED"]

"""Programs as MLflow's tutorials print them: only the imports name another package.

Where a tutorial leaves something to the reader (`X_train`, an import of NumPy, a block of "your
code here"), it is given here; data that would be downloaded is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judge_server import judge_server

import runreport
from runreport.integrations import autologging
from runreport.pipeline import build_site
from runreport.report.config import Config

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]

TRACKING = [
    """
from xgboost import XGBClassifier
from sklearn.metrics import accuracy_score
import mlflow

with mlflow.start_run():
    model = XGBClassifier(use_label_encoder=False, eval_metric="logloss")
    model.fit(X_train, y_train, eval_set=[(X_test, y_test)], verbose=False)
    y_pred = model.predict(X_test)

    accuracy = accuracy_score(y_test, y_pred)
    mlflow.log_metric("accuracy", accuracy)
""",
    """
experiments = mlflow.search_experiments(max_results=2)
for exp in experiments:
    print(exp.name)
""",
    """
exp = mlflow.get_experiment_by_name(experiment_name)
print(exp)
""",
    "mlflow.search_runs(exp.experiment_id)",
    'mlflow.search_runs(exp.experiment_id, order_by=["start_time DESC"], max_results=2)',
    """
mlflow.search_runs(
    exp.experiment_id, filter_string="params.num_boost_round='100'", max_results=2
)
""",
]
AUTOLOG = """
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
import mlflow

mlflow.sklearn.autolog()

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)

rf = RandomForestClassifier()
rf.fit(X_train, y_train)
"""
MANUAL = [
    """
with mlflow.start_run():
    mlflow.log_param("n_estimators", 100)
    mlflow.log_param("max_depth", 6)
""",
    """
with mlflow.start_run():
    accuracy = 0.95
    mlflow.log_metric("accuracy", accuracy)

    for i in range(10):
        mlflow.log_metric("loss", i * 0.1, step=i)
""",
    """
import matplotlib.pyplot as plt

with mlflow.start_run():
    plt.plot([1, 2, 3], [4, 5, 6])
    plt.savefig("plot.png")
    mlflow.log_artifact("plot.png")
""",
    """
from sklearn import svm

with mlflow.start_run():
    clf = svm.SVC()
    clf.fit(X_train, y_train)
    mlflow.sklearn.log_model(clf, "model")
""",
    """
mlflow.set_experiment("My Experiment")
with mlflow.start_run():
    pass
""",
]
COMPLETE = """
import mlflow
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
import matplotlib.pyplot as plt

mlflow.set_experiment("Iris Experiment")
mlflow.sklearn.autolog()

X, y = load_iris(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)

with mlflow.start_run():
    rf = RandomForestClassifier(n_estimators=100, max_depth=6)
    rf.fit(X_train, y_train)

    mlflow.log_param("random_state", 42)
    score = rf.score(X_test, y_test)
    mlflow.log_metric("test_accuracy", score)

    importances = rf.feature_importances_
    indices = np.argsort(importances)
    plt.figure()
    plt.title('Feature Importances')
    plt.barh(range(len(indices)), importances[indices], color='b', align='center')
    plt.yticks(range(len(indices)), [f'feature {i}' for i in indices])
    plt.savefig("importance.png")
    mlflow.log_artifact("importance.png")

    mlflow.sklearn.log_model(rf, "model")
"""
EVALUATE = [
    """
from mlflow.evaluate import evaluate

data = {
    "inputs": ["What is MLflow?", "What is Spark?"],
    "ground_truth": [
        "MLflow manages and tracks the ML lifecycle.",
        "Spark is for big data processing."
    ],
}

def model_predict(inputs):
    return ["MLflow helps with ML lifecycle.", "Spark processes big data."]

results = evaluate(
    model=model_predict,
    data=data,
    targets="ground_truth",
    metrics=["token_count", "toxicity", "bleu", "rougeL"]
)

print(results.metrics)
""",
    """
from mlflow.metrics.genai import answer_correctness, answer_relevance
from mlflow.evaluate import evaluate

metrics = [answer_correctness(), answer_relevance()]

results = evaluate(
    model=model_predict,
    data=data,
    targets="ground_truth",
    extra_metrics=metrics
)

print(results.metrics)
""",
    """
from mlflow.metrics.genai import make_genai_metric, EvaluationExample

professionalism_metric = make_genai_metric(
    name="professionalism",
    definition="Evaluate the professionalism of the response.",
    grading_prompt="Rate on a scale of 1-5 where 1 is unprofessional and 5 is very professional.",
    examples=[
        EvaluationExample(
            input="Explain MLflow.",
            output="MLflow is for ML lifecycle management.",
            score=5,
            justification="Formal and informative."
        ),
        EvaluationExample(
            input="Explain MLflow.",
            output="MLflow? It's just for ML stuff.",
            score=2,
            justification="Informal, lacks detail."
        )
    ]
)

results = evaluate(
    model=model_predict,
    data=data,
    targets="ground_truth",
    extra_metrics=[professionalism_metric]
)

print(results.metrics)
""",
]
HOUSING = """
import mlflow
import mlflow.sklearn
from sklearn.model_selection import train_test_split
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.datasets import fetch_california_housing

mlflow.autolog()

data = fetch_california_housing(as_frame=True)
X = data.data
y = data.target

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)

with mlflow.start_run() as run:
    model = LinearRegression()
    model.fit(X_train, y_train)
    y_pred = model.predict(X_test)

    mlflow.set_tag("model_type", "Linear Regression")
    mlflow.set_tag("dataset", "California Housing")
    mlflow.set_tag("developer", "Bob")
"""
EXPERIMENTS = [
    """
import mlflow

mlflow.create_experiment("<EXPERIMENT_NAME>")
mlflow.set_experiment("<EXPERIMENT_NAME>")
""",
    """
import mlflow

mlflow.search_runs(experiment_names=["<EXPERIMENT_NAME>"])
mlflow.search_runs(experiment_ids=["<EXPERIMENT_ID>"])
""",
    """
mlflow.search_runs(
    experiment_ids=["1234-5678-90AB-CDEFG"], max_results=1, order_by=["start_time DESC"]
)
""",
]


@pytest.fixture
def names(archive: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What a tutorial's programs find: `mlflow`, `np` and split data."""
    import numpy
    from sklearn.datasets import load_iris
    from sklearn.model_selection import train_test_split

    monkeypatch.setenv("MPLBACKEND", "Agg")
    features, target = load_iris(return_X_y=True)
    split = train_test_split(features, (target > 0).astype(int), random_state=0)
    yield {
        "mlflow": runreport,
        "np": numpy,
        "experiment_name": "Default",
        **dict(zip(("X_train", "X_test", "y_train", "y_test"), split, strict=True)),
    }
    autologging._settings.clear()


def run(programs: list[str] | str, names: dict[str, Any]) -> None:
    for program in [programs] if isinstance(programs, str) else programs:
        code = re.sub(r"^import mlflow$", "import runreport as mlflow", program, flags=re.M)
        code = re.sub(r"^(import|from) mlflow\.", r"\1 runreport.", code, flags=re.M)
        exec(compile(code, "<tutorial>", "exec"), names)


def test_tracking_and_searching(names: dict[str, Any]) -> None:
    run(TRACKING, names)
    (found,) = runreport.search_runs(output_format="list")
    assert found.data.metrics["accuracy"] == names["accuracy"]


def test_autologging_opens_a_run_of_its_own(names: dict[str, Any]) -> None:
    run(AUTOLOG, names)
    (found,) = runreport.search_runs(output_format="list")
    assert found.data.params["n_estimators"] == "100"
    assert found.info.status == "FINISHED"


def test_logging_by_hand(names: dict[str, Any], tmp_path: Path) -> None:
    run(MANUAL, names)
    found = runreport.search_runs(search_all_experiments=True, output_format="list")
    assert len(found) == 5


def test_the_complete_example_and_its_page(
    names: dict[str, Any], archive: Path, tmp_path: Path
) -> None:
    run(COMPLETE, names)
    (found,) = runreport.search_runs(output_format="list")
    assert found.data.params["random_state"] == "42"
    assert found.data.params["max_depth"] == "6"
    assert found.data.metrics["test_accuracy"] == names["score"]
    build_site(str(archive), str(tmp_path / "site"), Config())
    (page,) = (tmp_path / "site").glob("r/*/*.html")
    text = page.read_text()
    for words in (
        "test_accuracy", "training_f1_score", "set by hand; autologging recorded None",
        "importance.png", "model/MLmodel",
    ):  # fmt: skip
        assert words in text, words


def test_evaluating_answers_and_its_page(
    names: dict[str, Any], archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from test_toxicity import tiny_classifier

    tiny = tiny_classifier(tmp_path / "tiny", {0: "nothate", 1: "hate"})
    monkeypatch.setenv("RUNREPORT_TOXICITY_MODEL", str(tiny))
    with judge_server() as judge:
        monkeypatch.setenv("RUNREPORT_JUDGE_URL", judge.url)
        run(EVALUATE, names)
    found = runreport.search_runs(output_format="list", order_by=["start_time ASC"])
    assert len(found) == 3
    for name in ("token_count/mean", "toxicity/v1/ratio", "bleu/v1/mean", "rougeL/v1/mean"):
        assert name in found[0].data.metrics
    assert found[2].data.metrics["professionalism/v1/mean"] == 4.0
    build_site(str(archive), str(tmp_path / "site"), Config())
    pages = list((tmp_path / "site").glob("r/*/*/evaluation/index.html"))
    assert len(pages) == 3 and all("Spark processes big data." in p.read_text() for p in pages[:1])


def test_tags_of_an_autologged_run(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy
    import pandas
    import sklearn.datasets

    class Housing:
        """Not downloaded here."""

        def __init__(self, as_frame: bool) -> None:
            rng = numpy.random.default_rng(0)
            self.data = pandas.DataFrame(rng.random((60, 3)), columns=["MedInc", "Age", "Rooms"])
            self.target = self.data["MedInc"] * 2 + rng.random(60)

    monkeypatch.setattr(sklearn.datasets, "fetch_california_housing", Housing)
    run(HOUSING, names)
    (found,) = runreport.search_runs(output_format="list")
    assert found.data.tags["developer"] == "Bob"
    assert found.data.metrics["training_r2_score"] > 0
    signature = runreport.pyfunc.load_model(f"runs:/{found.info.run_id}/model").metadata.signature
    assert signature.inputs.input_names() == ["MedInc", "Age", "Rooms"]


def test_experiments_by_name_and_id(names: dict[str, Any]) -> None:
    run(EXPERIMENTS, names)
    assert runreport.get_experiment_by_name("<EXPERIMENT_NAME>") is not None


def test_a_model_of_any_library_is_logged_by_its_class(names: dict[str, Any]) -> None:
    import keras
    import torch
    import xgboost
    from sklearn.linear_model import LinearRegression

    data, target = names["X_train"], names["y_train"]
    keras_model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    models = {
        "sklearn": LinearRegression().fit(data, target),
        "xgboost": xgboost.XGBClassifier(n_estimators=2).fit(data, target),
        "pytorch": torch.nn.Linear(4, 1),
        "tensorflow": keras_model,
    }
    with runreport.start_run():
        for name, model in models.items():
            assert name in runreport.log_model(model, name).flavors
        info = runreport.log_model(lambda x: x, "function")
    assert set(info.flavors) == {"python_function"}

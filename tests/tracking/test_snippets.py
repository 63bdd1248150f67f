"""Programs as people have them from tutorials, run with ``import runreport as mlflow``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = {
    "params": """
with mlflow.start_run():
    mlflow.log_param("n_estimators", 100)
    mlflow.log_param("max_depth", 6)
""",
    "metrics": """
with mlflow.start_run():
    mlflow.log_metric("accuracy", 0.95)
    for i in range(10):
        mlflow.log_metric("loss", i * 0.1, step=i)
""",
    "artifact": """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
with mlflow.start_run():
    plt.plot([1, 2, 3], [4, 5, 6])
    plt.savefig("plot.png")
    mlflow.log_artifact("plot.png")
""",
    "experiment": """
mlflow.set_experiment("My Experiment")
with mlflow.start_run():
    mlflow.log_metric("score", 1)
exp = mlflow.get_experiment_by_name("My Experiment")
print(exp)
frame = mlflow.search_runs(exp.experiment_id, order_by=["start_time DESC"], max_results=2)
assert len(frame) == 1
""",
    "search": """
experiments = mlflow.search_experiments(max_results=2)
for exp in experiments:
    print(exp.name)
with mlflow.start_run():
    mlflow.log_param("num_boost_round", 100)
found = mlflow.search_runs(
    exp.experiment_id, filter_string="params.num_boost_round='100'", max_results=2
)
assert len(found) == 1
assert len(mlflow.search_runs(experiment_names=["Default"])) == 1
assert len(mlflow.search_runs(experiment_ids=["1234-5678-90AB-CDEFG"], max_results=1)) == 0
""",
    "training": """
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split
data = load_diabetes(as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, random_state=42)
with mlflow.start_run() as run:
    model = LinearRegression()
    model.fit(X_train, y_train)
    mlflow.log_metric("mse", mean_squared_error(y_test, model.predict(X_test)))
    mlflow.set_tag("model_type", "Linear Regression")
    mlflow.set_tag("dataset", "Diabetes")
    mlflow.set_tag("developer", "Bob")
assert mlflow.get_run(run.info.run_id).data.tags["developer"] == "Bob"
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_tutorials_program_runs_and_its_run_is_there(name: str, tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MLFLOW_")}
    code = PROGRAMS[name]
    subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", f"import runreport as mlflow{code}"],
        cwd=tmp_path, env=environment, check=True, capture_output=True,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", "from runreport.cli import main; main()", "runs", "search"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "FINISHED" in done.stdout

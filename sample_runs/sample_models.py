"""The registered models of the samples: which runs became versions, and what was said of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

import runreport as mlflow
from runreport.models import infer_signature

SCREEN, SCORE = "tumour-screen", "progression-score"
SCREEN_RELEASES = {
    0: "A small forest, by position of the columns.",
    3: "More and deeper trees; named columns.",
    6: "A line instead of trees.",
    8: "Less regularisation.",
    9: "Least regularisation.",
}
"""Settings of the tumour classifiers whose first seed was released, and why."""
SCORE_RELEASES = {0: "Slow learning, shallow trees.", 8: "Faster.", 2: "Slow, subsampled."}


def release_screen(
    model: object, number: int, seed: int, data: object, x_train: np.ndarray
) -> None:
    """Save a classifier as a version of the screening model, if it was chosen."""
    if seed or number not in SCREEN_RELEASES:
        return
    if number == 0:
        inputs: object = x_train
        extra = []
    else:
        inputs = pd.DataFrame(x_train, columns=data.feature_names)
        extra = [f"pandas=={pd.__version__}"]
    mlflow.sklearn.log_model(
        model,
        "model",
        signature=infer_signature(inputs, model.predict(x_train)),
        input_example=inputs[:3],
        extra_pip_requirements=extra,
    )
    release(SCREEN, SCREEN_RELEASES[number])


def release_score(model: object, number: int, seed: int, x_train: np.ndarray) -> None:
    """Save a regressor as a version of the scoring model, if it was chosen."""
    if seed or number not in SCORE_RELEASES:
        return
    signature = infer_signature(x_train, model.predict(x_train))
    mlflow.sklearn.log_model(model, "model", signature=signature)
    release(SCORE, SCORE_RELEASES[number])


def release(name: str, why: str) -> None:
    """The active run's model becomes the next version."""
    run = mlflow.active_run()
    version = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    mlflow.MlflowClient().update_model_version(name, version.version, why)


def appoint() -> None:
    """Say what the models are for, and which version is in use."""
    client = mlflow.MlflowClient()
    client.update_registered_model(
        SCREEN, "Screens **fine needle aspirates** for malignant tumours; scores above 0.5 recall."
    )
    client.set_registered_model_tag(SCREEN, "team", "clinical")
    client.set_registered_model_alias(SCREEN, "champion", 4)
    client.set_registered_model_alias(SCREEN, "challenger", 5)
    client.set_model_version_tag(SCREEN, 4, "validated", "external cohort")
    client.update_registered_model(SCORE, "Predicts disease progression after one year.")
    client.set_registered_model_alias(SCORE, "production", 3)

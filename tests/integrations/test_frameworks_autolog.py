"""The training of XGBoost, Keras, Lightning and Hugging Face, each the real library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import runreport
from runreport.entities import Run
from runreport.integrations import autologging

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]


@pytest.fixture(autouse=True)
def autolog(archive: Path) -> Iterator[None]:
    runreport.autolog()
    yield
    autologging._settings.clear()


def only_run() -> Run:
    assert runreport.active_run() is None
    (run,) = runreport.search_runs(output_format="list")
    return run  # type: ignore[no-any-return]


def curve(run: Run, key: str) -> list[int]:
    history = runreport.MlflowClient().get_metric_history(run.info.run_id, key)
    return [point.step for point in history]


def data() -> tuple[Any, Any]:
    import numpy

    rng = numpy.random.default_rng(0)
    features = rng.random((64, 3)).astype("float32")
    return features, (features[:, 0] > features[:, 1]).astype("float32")


def test_xgboost_classifier_logs_a_curve_per_round() -> None:
    import numpy
    import xgboost

    model = xgboost.XGBClassifier(n_estimators=6, eval_metric="logloss", early_stopping_rounds=3)
    model.fit(*data(), eval_set=[data()], verbose=False)
    run = only_run()
    assert run.data.params["n_estimators"] == "6"
    assert run.data.tags["estimator_name"] == "XGBClassifier"
    assert curve(run, "validation_0-logloss") == list(range(6))
    assert run.data.metrics["best_iteration"] == 5
    loaded = runreport.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    numpy.testing.assert_array_equal(loaded.predict(data()[0]), model.predict(data()[0]))
    files = [file.path for file in runreport.artifacts.list_artifacts(run_id=run.info.run_id)]
    assert "feature_importance_weight.json" in files


def test_xgboost_train_logs_once_and_keeps_the_callers_callbacks() -> None:
    import xgboost

    rounds: list[int] = []

    class Own(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            rounds.append(epoch)
            return False

    matrix = xgboost.DMatrix(*data())
    params = {"objective": "binary:logistic", "eta": 0.2}
    xgboost.train(
        params, matrix, 4, evals=[(matrix, "train")], callbacks=[Own()], verbose_eval=False
    )
    run = only_run()
    assert rounds == [0, 1, 2, 3] == curve(run, "train-logloss")
    assert (run.data.params["eta"], run.data.params["num_boost_round"]) == ("0.2", "4")


def test_keras_logs_a_curve_per_epoch() -> None:
    import keras
    import numpy

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    with runreport.start_run():
        model.fit(*data(), epochs=3, validation_split=0.25, verbose=0)
    run = only_run()
    for key in ("loss", "mae", "val_loss", "val_mae"):
        assert curve(run, key) == [0, 1, 2]
    params = run.data.params
    assert (params["epochs"], params["loss"]) == ("3", "mse")
    assert params["opt_name"].startswith("adam")
    loaded = runreport.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    expected = model.predict(data()[0], verbose=0)
    numpy.testing.assert_allclose(loaded.predict(data()[0]), expected)
    assert "float32 tensor, any x 3" in str(loaded.metadata.signature.inputs)


def test_keras_takes_callbacks_by_position_and_several_inputs() -> None:
    import keras

    epochs: list[int] = []
    callback = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: epochs.append(epoch)
    )
    inputs = [keras.layers.Input((3,), name=name) for name in "ab"]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(inputs)))
    model.compile("sgd", "mse")
    features, target = data()
    model.fit([features, features], target, 16, 2, 0, [callback])
    run = only_run()
    assert epochs == [0, 1] == curve(run, "loss")
    assert (run.data.params["batch_size"], run.data.params["epochs"]) == ("16", "2")
    assert run.data.params["trainable_params"] == "7"


def test_xgboost_in_threads_logs_a_run_each() -> None:
    from concurrent.futures import ThreadPoolExecutor

    import xgboost

    def fit(_: int) -> None:
        model = xgboost.XGBClassifier(n_estimators=30, n_jobs=1)
        model.fit(*data(), eval_set=[data()], verbose=False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fit, range(4)))
    found = runreport.search_runs(output_format="list")
    assert [run.info.status for run in found] == ["FINISHED"] * 4
    assert all(curve(run, "validation_0-logloss") == list(range(30)) for run in found)


def lightning_model() -> Any:
    import lightning
    import torch

    class Net(lightning.LightningModule):  # type: ignore[misc]
        def __init__(self, width: int = 4) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(3, 1)

        def forward(self, x: Any) -> Any:
            return self.layer(x)

        def training_step(self, batch: Any, _: int) -> Any:
            loss = ((self(batch[0])[:, 0] - batch[1]) ** 2).mean()
            self.log("train_loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=0.01)

    return Net()


def test_lightning_logs_a_curve_per_epoch(tmp_path: Path) -> None:
    import lightning
    import numpy
    import torch

    model = lightning_model()
    tensors = torch.utils.data.TensorDataset(*map(torch.from_numpy, data()))
    loader = torch.utils.data.DataLoader(tensors, batch_size=16)
    trainer = lightning.Trainer(
        max_epochs=3, logger=False, enable_checkpointing=False, enable_progress_bar=False,
        enable_model_summary=False, default_root_dir=tmp_path, accelerator="cpu",
    )  # fmt: skip
    callbacks = len(trainer.callbacks)
    trainer.fit(model, loader)
    assert len(trainer.callbacks) == callbacks
    run = only_run()
    assert curve(run, "train_loss") == [0, 1, 2]
    params = run.data.params
    assert (params["epochs"], params["width"]) == ("3", "4")
    assert (params["optimizer_name"], params["lr"]) == ("Adam", "0.01")
    loaded = runreport.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    expected = model(torch.from_numpy(data()[0])).detach().numpy()
    numpy.testing.assert_allclose(loaded.predict(data()[0]), expected, rtol=1e-6)
    assert model.trainer is trainer


def tiny_classifier() -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=32, hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=16, num_labels=2,
    )  # fmt: skip
    return BertForSequenceClassification(config)


def test_hugging_face_logs_a_curve_over_steps(tmp_path: Path) -> None:
    import torch
    from transformers import Trainer, TrainingArguments

    rows = [
        {"input_ids": torch.tensor([1, 2, n % 30]), "labels": torch.tensor(n % 2)}
        for n in range(16)
    ]
    arguments = TrainingArguments(
        output_dir=str(tmp_path / "out"), num_train_epochs=2, per_device_train_batch_size=4,
        logging_steps=2, report_to=[], save_strategy="no", use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    Trainer(model=tiny_classifier(), args=arguments, train_dataset=rows).train()
    run = only_run()
    assert curve(run, "loss") == [2, 4, 6, 8]
    assert run.data.params["num_train_epochs"] == "2"
    assert "output_dir" not in run.data.params
    assert run.data.tags["model_class"] == "BertForSequenceClassification"
    model = runreport.pytorch.load_model(f"runs:/{run.info.run_id}/model")
    assert model.config.num_labels == 2


def test_scalars_for_tensorboard_go_to_the_active_run(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    with runreport.start_run(), SummaryWriter(tmp_path / "tb") as writer:
        for step in range(3):
            writer.add_scalar("loss", 1 / (step + 1), step)
    assert curve(only_run(), "loss") == [0, 1, 2]

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import runreport
from runreport.errors import InvalidValue, NotFound
from runreport.models import Model, infer_signature, set_signature

pandas = pytest.importorskip("pandas")

DATA = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": [0.0, 1.0, 0.0]})
TARGET = [1, 2, 3]
SEED_FILES = {"MLmodel", "model.pkl", "conda.yaml", "python_env.yaml", "requirements.txt"}


def trained() -> Any:
    return make_pipeline(StandardScaler(), LinearRegression()).fit(DATA, TARGET)


def test_the_folder_is_the_one_mlflow_users_know(tmp_path: Path) -> None:
    model = trained()
    runreport.sklearn.save_model(model, tmp_path / "m", signature=infer_signature(DATA))
    assert {path.name for path in (tmp_path / "m").iterdir()} == SEED_FILES
    said = Model.load(tmp_path / "m")
    assert set(said.flavors) == {"sklearn", "python_function"}
    assert said.flavors["sklearn"]["serialization_format"] == "cloudpickle"
    assert "scikit-learn==" in (tmp_path / "m" / "requirements.txt").read_text()


def test_a_logged_model_predicts_the_same(archive: Path) -> None:
    model = trained()
    with runreport.start_run() as run:
        info = runreport.sklearn.log_model(model, "model", input_example=DATA)
    assert info.model_uri == f"runs:/{run.info.run_id}/model"
    assert info.signature is not None and info.signature.outputs is not None
    expected = list(model.predict(DATA))
    assert list(runreport.sklearn.load_model(info.model_uri).predict(DATA)) == expected
    loaded = runreport.pyfunc.load_model(info.model_uri)
    assert list(loaded.predict(DATA)) == expected
    assert loaded.input_example.equals(DATA)
    assert loaded.metadata.run_id == run.info.run_id


def test_without_a_run_one_is_started(archive: Path) -> None:
    info = runreport.sklearn.log_model(trained(), name="net", registered_model_name="line")
    run = runreport.active_run()
    assert run is not None and info.run_id == run.info.run_id
    assert info.registered_model_version == 1


def test_a_registered_model_is_loaded_by_version_and_alias(archive: Path) -> None:
    runreport.sklearn.log_model(trained(), registered_model_name="line")
    runreport.MlflowClient().set_registered_model_alias("line", "best", 1)
    for uri in ("models:/line/1", "models:/line@best", "models:/line/latest"):
        assert len(runreport.sklearn.load_model(uri).predict(DATA)) == 3


def test_another_method_can_be_the_prediction(tmp_path: Path) -> None:
    model = LogisticRegression().fit(DATA, [0, 1, 1])
    runreport.sklearn.save_model(model, tmp_path / "m", pyfunc_predict_fn="predict_proba")
    assert runreport.pyfunc.load_model(tmp_path / "m").predict(DATA).shape == (3, 2)


@pytest.mark.parametrize("chosen", ["pickle", "cloudpickle"])
def test_formats(chosen: str, tmp_path: Path) -> None:
    runreport.sklearn.save_model(trained(), tmp_path / "m", serialization_format=chosen)
    assert Model.load(tmp_path / "m").flavor("sklearn")["serialization_format"] == chosen
    assert len(runreport.sklearn.load_model(tmp_path / "m").predict(DATA)) == 3


def test_code_beside_the_model_is_found_when_it_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ownstep.py").write_text(
        "from sklearn.base import BaseEstimator\n"
        "class Twice(BaseEstimator):\n"
        "    def fit(self, X, y=None): return self\n"
        "    def predict(self, X): return [2] * len(X)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    import ownstep

    model = ownstep.Twice()
    place = tmp_path / "m"
    runreport.sklearn.save_model(model, place, code_paths=[str(tmp_path / "ownstep.py")])
    monkeypatch.undo()
    monkeypatch.delitem(sys.modules, "ownstep")
    monkeypatch.setattr(sys, "path", [p for p in sys.path if p != str(tmp_path)])
    before = sorted(path.name for path in place.rglob("*"))
    assert runreport.sklearn.load_model(place).predict([1, 2]) == [2, 2]
    assert sorted(path.name for path in place.rglob("*")) == before  # no bytecode beside it


def test_what_cannot_be_saved_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "m"
    model = LinearRegression()
    model.hook = lambda x: x  # type: ignore[attr-defined]
    for call, message in (
        (lambda: runreport.sklearn.save_model("text", place), "it must be a scikit-learn"),
        (
            lambda: runreport.sklearn.save_model(model, place, serialization_format="pickle"),
            "cannot be saved with pickle",
        ),
        (
            lambda: runreport.sklearn.save_model(model, place, serialization_format="json"),
            "it must be one of cloudpickle, pickle",
        ),
        (lambda: runreport.sklearn.save_model(model, place, signature=3), "infer_signature"),
        (lambda: runreport.sklearn.save_model(model, place, input_example=object()), "JSON"),
        (lambda: runreport.sklearn.save_model(model, place, code_paths=["gone"]), "'gone'"),
    ):
        with pytest.raises((InvalidValue, NotFound), match=message):
            call()
        assert not place.exists()
    with pytest.raises(TypeError, match="no option 'signatur'; a model takes signature"):
        runreport.sklearn.save_model(trained(), place, signatur=None)
    place.mkdir()
    (place / "file").write_text("mine")
    with pytest.raises(InvalidValue, match="exists and is not empty"):
        runreport.sklearn.save_model(trained(), place)
    assert (place / "file").read_text() == "mine"


def test_a_bad_name_to_register_under_logs_nothing(archive: Path) -> None:
    with runreport.start_run() as run, pytest.raises(InvalidValue, match="holds '/'"):
        runreport.sklearn.log_model(trained(), registered_model_name="a/b")
    assert runreport.artifacts.list_artifacts(run_id=run.info.run_id) == []


def test_models_that_are_not_there(archive: Path) -> None:
    info = runreport.sklearn.log_model(trained(), "net")
    run_id = info.run_id
    for uri, error, message in (
        (f"runs:/{run_id}/model", NotFound, "no model 'model'. It logged net"),
        ("runs:/nobody/model", NotFound, "no run 'nobody'"),
        (f"runs:/{run_id}", InvalidValue, "lacks the path of the model"),
        ("models:/line/1", NotFound, "no registered model 'line'. Registered: none"),
        ("s3://bucket/model", InvalidValue, "is not understood"),
        ("folder", NotFound, "no model folder 'folder'"),
        (None, InvalidValue, "Model URI None"),
    ):
        with pytest.raises(error, match=message):
            runreport.pyfunc.load_model(uri)


def test_a_model_whose_library_is_missing_says_what_to_install(tmp_path: Path) -> None:
    Model().add_flavor("python_function", loader_module="nolib.sub").save(tmp_path)
    with pytest.raises(InvalidValue, match=r"needs nolib\. Install it: pip install nolib"):
        runreport.pyfunc.load_model(tmp_path)


def test_a_file_outside_of_the_model_is_not_loaded(tmp_path: Path) -> None:
    model = Model().add_flavor("sklearn", pickled_model="../secret.pkl")
    (tmp_path / "m").mkdir()
    model.save(tmp_path / "m")
    (tmp_path / "secret.pkl").write_bytes(pickle.dumps(1))
    with pytest.raises(InvalidValue, match="outside of its folder"):
        runreport.sklearn.load_model(tmp_path / "m")


def test_a_signature_can_be_set_later_but_not_on_a_version(archive: Path) -> None:
    info = runreport.sklearn.log_model(trained())
    loaded = runreport.pyfunc.load_model(info.model_uri)
    with pytest.raises(InvalidValue, match="has no signature"):
        loaded.validate(DATA)
    set_signature(info.model_uri, infer_signature(DATA))
    loaded = runreport.pyfunc.load_model(info.model_uri)
    loaded.validate(DATA)
    with pytest.raises(InvalidValue, match="lacks the column 'b'"):
        loaded.predict(DATA[["a"]])
    runreport.register_model(info.model_uri, "line")
    for uri in ("models:/line/1", info.model_uri):
        with pytest.raises(InvalidValue, match="stays as it is"):
            set_signature(uri, infer_signature(DATA))


class Trap:
    """Unpickling it makes a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("sprung",)


def test_a_build_loads_no_model(archive: Path, tmp_path: Path) -> None:
    import subprocess

    info = runreport.sklearn.log_model(trained(), "model")
    runreport.log_text(pickle.dumps(Trap(), 0).decode(), "model/model.pkl")
    runreport.register_model(info.model_uri, "trap")
    runreport.end_run()
    program = (
        "import sys; from runreport.pipeline import build_site; from runreport.report.config "
        "import Config; build_site(*sys.argv[1:], Config());"
        "print(sorted(n for n in sys.modules if 'sklearn' in n or 'integrations' in n))"
    )
    command = [sys.executable, "-c", program, str(archive), str(tmp_path / "site")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert not (tmp_path / "sprung").exists()
    runreport.sklearn.load_model("models:/trap/1")
    assert (tmp_path / "sprung").exists()  # the trap works


def test_params_of_the_signature_reach_the_estimator(tmp_path: Path) -> None:
    from sklearn.gaussian_process import GaussianProcessRegressor

    model = GaussianProcessRegressor().fit(DATA, TARGET)
    signature = infer_signature(DATA, params={"return_std": True})
    runreport.sklearn.save_model(model, tmp_path / "m", signature=signature)
    loaded = runreport.pyfunc.load_model(tmp_path / "m")
    assert len(loaded.predict(DATA)) == 2
    assert len(loaded.predict(DATA, params={"return_std": False})) == 3


def test_a_registered_model_is_not_logged_over(archive: Path) -> None:
    with runreport.start_run():
        runreport.sklearn.log_model(trained(), "model")
        runreport.sklearn.log_model(trained(), "model", registered_model_name="line")
        with pytest.raises(InvalidValue, match=r"is version 1 of model 'line'.*name='model-2'"):
            runreport.sklearn.log_model(trained(), "model")
        runreport.sklearn.log_model(trained(), "model-2", registered_model_name="line")
    assert runreport.MlflowClient().get_registered_model("line").latest_versions[0].version == 2


def test_a_version_of_a_remote_archive_is_fetched_checked_and_loaded() -> None:
    runreport.set_tracking_uri("memory://versions")
    runreport.sklearn.log_model(trained(), "net/model", registered_model_name="far")
    runreport.end_run()
    assert len(runreport.sklearn.load_model("models:/far/1").predict(DATA)) == 3

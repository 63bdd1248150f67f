from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import runreport
from runreport.errors import InvalidValue
from runreport.integrations.pyfunc import packages_of
from runreport.models import Model, infer_signature

pytest.importorskip("cloudpickle")


def test_a_function_is_a_model(archive: Path) -> None:
    offset = 3
    info = runreport.pyfunc.log_model(
        "model", python_model=lambda x: [value + offset for value in x], input_example=[1, 2]
    )
    assert runreport.pyfunc.load_model(info.model_uri).predict([4]) == [7]
    assert info.signature == infer_signature([1, 2], [4, 5])


class Scaled(runreport.pyfunc.PythonModel):
    """Multiplies by what its file and its settings say."""

    def load_context(self, context: runreport.pyfunc.PythonModelContext) -> None:
        self.factor = int(Path(context.artifacts["factor"]).read_text())
        self.unit = (context.model_config or {}).get("unit")

    def predict(self, context: Any, model_input: Any, params: Any = None) -> Any:
        power = (params or {}).get("power", 1)
        return [f"{value * self.factor**power} {self.unit}" for value in model_input]


def test_an_object_with_files_settings_and_params_is_a_model(tmp_path: Path) -> None:
    (tmp_path / "factor.txt").write_text("10")
    runreport.pyfunc.save_model(
        tmp_path / "m",
        python_model=Scaled(),
        artifacts={"factor": str(tmp_path / "factor.txt")},
        model_config={"unit": "kg"},
        signature=infer_signature([1], ["1"], {"power": 1}),
    )
    (tmp_path / "factor.txt").write_text("not needed any more")
    loaded = runreport.pyfunc.load_model(tmp_path / "m")
    assert loaded.predict([2]) == ["20 kg"]
    assert loaded.predict([2], params={"power": 2}) == ["200 kg"]
    assert type(loaded.unwrap_python_model()).__name__ == "Scaled"


def test_a_pickle_names_what_it_needs_and_is_not_run() -> None:
    import pickle

    from sklearn.linear_model import LinearRegression

    assert "scikit-learn" in packages_of(pickle.dumps(LinearRegression()))


def test_requirements_follow_from_what_the_function_uses(tmp_path: Path) -> None:
    import numpy

    runreport.pyfunc.save_model(tmp_path / "m", python_model=lambda x: numpy.sum(x) + 1)
    assert "numpy==" in (tmp_path / "m" / "requirements.txt").read_text()


@pytest.mark.parametrize("model", [None, 3, "text"])
def test_what_is_no_function_is_refused(model: object, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="give a function of the data"):
        runreport.pyfunc.save_model(tmp_path / "m", python_model=model)


def test_what_cannot_be_pickled_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    import threading

    lock = threading.Lock()
    with pytest.raises(InvalidValue, match="cannot be pickled"):
        runreport.pyfunc.save_model(tmp_path / "m", python_model=lambda x: (lock, x))
    assert not (tmp_path / "m").exists()


def test_a_missing_file_of_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="'gone' as 'w', which does not exist"):
        runreport.pyfunc.save_model(
            tmp_path / "m", python_model=lambda x: x, artifacts={"w": "gone"}
        )


def test_an_example_that_cannot_be_predicted_warns_and_leaves_the_outputs_open(
    tmp_path: Path,
) -> None:
    with pytest.warns(UserWarning, match="could not predict its input example"):
        runreport.pyfunc.save_model(
            tmp_path / "m", python_model=lambda x: 1 / 0, input_example=[1]
        )
    signature = Model.load(tmp_path / "m").signature
    assert signature is not None and signature.outputs is None


def test_files_of_one_name_do_not_meet(tmp_path: Path) -> None:
    class Both:
        def load_context(self, context: Any) -> None:
            self.texts = [Path(place).read_text() for place in context.artifacts.values()]

        def predict(self, context: Any, model_input: Any) -> Any:
            return self.texts

    for name in ("s1", "s2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "w.txt").write_text(name)
    files = {name: str(tmp_path / name / "w.txt") for name in ("s1", "s2")}
    runreport.pyfunc.save_model(tmp_path / "m", python_model=Both(), artifacts=files)
    assert runreport.pyfunc.load_model(tmp_path / "m").predict([1]) == ["s1", "s2"]


def test_a_function_of_more_than_the_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="does not take the data alone"):
        runreport.pyfunc.save_model(tmp_path / "m", python_model=lambda x, params: x)


def test_names_in_a_function_are_no_requirements(tmp_path: Path) -> None:
    def predict(model_input: Any) -> Any:
        click, yaml = "click", "yaml"
        return [click, yaml]

    runreport.pyfunc.save_model(tmp_path / "m", python_model=predict)
    lines = (tmp_path / "m" / "requirements.txt").read_text().lower()
    assert "click" not in lines and "yaml" not in lines


@pytest.mark.parametrize("settings", ["3", "{loader_module: 5}", "{}"])
def test_an_mlmodel_file_that_names_no_loader_is_refused(tmp_path: Path, settings: str) -> None:
    (tmp_path / "MLmodel").write_text(f"flavors: {{python_function: {settings}}}")
    with pytest.raises(InvalidValue, match=r"no settings|it must be a module"):
        runreport.pyfunc.load_model(tmp_path)

"""The format is MLflow's: each tool loads what the other saved, and predicts the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("default")]

FLAVORS = ("sklearn", "xgboost", "booster", "pytorch", "tensorflow", "onnx", "function")


class Case(NamedTuple):
    """A trained model and what it is asked."""

    model: Any
    data: Any
    flavor: str


def data() -> tuple[Any, Any]:
    import numpy

    rng = numpy.random.default_rng(0)
    features = rng.random((40, 3)).astype("float32")
    return features, (features[:, 0] > features[:, 1]).astype(int)


def train_sklearn() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=5, random_state=0).fit(*data())


def train_xgboost() -> Any:
    import xgboost

    return xgboost.XGBClassifier(n_estimators=4).fit(*data())


def train_booster() -> Any:
    import xgboost

    matrix = xgboost.DMatrix(*data())
    return xgboost.train({"objective": "binary:logistic"}, matrix, num_boost_round=3)


def train_pytorch() -> Any:
    import torch

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.Sequential(
                torch.nn.Linear(3, 4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 1)
            )

        def forward(self, x: Any) -> Any:
            return self.layers(x)

    return Net().eval()


def train_tensorflow() -> Any:
    import keras

    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(*data(), verbose=0)
    return model


def train_onnx() -> Any:
    from skl2onnx import to_onnx
    from sklearn.linear_model import LinearRegression

    return to_onnx(LinearRegression().fit(*data()), data()[0][:1])


def train_function() -> Callable[[Any], Any]:
    offset = 7

    def add(model_input: Any) -> Any:
        return [float(row.sum()) + offset for row in model_input]

    return add


def case_of(name: str) -> Case:
    trained = globals()[f"train_{name}"]()
    return Case(
        trained, data()[0][:5], {"booster": "xgboost", "function": "pyfunc"}.get(name, name)
    )


def save(tool: Any, case: Case, folder: Path, **options: Any) -> None:
    module = getattr(tool, case.flavor)
    if case.flavor == "pyfunc":
        module.save_model(str(folder), python_model=case.model, **options)
    else:
        module.save_model(case.model, str(folder), **options)


def numbers(answer: Any) -> Any:
    import numpy

    values = next(iter(answer.values())) if isinstance(answer, dict) else answer
    return numpy.asarray(values, dtype="float64").reshape(-1)


@pytest.mark.parametrize("name", FLAVORS)
def test_mlflow_loads_what_runreport_saved(name: str, tmp_path: Path) -> None:
    import mlflow
    import numpy

    import runreport

    case = case_of(name)
    save(runreport, case, tmp_path / "model", input_example=case.data)
    ours = runreport.pyfunc.load_model(tmp_path / "model")
    theirs = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    expected = numbers(ours.predict(case.data))
    numpy.testing.assert_array_equal(numbers(theirs.predict(case.data)), expected)
    assert theirs.metadata.signature.to_dict() == ours.metadata.signature.to_dict()
    if case.flavor != "pyfunc":
        assert getattr(mlflow, case.flavor).load_model(str(tmp_path / "model")) is not None


@pytest.mark.parametrize("name", FLAVORS)
def test_runreport_loads_what_mlflow_saved(name: str, tmp_path: Path) -> None:
    import mlflow
    import numpy

    import runreport

    case = case_of(name)
    formats = {"sklearn": "cloudpickle", "pytorch": "pickle"}
    options = {"serialization_format": formats[name]} if name in formats else {}
    if name == "function":
        options = {"pip_requirements": []}  # which MLflow wants to be told
    save(mlflow, case, tmp_path / "model", **options)
    ours = runreport.pyfunc.load_model(tmp_path / "model")
    theirs = mlflow.pyfunc.load_model(str(tmp_path / "model"))
    expected = numbers(theirs.predict(case.data))
    numpy.testing.assert_array_equal(numbers(ours.predict(case.data)), expected)
    if case.flavor != "pyfunc":
        assert getattr(runreport, case.flavor).load_model(tmp_path / "model") is not None


def layouts() -> dict[str, tuple[str, dict[str, Any]]]:
    """Other ways in which MLflow saves, by name: which model, and its options."""
    return {
        "exported": ("pytorch", {"serialization_format": "pt2", "input_example": data()[0][:2]}),
        "h5": ("tensorflow", {"keras_model_kwargs": {"save_format": "h5"}}),
        "custom objects": ("tensorflow", {"custom_objects": {"own": dict}}),
        "json": ("xgboost", {"model_format": "json"}),
        "skops": (
            "sklearn",
            {
                "serialization_format": "skops",
                "skops_trusted_types": ["sklearn.tree._tree.Tree"],
            },
        ),
    }


@pytest.mark.parametrize("layout", ["exported", "h5", "custom objects", "json", "skops"])
def test_runreport_loads_mlflows_other_layouts(layout: str, tmp_path: Path) -> None:
    import mlflow
    import numpy

    import runreport

    if layout == "skops":
        pytest.importorskip("skops")
    name, options = layouts()[layout]
    case = case_of(name)
    save(mlflow, case, tmp_path / "model", **options)
    ours = runreport.pyfunc.load_model(tmp_path / "model")
    if layout == "h5":  # which MLflow itself saves and does not load
        expected = numbers(case.model.predict(case.data, verbose=0))
    else:
        theirs = mlflow.pyfunc.load_model(str(tmp_path / "model"))
        expected = numbers(theirs.predict(case.data))
    numpy.testing.assert_array_equal(numbers(ours.predict(case.data)), expected)


def test_a_python_model_of_mlflow_gets_its_context_whatever_it_calls_it(tmp_path: Path) -> None:
    import mlflow

    import runreport

    class Own(mlflow.pyfunc.PythonModel):  # type: ignore[misc,name-defined]
        def predict(self, ctx: Any, model_input: Any, params: Any = None) -> Any:
            return [Path(ctx.artifacts["w"]).read_text()] * len(model_input)

    (tmp_path / "w.txt").write_text("weights")
    mlflow.pyfunc.save_model(
        str(tmp_path / "m"), python_model=Own(), artifacts={"w": str(tmp_path / "w.txt")}
    )
    assert runreport.pyfunc.load_model(tmp_path / "m").predict([1, 2]) == ["weights"] * 2


@pytest.mark.parametrize("name", FLAVORS)
def test_a_logged_model_comes_back_from_its_run_and_from_its_version(
    name: str, tmp_path: Path
) -> None:
    import numpy

    import runreport

    runreport.set_tracking_uri(tmp_path / "archive")
    case = case_of(name)
    with runreport.start_run():
        module = getattr(runreport, case.flavor)
        options = {"input_example": case.data, "registered_model_name": "net"}
        if case.flavor == "pyfunc":
            info = module.log_model("model", python_model=case.model, **options)
        else:
            info = module.log_model(case.model, "model", **options)
    assert info.registered_model_version == 1
    direct = numbers(runreport.pyfunc.load_model(info.model_uri).predict(case.data))
    version = numbers(runreport.pyfunc.load_model("models:/net/1").predict(case.data))
    numpy.testing.assert_array_equal(direct, version)
    assert info.signature is not None and info.signature.outputs is not None


INPUTS: dict[str, Callable[[Any, Any], Any]] = {
    "frame": lambda np, pd: pd.DataFrame(
        {
            "whole": [1, 2],
            "small": np.array([1, 2], "int16"),
            "real": [0.5, None],
            "text": ["a", None],
            "yes": [True, False],
            "when": pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "raw": [b"a", b"b"],
            "list": [[1, 2], [3]],
            7: [1.0, 2.0],
        }
    ),
    "series": lambda np, pd: pd.Series([1, 2], name="x"),
    "array": lambda np, pd: np.zeros((4, 2, 3), "float32"),
    "text array": lambda np, pd: np.array(["a", "bc"]),
    "named arrays": lambda np, pd: {"a": np.zeros((2, 3)), "b": np.zeros(2, "int64")},
    "rows": lambda np, pd: [{"a": 1, "b": {"x": [1.5]}}, {"a": 2, "b": {"x": [], "y": "t"}}],
    "values": lambda np, pd: ["a", "b"],
    "dictionary": lambda np, pd: {"q": "text", "n": [1, 2], "none": None},
    "text": lambda np, pd: "one",
    "number": lambda np, pd: 1.5,
    "empty list": lambda np, pd: [],
}


@pytest.mark.parametrize("name", INPUTS)
def test_signatures_are_those_of_mlflow(name: str) -> None:
    import numpy
    import pandas
    from mlflow.models import infer_signature as theirs

    from runreport.models import infer_signature as ours

    value = INPUTS[name](numpy, pandas)
    assert ours(value).to_dict()["inputs"] == theirs(value).to_dict()["inputs"]


def test_params_of_a_signature_are_those_of_mlflow() -> None:
    from mlflow.models import infer_signature as theirs

    from runreport.models import infer_signature as ours

    params = {"temperature": 0.5, "n": 3, "stop": ["a", "b"], "flag": True, "name": "x"}
    assert ours(params=params).to_dict()["params"] == theirs(params=params).to_dict()["params"]

from __future__ import annotations

from pathlib import Path

import pytest

from runreport.errors import InvalidValue, NotFound
from runreport.models import Model, infer_signature
from runreport.models.environment import package_of, read_requirements, write_environment

SEED = """\
artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.10.10
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.2.0
mlflow_version: 2.1.1
model_uuid: 8370150f4e07495794c3b80bcaf07e52
run_id: 14cdf02f-119b-4b8d-90f3-044987c29bce
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 10]}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
"""


def test_an_mlmodel_file_of_mlflow_is_read_and_kept(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(SEED)
    model = Model.load(tmp_path)
    assert model.artifact_path == "model"
    assert model.flavor("sklearn")["sklearn_version"] == "1.2.0"
    assert model.signature is not None
    assert str(model.signature.inputs) == "float64 tensor, any x 10"
    model.save(tmp_path)
    again = Model.load(tmp_path)
    assert again.to_dict() == model.to_dict()
    assert again.others == {"mlflow_version": "2.1.1"}


def test_a_model_writes_what_it_says(tmp_path: Path) -> None:
    model = Model(artifact_path="m", run_id="r", signature=infer_signature([1.5], [2]))
    model.add_flavor("sklearn", pickled_model="model.pkl").save(tmp_path)
    assert Model.load(tmp_path).to_dict() == model.to_dict()
    assert len(model.model_uuid) == 32


@pytest.mark.parametrize("text", ["", "[1, 2]", "flavors: 3", "a: [", "flavors: {}\nsignature: 3"])
def test_what_is_no_mlmodel_file_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text(text)
    with pytest.raises(InvalidValue, match="MLmodel is no MLmodel file"):
        Model.load(tmp_path)


def test_a_tag_that_would_run_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "MLmodel").write_text("flavors: !!python/object/apply:os.system ['true']")
    with pytest.raises(InvalidValue, match="could not determine a constructor"):
        Model.load(tmp_path)


def test_a_folder_without_a_model_and_a_flavor_it_lacks_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="has no file MLmodel"):
        Model.load(tmp_path)
    with pytest.raises(NotFound, match="no flavor 'onnx'; it was saved as sklearn"):
        Model(flavors={"sklearn": {}}).flavor("onnx")


def test_requirements_are_pinned_and_go_into_all_three_files(tmp_path: Path) -> None:
    write_environment(str(tmp_path), ("pyyaml", "no-such-package"), extra_pip_requirements=["x>1"])
    lines = (tmp_path / "requirements.txt").read_text().splitlines()
    assert lines[0].startswith("pyyaml==") and lines[1:] == ["x>1"]
    assert "  - x>1" in (tmp_path / "conda.yaml").read_text()
    assert "- -r requirements.txt" in (tmp_path / "python_env.yaml").read_text()


def test_a_conda_environment_of_ones_own_is_kept(tmp_path: Path) -> None:
    conda = {"name": "mine", "dependencies": ["python=3.11", {"pip": ["numpy==2.0"]}]}
    write_environment(str(tmp_path), (), conda_env=conda)
    assert (tmp_path / "requirements.txt").read_text() == "numpy==2.0\n"
    assert "name: mine" in (tmp_path / "conda.yaml").read_text()
    with pytest.raises(InvalidValue, match="not both"):
        write_environment(str(tmp_path), (), conda_env=conda, pip_requirements=["a"])


def test_requirements_may_be_a_file(tmp_path: Path) -> None:
    place = tmp_path / "needs.txt"
    place.write_text("# why\nnumpy==2.0\n\npandas\n")
    assert read_requirements(str(place)) == ["numpy==2.0", "pandas"]
    with pytest.raises(NotFound, match="no requirements file"):
        read_requirements(str(tmp_path / "gone.txt"))
    assert [package_of(line) for line in ("Scikit_Learn==1.5", "-r other", "a[b]>=2")] == [
        "scikit-learn", "", "a",
    ]  # fmt: skip

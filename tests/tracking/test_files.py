from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import matplotlib
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

import runreport
import runreport as mlflow
from runreport.errors import InvalidValue, NotFound, WriteFailed

matplotlib.use("Agg")


@pytest.fixture
def folder(archive: Path) -> Path:
    """The artifact folder of the active run."""
    mlflow.start_run()
    return Path(mlflow.get_artifact_uri().removeprefix("file://"))


def recorded() -> dict[str, str]:
    run = mlflow.active_run()
    assert run is not None
    from runreport.archive.directory import open_archive
    from runreport.query.search import load_index

    index = load_index(open_archive(mlflow.get_tracking_uri()))
    return {row["path"]: row["data"] for row in index.artifacts.to_pylist()}


def test_files_keep_their_names(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("a")
    (tmp_path / "in" / "deep" / "b.txt").write_text("b")
    mlflow.log_artifact(tmp_path / "in" / "a.txt")
    mlflow.log_artifact(str(tmp_path / "in" / "a.txt"), "under")
    mlflow.log_artifact(tmp_path / "in")
    mlflow.log_artifacts(tmp_path / "in", artifact_path="all")
    assert sorted(recorded()) == [
        "a.txt", "all/a.txt", "all/deep/b.txt", "in/a.txt", "in/deep/b.txt", "under/a.txt",
    ]  # fmt: skip
    assert (folder / "all" / "deep" / "b.txt").read_text() == "b"


def test_what_is_not_there_is_named_and_nothing_is_logged(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.txt"):
        mlflow.log_artifact(tmp_path / "none.txt")
    with pytest.raises(NotFound, match="nowhere"):
        mlflow.log_artifacts(tmp_path / "nowhere")
    with pytest.raises(InvalidValue, match="inside the run's"):
        mlflow.log_text("x", "../escape.txt")
    assert recorded() == {} and not folder.exists()


def test_text_and_dictionaries(folder: Path) -> None:
    mlflow.log_text("Grüße", "a.txt")
    mlflow.log_dict({"b": [1, None], "p": Path("x")}, "d.json")
    mlflow.log_dict({"b": [1]}, "d.yaml")
    assert (folder / "a.txt").read_text() == "Grüße"
    assert json.loads((folder / "d.json").read_text()) == {"b": [1, None], "p": "x"}
    assert yaml.safe_load((folder / "d.yaml").read_text()) == {"b": [1]}
    with pytest.raises(InvalidValue):
        mlflow.log_text(b"bytes", "a.txt")  # type: ignore[arg-type]


def test_a_file_may_have_any_ending(folder: Path) -> None:
    mlflow.log_text("hello", "weights.part")
    run = mlflow.active_run()
    assert run is not None
    assert [f.path for f in mlflow.artifacts.list_artifacts(run_id=run.info.run_id)] == [
        "weights.part"
    ]


def test_nothing_is_written_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    folder.mkdir(parents=True)
    (folder / "sub").symlink_to(tmp_path / "outside")
    with pytest.raises(WriteFailed, match="link"):
        mlflow.log_text("x", "sub/x.txt")
    assert list((tmp_path / "outside").iterdir()) == []


def test_all_tables_of_a_run_are_listed(folder: Path) -> None:
    for name in ("a.json", "b.json", "a.json"):
        mlflow.log_table({"n": 1}, name)
    run = mlflow.active_run()
    assert run is not None
    listed = json.loads(mlflow.get_run(run.info.run_id).data.tags["mlflow.loggedArtifacts"])
    assert [entry["path"] for entry in listed] == ["a.json", "b.json"]


def test_logging_a_path_again_replaces_the_file(folder: Path) -> None:
    mlflow.log_text("one", "a.txt")
    mlflow.log_text("two!", "a.txt")
    assert (folder / "a.txt").read_text() == "two!"
    assert json.loads(recorded()["a.txt"])["size_bytes"] == 4


def test_figures_of_three_libraries(folder: Path) -> None:
    import altair as alt
    import matplotlib.pyplot as plt

    figure = plt.figure()
    mlflow.log_figure(figure, "f.png", save_kwargs={"dpi": 50})
    plt.close(figure)
    chart = alt.Chart(alt.Data(values=[{"x": 1, "y": 2}])).mark_line().encode(x="x:Q", y="y:Q")
    mlflow.log_figure(chart, "c.svg")
    mlflow.log_figure(chart, "c.html")
    assert (folder / "f.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (folder / "c.svg").read_text()
    assert "vega" in (folder / "c.html").read_text()
    with pytest.raises(InvalidValue, match=r"builtins\.int"):
        mlflow.log_figure(7, "x.png")


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 6), "uint8"),
        np.zeros((4, 6, 1)),
        np.ones((4, 6, 3)),
        np.full((4, 6, 4), 200),
        np.zeros((4, 6), bool),
        Image.new("RGB", (6, 4)),
    ],
)
def test_images_of_all_kinds(folder: Path, image: object) -> None:
    mlflow.log_image(image, "i.png")
    with Image.open(folder / "i.png") as found:
        assert found.size == (6, 4)


@pytest.mark.parametrize(
    "image", [np.zeros(4), np.zeros((2, 2, 2)), np.full((2, 2), 300), np.zeros((0, 0)),
              np.full((2, 2), -1), np.zeros((2, 2), complex), "text"]
)  # fmt: skip
@pytest.mark.usefixtures("folder")
def test_what_is_no_image_is_refused(image: object) -> None:
    with pytest.raises(InvalidValue):
        mlflow.log_image(image, "i.png")


@pytest.mark.usefixtures("folder")
def test_images_of_steps_share_a_key() -> None:
    for step in (1, 2):
        mlflow.log_image(np.zeros((2, 2)), key="a/b", step=step, timestamp=7)
    starts = [path.rpartition("%")[0] for path in sorted(recorded())]
    assert starts == [f"images/a#b%step%{step}%timestamp%7" for step in (1, 2)]
    with pytest.raises(InvalidValue):
        mlflow.log_image(np.zeros((2, 2)))


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["t.json", "t.parquet"])
def test_tables_grow_and_are_loaded_with_their_run(name: str) -> None:
    mlflow.log_table({"q": ["a", "b"], "n": [1, 2]}, name)
    mlflow.log_table(pd.DataFrame({"q": ["c"], "n": [3]}), name)
    mlflow.log_table({"q": "d", "n": 4}, name)
    frame = mlflow.load_table(name, extra_columns=["run_id"])
    assert frame["n"].tolist() == [1, 2, 3, 4]
    run = mlflow.active_run()
    assert run is not None and set(frame["run_id"]) == {run.info.run_id}
    with pytest.raises(NotFound):
        mlflow.load_table("other.json")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("data", "name"), [({"a": [1]}, "t.txt"), ({"a": [1], "b": [1, 2]}, "t.json"), (7, "t.json")]
)
def test_what_is_no_table_is_refused(data: object, name: str) -> None:
    with pytest.raises(InvalidValue):
        mlflow.log_table(data, name)
    assert recorded() == {}


@pytest.mark.parametrize(
    ("image", "pixels"),
    [
        ([[0.0, 2.0], [1.0, -1.0]], [[85, 255], [170, 0]]),
        ([[np.nan, 3.0], [1.0, np.inf]], [[0, 255], [0, 255]]),
        ([[1.5, 1.5]], [[0, 0]]),
    ],
)
def test_floats_beyond_an_images_range_are_scaled_to_it(
    folder: Path, image: list[list[float]], pixels: list[list[int]]
) -> None:
    with pytest.warns(UserWarning, match="They are scaled"):
        mlflow.log_image(np.array(image), "i.png")
    with Image.open(folder / "i.png") as found:
        assert np.array(found).tolist() == pixels


@pytest.mark.usefixtures("folder")
def test_artifacts_are_listed_by_every_name_they_have() -> None:
    mlflow.log_text("x", "a b/c.txt")
    run = mlflow.active_run()
    assert run is not None
    run_id, listed = run.info.run_id, mlflow.artifacts.list_artifacts
    for found in (
        listed(run_id=run_id, artifact_path="a b"),
        listed(f"runs:/{run_id}/a b"),
        listed(artifact_uri=mlflow.get_artifact_uri("a b")),
        listed(f"runs:/{run_id}/a b", tracking_uri=mlflow.get_tracking_uri()),
    ):
        assert [file.path for file in found] == ["a b/c.txt"]
    for root in (None, "", "."):
        assert [f.path for f in listed(run_id=run_id, artifact_path=root)] == ["a b"]
        assert [f.path for f in listed(mlflow.get_artifact_uri(root))] == ["a b"]
    for wrong in ({}, {"artifact_uri": "x", "run_id": "y"}, {"artifact_uri": "s3://x/y"}):
        with pytest.raises(InvalidValue):
            listed(**wrong)
    with pytest.raises(InvalidValue, match="goes with run_id"):
        listed(f"runs:/{run_id}", artifact_path="a b")


def test_artifacts_are_listed_and_fetched(folder: Path, tmp_path: Path) -> None:
    mlflow.log_text("x", "a/b.txt")
    mlflow.log_text("y", "c.txt")
    run = mlflow.active_run()
    assert run is not None
    run_id = run.info.run_id
    listed = mlflow.artifacts.list_artifacts(run_id=run_id)
    assert [(f.path, f.is_dir, f.file_size) for f in listed] == [
        ("a", True, None),
        ("c.txt", False, 1),
    ]
    assert [f.path for f in mlflow.artifacts.list_artifacts(run_id=run_id, artifact_path="a")] == [
        "a/b.txt"
    ]
    assert mlflow.artifacts.download_artifacts(f"runs:/{run_id}/c.txt") == str(folder / "c.txt")
    copied = mlflow.artifacts.download_artifacts(
        run_id=run_id, artifact_path="a", dst_path=str(tmp_path / "out")
    )
    assert (Path(copied) / "b.txt").read_text() == "x"
    with pytest.raises(NotFound):
        mlflow.download_artifacts(run_id=run_id, artifact_path="nothing")
    with pytest.raises(InvalidValue):
        mlflow.download_artifacts()
    assert mlflow.get_artifact_uri("a/b.txt") == f"file://{folder}/a/b.txt"


def test_artifacts_are_loaded_as_text_dictionary_and_image(tmp_path: Path) -> None:
    import numpy as np

    with mlflow.start_run() as run:
        mlflow.log_text("hällo", "notes/a.txt")
        mlflow.log_dict({"a": [1, 2.5, None]}, "c.json")
        mlflow.log_dict({"b": "x"}, "d.yaml")
        mlflow.log_image(np.zeros((3, 5, 3), np.uint8), "black.png")
    root = f"runs:/{run.info.run_id}"
    assert mlflow.artifacts.load_text(f"{root}/notes/a.txt") == "hällo"
    assert mlflow.artifacts.load_dict(f"{root}/c.json") == {"a": [1, 2.5, None]}
    assert mlflow.artifacts.load_dict(f"{root}/d.yaml") == {"b": "x"}
    assert mlflow.artifacts.load_image(f"{root}/black.png").size == (5, 3)
    with pytest.raises(mlflow.MlflowException, match="no JSON or YAML"):
        mlflow.artifacts.load_dict(f"{root}/black.png")
    folder = mlflow.artifacts.download_artifacts(root, dst_path=str(tmp_path / "all"))
    assert (tmp_path / "all" / "notes" / "a.txt").exists() and Path(folder) == tmp_path / "all"


@pytest.mark.parametrize("name", ["my runs", "a#b c", "100% é", "q?x=1"])
def test_an_archive_s_uri_leads_to_it_whatever_its_folder_is_called(
    tmp_path: Path, name: str
) -> None:
    place = tmp_path / name
    place.mkdir()
    runreport.set_tracking_uri(place.as_uri())
    with runreport.start_run() as run:
        runreport.log_text("hello", "in #1/f 100%.txt")
        uri = runreport.get_artifact_uri("in #1/f 100%.txt")
    assert (place / "archive.json").exists()
    assert runreport.get_tracking_uri() == place.as_uri()
    for told in (uri, f"{run.info.artifact_uri}/in%20%231/f%20100%25.txt"):
        assert Path(url2pathname(urlsplit(told).path)).read_text() == "hello"
        assert Path(runreport.artifacts.download_artifacts(told)).read_text() == "hello"


def test_log_artifacts_follows_links_but_not_in_circles(archive: Path, tmp_path: Path) -> None:
    for folder in ("out/step_1", "big/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "out/step_1/w.bin").write_text("w")
    (tmp_path / "big/deep/model.bin").write_text("m")
    (tmp_path / "out/model").symlink_to(tmp_path / "big")
    (tmp_path / "out/last.bin").symlink_to("step_1/w.bin")
    (tmp_path / "out/step_1/up").symlink_to("..")
    (tmp_path / "big/deep/self").symlink_to(".")
    with runreport.start_run() as run:
        runreport.log_artifacts(str(tmp_path / "out"))
    files = (archive / "artifacts" / run.info.run_id).rglob("*")
    found = {str(f.relative_to(archive / "artifacts" / run.info.run_id)) for f in files}
    assert {path for path in found if "." in path} == {
        "last.bin", "model/deep/model.bin", "step_1/w.bin",
    }  # fmt: skip

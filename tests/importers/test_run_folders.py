"""Run folders of Lightning, YOLO, DVCLive, the Trainer, CatBoost, Sacred: one run each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stores import Taken, event_file, scalar_event, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "project"


def take(project: Path) -> Taken:
    return Taken(project, project.parent / "archive")


def test_lightning_has_params_curves_and_checkpoints(project: Path) -> None:
    version = project / "lightning_logs" / "version_3"
    write(version / "hparams.yaml", "lr: 0.1\nnet:\n  depth: 3\n  sizes: [1, 2]\nempty: null\n")
    write(version / "metrics.csv", "epoch,step,loss,val\r\n0,1,0.5,\r\n0,2,,0.9\r\n1,3,0.25,\r\n")
    write(version / "checkpoints" / "a.ckpt", "weights")
    taken = take(project)
    run = taken.run("version_3")
    assert taken.experiment_of(run) == "lightning_logs"
    assert run.data.params == {
        "lr": "0.1", "net.depth": "3", "net.sizes": "[1, 2]", "empty": "None",
    }  # fmt: skip
    assert taken.curve("loss") == [(1, 0.5), (3, 0.25)]
    assert taken.curve("val") == [(2, 0.9)]
    assert set(run.data.metrics) == {"loss", "val"}
    assert taken.artifacts() == {"checkpoints/a.ckpt": b"weights"}
    assert (run.info.status, run.info.start_time, run.info.end_time) == ("UNKNOWN", None, None)


def test_tags_of_yaml_are_not_constructed(project: Path) -> None:
    text = (
        "net: !!python/object:os.system\n  depth: 3\nf: !!python/name:os.system ''\n"
        "same: &a {x: 1}\nagain: *a\n"
    )
    write(project / "version_0" / "hparams.yaml", text)
    taken = take(project)
    assert taken.run().data.params == {
        "net.depth": "3", "f": "", "same.x": "1", "again.x": "1",
    }  # fmt: skip
    assert taken.lost == []


def test_a_yaml_that_doubles_itself_is_bounded(project: Path) -> None:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}" for n in range(1, 30)]
    write(project / "version_0" / "hparams.yaml", "\n".join(lines))
    taken = take(project)
    (loss,) = taken.lost
    assert "written out, it has more than 50,000 parts" in loss


def test_event_files_join_the_run_they_lie_in(project: Path) -> None:
    version = project / "version_0"
    write(version / "hparams.yaml", "lr: 0.1\n")
    event_file(version / "events.out.tfevents.1.x", [scalar_event("loss", 1, 0, 1.7e9 + 1)])
    taken = take(project)
    assert [source.title for source in taken.done.sources] == ["Lightning"]
    assert taken.curve("loss") == [(0, 1.0)]
    assert taken.run().info.start_time == 1_700_000_000_000


YOLO = (
    "   epoch,   train/box_loss,   metrics/mAP50(B),   time\n"
    "       1,          0.50000,            0.10000,    2.5\n"
    "       2,          0.25000,            0.20000,    5.0\n"
)


def test_yolo_has_padded_columns_and_a_task(project: Path) -> None:
    folder = project / "runs" / "detect" / "train"
    write(folder / "results.csv", YOLO)
    write(folder / "args.yaml", "task: detect\nepochs: 2\nimgsz: 640\nlr0: 0.01\n")
    write(folder / "weights" / "best.pt", "weights")
    write(folder / "results.png", b"\x89PNG")
    taken = take(project)
    run = taken.run("train")
    assert taken.experiment_of(run) == "detect"
    assert run.data.params == {"task": "detect", "epochs": "2", "imgsz": "640", "lr0": "0.01"}
    assert taken.curve("train/box_loss") == [(1, 0.5), (2, 0.25)]
    assert taken.curve("metrics/mAP50(B)") == [(1, 0.1), (2, 0.2)]
    assert taken.times("train/box_loss") == [2500, 5000]
    assert set(taken.artifacts()) == {"weights/best.pt", "results.png"}


def test_what_event_files_have_after_the_table_ends_counts(project: Path) -> None:
    folder = project / "exp"
    write(folder / "results.csv", YOLO)
    events = [scalar_event("train/box_loss", 0.1, step) for step in (1, 2, 3)]
    event_file(folder / "events.out.tfevents.1.x", events)
    assert [step for step, _ in take(project).curve("train/box_loss")] == [1, 2, 3]
    assert take(project).curve("train/box_loss")[0] == (1, 0.5)


def test_yolo_without_results_is_a_run_with_params(project: Path) -> None:
    write(project / "exp2" / "opt.yaml", "epochs: 3\nimg_size: [640, 640]\nhyp:\n  lr0: 0.1\n")
    assert take(project).run("exp2").data.params == {
        "epochs": "3", "img_size": "[640, 640]", "hyp.lr0": "0.1",
    }  # fmt: skip


def test_dvclive_has_tables_and_last_values(project: Path) -> None:
    folder = project / "dvclive"
    write(folder / "plots" / "metrics" / "train" / "loss.tsv",
          "step\ttimestamp\tloss\n0\t1700000000000\t0.5\n1\t1700000001000\t0.25\n")  # fmt: skip
    write(folder / "metrics.json", '{"train": {"loss": 0.25}, "acc": 0.9, "step": 1}')
    write(folder / "params.yaml", "lr: 0.1\n")
    write(folder / "plots" / "images" / "cm.png", b"\x89PNG")
    taken = take(project)
    run = taken.run()
    assert taken.curve("train/loss") == [(0, 0.5), (1, 0.25)]
    assert taken.curve("acc") == [(1, 0.9)]
    assert run.data.params == {"lr": "0.1"}
    assert (run.info.start_time, run.info.end_time) == (1_700_000_000_000, 1_700_000_001_000)
    assert set(taken.artifacts()) == {"plots/images/cm.png"}


def test_checkpoints_of_one_training_are_one_run(project: Path) -> None:
    rows = [{"step": n, "epoch": n / 10, "loss": 1 / n} for n in (10, 20, 30)]
    rows.append({"step": 30, "epoch": 3.0, "train_runtime": 9.5})

    def state(count: int) -> str:
        known = {"global_step": rows[count - 1]["step"], "max_steps": 30}
        return json.dumps({**known, "log_history": rows[:count], "num_train_epochs": 3})

    write(project / "out" / "checkpoint-10" / "trainer_state.json", state(1))
    write(project / "out" / "checkpoint-20" / "trainer_state.json", state(2))
    write(project / "out" / "trainer_state.json", state(4))
    write(project / "out" / "train_results.json", "{}")
    taken = take(project)
    run = taken.run("out")
    assert taken.curve("loss") == [(10, 0.1), (20, 0.05), (30, 1 / 30)]
    assert taken.curve("train_runtime") == [(30, 9.5)]
    assert run.data.params == {"max_steps": "30", "num_train_epochs": "3"}
    assert "train_results.json" in taken.artifacts()


def test_two_trainings_in_one_folder_are_two_runs(project: Path) -> None:
    for number, loss in ((1, 0.5), (2, 0.7)):
        history = [{"step": number, "loss": loss}]
        text = json.dumps({"global_step": number, "max_steps": 9, "log_history": history})
        write(project / "out" / f"checkpoint-{number}" / "trainer_state.json", text)
    assert take(project).index.runs.num_rows == 2


CATBOOST = {
    "meta": {
        "launch_mode": "Train", "iteration_count": 2,
        "learn_metrics": [{"name": "Logloss"}], "test_metrics": [{"name": "Logloss"}],
    },
    "iterations": [
        {"learn": [0.5], "test": [0.6], "iteration": 0, "passed_time": 0.5},
        {"learn": [0.4], "test": [0.5], "iteration": 1, "passed_time": 1.0},
    ],
}  # fmt: skip


def test_catboost_has_learn_and_test(project: Path) -> None:
    folder = project / "model" / "catboost_info"
    write(folder / "catboost_training.json", json.dumps(CATBOOST))
    event_file(folder / "learn" / "events.out.tfevents.1", [scalar_event("Logloss", 1, 0)])
    taken = take(project)
    run = taken.run("model")
    assert taken.curve("learn/Logloss") == [(0, 0.5), (1, 0.4)]
    assert taken.curve("test/Logloss") == [(0, 0.6), (1, 0.5)]
    assert taken.times("learn/Logloss") == [500, 1000]
    assert run.data.params == {"launch_mode": "Train", "iteration_count": "2"}


def test_catboost_that_two_wrote_into(project: Path) -> None:
    folder = project / "catboost_info"
    write(folder / "catboost_training.json", json.dumps(CATBOOST)[:-150] + ',"x"')
    write(folder / "learn_error.tsv", "iter\tLogloss\n0\t0.5\n1\t0.41\t0.4\n2\t0.3\n")
    event_file(folder / "learn" / "events.out.tfevents.1", [scalar_event("Logloss", 1, 0)])
    taken = take(project)
    assert taken.curve("learn/Logloss")
    assert taken.lost


def test_sacred_has_config_metrics_and_times(project: Path) -> None:
    folder = project / "sacred" / "7"
    run = {"experiment": {"name": "exp"}, "status": "COMPLETED", "result": 0.9,
           "start_time": "2023-11-14T22:13:20.000000", "stop_time": "2023-11-14T22:14:20.000000",
           "heartbeat": "2023-11-14T22:14:20.000000"}  # fmt: skip
    write(folder / "run.json", json.dumps(run))
    write(folder / "config.json", '{"lr": 0.1, "net": {"depth": 3}, "seed": 1}')
    metrics = {"loss": {"steps": [0, 1], "timestamps": ["2023-11-14T22:13:21", None],
                        "values": [0.5, {"py/object": "numpy.float64"}]}}  # fmt: skip
    write(folder / "metrics.json", json.dumps(metrics))
    write(folder / "cout.txt", "hello")
    taken = take(project)
    found = taken.run("7")
    assert taken.experiment_of(found) == "exp"
    assert (found.info.status, found.info.start_time) == ("FINISHED", 1_700_000_000_000)
    assert found.data.params == {"lr": "0.1", "net.depth": "3", "seed": "1"}
    assert taken.curve("loss") == [(0, 0.5)]
    assert taken.curve("result") == [(0, 0.9)]
    assert taken.artifacts() == {"cout.txt": b"hello"}
    assert "1 values of its metric 'loss' are no numbers" in taken.lost[0]


def test_hydras_config_beside_a_run_is_its_params(project: Path) -> None:
    folder = project / "outputs" / "1"
    write(folder / ".hydra" / "config.yaml", "model:\n  lr: 0.1\n")
    write(folder / "logs" / "metrics.csv", "epoch,loss\n0,0.5\n1,0.4\n")
    assert take(project).run().data.params == {"model.lr": "0.1"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("run.json", '{"scripts": {}}'),
        ("results.csv", "name,score\na,1\n"),
        ("data.csv", "id,value\n1,2\n2,3\n"),
        ("version_1.csv", "year,value\n2001,2\n"),
        ("metrics.json", '{"a": 1}'),
        ("args.yaml", "verbose: true\n"),
        ("notes.jsonl", '{"text": "hello"}\n'),
        ("epoch.csv", "epoch,loss\nfirst,1\n"),
        ("repeats.csv", "step,loss\n" + "1,2\n" * 20),
    ],
)
def test_what_only_looks_like_a_run_is_left_alone(project: Path, name: str, text: str) -> None:
    write(project / "data" / name, text)
    assert take(project).search.claims == ()

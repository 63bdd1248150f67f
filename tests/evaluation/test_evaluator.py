from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import runreport
from runreport.errors import InvalidValue, NotFound
from runreport.metrics import MetricValue, make_metric

pandas = pytest.importorskip("pandas")
numpy = pytest.importorskip("numpy")

DATA = {"inputs": ["a?", "b?", "c?"], "truth": ["the a", "the b", "the c"]}


def answers(inputs: Any) -> list[str]:
    return [f"the {text[0]}" if text[0] != "c" else "no idea" for text in inputs]


@pytest.mark.parametrize(
    "order",
    [
        "import runreport; runreport.evaluate; from runreport.evaluate import evaluate",
        "from runreport.evaluate import evaluate; import runreport",
        "import runreport.evaluate; from runreport import evaluate as module; "
        "evaluate = module.evaluate",
    ],
)
def test_evaluate_is_a_module_and_a_function_in_any_order(order: str, tmp_path: Path) -> None:
    program = f"""
{order}
data = {{"inputs": ["a"], "t": ["a"]}}
runreport.set_tracking_uri({str(tmp_path / "a")!r})
one = evaluate(model=lambda x: x, data=data, targets="t", metrics=["exact_match"])
two = runreport.evaluate(model=lambda x: x, data=data, targets="t", metrics=["exact_match"])
print(one.metrics == two.metrics == {{"exact_match/v1": 1.0}})
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


def test_scores_metrics_and_table_are_logged_to_a_run_of_its_own(archive: Path) -> None:
    result = runreport.evaluate(
        model=answers, data=DATA, targets="truth", metrics=["exact_match", "token_count"]
    )
    assert runreport.active_run() is None
    assert result.metrics["exact_match/v1"] == pytest.approx(2 / 3)
    assert result.metrics["token_count/mean"] == 2.0
    run = runreport.get_run(result.run_id)
    assert run.data.metrics == result.metrics and run.info.status == "FINISHED"
    table = result.tables["eval_results_table"]
    assert list(table.columns) == [
        "inputs", "target", "outputs", "exact_match/v1/score", "token_count",
    ]  # fmt: skip
    assert list(table["exact_match/v1/score"]) == [1.0, 1.0, 0.0]
    logged = runreport.load_table("eval_results_table.json", run_ids=[result.run_id])
    assert logged.equals(table)


def test_an_active_run_is_logged_to(archive: Path) -> None:
    with runreport.start_run() as run:
        result = runreport.evaluate(answers, DATA, targets="truth", metrics=["exact_match"])
    assert result.run_id == run.info.run_id


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        pandas.DataFrame(DATA),
        [{"inputs": i, "truth": t} for i, t in zip(*DATA.values(), strict=True)],
        {"inputs": numpy.array(DATA["inputs"]), "truth": numpy.array(DATA["truth"])},
    ],
    ids=["columns", "frame", "rows", "arrays"],
)
def test_data_comes_in_many_forms(archive: Path, data: Any) -> None:
    def model(given: Any) -> Any:
        return answers(given["inputs"] if hasattr(given, "columns") else given)

    result = runreport.evaluate(model, data, targets="truth", metrics=["exact_match"])
    assert result.metrics["exact_match/v1"] == pytest.approx(2 / 3)


def test_a_model_may_be_a_uri_or_an_object(archive: Path) -> None:
    from sklearn.linear_model import LinearRegression

    data, target = numpy.array([[1.0], [2.0], [3.0]]), numpy.array([2.0, 4.0, 6.5])
    model = LinearRegression().fit(data, target)
    with runreport.start_run():
        runreport.sklearn.log_model(model, registered_model_name="line")
        one = runreport.evaluate(model, data, targets=target, model_type="regressor")
    two = runreport.evaluate("models:/line/1", data, targets=target, model_type="regressor")
    assert one.metrics == two.metrics
    assert one.metrics["r2_score"] == pytest.approx(model.score(data, target))
    assert {"mean_absolute_error", "max_error", "example_count"} <= set(one.metrics)
    with pytest.raises(NotFound, match="'gone'"):
        runreport.evaluate("models:/gone/1", data, targets=target, model_type="regressor")


def test_a_classifier_is_scored_with_its_chances(archive: Path) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss, roc_auc_score

    rng = numpy.random.default_rng(0)
    data = rng.random((60, 2))
    target = (data[:, 0] + rng.random(60) / 2 > 0.7).astype(int)
    model = LogisticRegression().fit(data, target)
    found = runreport.evaluate(model, data, targets=target, model_type="classifier").metrics
    chances = model.predict_proba(data)
    assert found["accuracy_score"] == model.score(data, target)
    assert found["log_loss"] == pytest.approx(log_loss(target, chances))
    assert found["roc_auc"] == pytest.approx(roc_auc_score(target, chances[:, 1]))
    counts = [found[f"{a}_{b}"] for a in ("true", "false") for b in ("positives", "negatives")]
    assert sum(counts) == found["example_count"] == 60


def test_predictions_may_be_in_the_data(archive: Path) -> None:
    data = {**DATA, "answer": ["the a", "x", "y"]}
    result = runreport.evaluate(
        data=data, targets="truth", predictions="answer", metrics=["exact_match"]
    )
    assert result.metrics["exact_match/v1"] == pytest.approx(1 / 3)


def test_latency_asks_row_by_row(archive: Path) -> None:
    sizes = []

    def model(inputs: list[str]) -> list[str]:
        sizes.append(len(inputs))
        return inputs

    result = runreport.evaluate(model, DATA, targets="truth", metrics=["latency"])
    assert sizes == [1, 1, 1]
    assert 0 <= result.metrics["latency/mean"] < 1
    assert len(result.tables["eval_results_table"]["latency"]) == 3


def test_metrics_of_ones_own(archive: Path) -> None:
    def length(predictions: Any, inputs: Any) -> list[int]:
        return [len(p) + len(i) for p, i in zip(predictions, inputs, strict=True)]

    def detailed(predictions: Any, targets: Any) -> MetricValue:
        return MetricValue([1.0, None, 0.0], ["yes", None, "no"], {"share": 0.5})

    result = runreport.evaluate(
        answers, DATA, targets="truth",
        extra_metrics=[
            make_metric(eval_fn=length, greater_is_better=False),
            make_metric(eval_fn=detailed, greater_is_better=True, version="v2"),
            make_metric(eval_fn=lambda predictions: 0.25, greater_is_better=True, name="one"),
        ],
    )  # fmt: skip
    assert result.metrics["length/mean"] == pytest.approx((7 + 7 + 9) / 3)
    assert result.metrics["detailed/v2/share"] == 0.5 and result.metrics["one"] == 0.25
    table = result.tables["eval_results_table"]
    assert list(table["detailed/v2/justification"])[:1] == ["yes"]
    assert numpy.isnan(table["detailed/v2/score"][1])


def test_columns_can_get_other_names(archive: Path) -> None:
    metric = make_metric(
        eval_fn=lambda context: [float(len(c)) for c in context], greater_is_better=True, name="n"
    )
    result = runreport.evaluate(
        answers, {"passage": ["a", "bb", "ccc"]}, extra_metrics=[metric],
        evaluator_config={"col_mapping": {"context": "passage"}},
    )  # fmt: skip
    assert result.metrics["n/mean"] == 2.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metrics": ["rougeX"]}, r"no metric 'rougeX'. Did you mean 'rouge"),
        ({"metrics": ["bleu", "bleu"]}, "asked for twice"),
        ({}, "Say what to score by"),
        ({"model_type": "poem"}, "use one of text, text-summarization"),
        (
            {"metrics": ["exact_match"], "targets": "answer"},
            "'answer'; the data has inputs, truth",
        ),
        ({"metrics": ["exact_match"], "targets": ["x"]}, "1 targets for 3 rows"),
        (
            {"metrics": ["exact_match"], "data": {"inputs": ["a"]}, "targets": None},
            "Name the targets",
        ),
        ({"metrics": ["exact_match"], "model": None}, "Give a model"),
        ({"metrics": ["exact_match"], "model": 3}, "model is int"),
        ({"metrics": ["exact_match"], "data": "text"}, "data is str"),
        ({"metrics": ["exact_match"], "data": {"inputs": "text"}}, "must be a list of values"),
        ({"metrics": ["exact_match"], "data": {"inputs": []}, "targets": None}, "no rows"),
        ({"metrics": ["exact_match"], "data": {"a": [1], "b": [1, 2]}}, "differ in length"),
        ({"metrics": ["exact_match"], "model": lambda x: ["one"]}, "1 predictions for 3 rows"),
        ({"metrics": ["bleu"], "model": lambda x: [1, 2, 3]}, "needs text; predictions holds 1"),
        ({"model_type": "classifier", "targets": None}, "held against targets"),
        ({"metrics": [len]}, "is a function"),
    ],
)
def test_mistakes_are_told_before_anything_is_logged(
    archive: Path, arguments: dict[str, Any], message: str
) -> None:
    given = {"model": answers, "data": DATA, "targets": "truth", **arguments}
    with pytest.raises(InvalidValue, match=message):
        runreport.evaluate(**given)
    assert runreport.search_runs(output_format="list") == []


def test_a_model_that_fails_leaves_no_run(archive: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        runreport.evaluate(lambda x: 1 / 0, DATA, targets="truth", metrics=["exact_match"])
    assert runreport.search_runs(output_format="list") == []


def test_a_frame_with_numbered_columns_and_gaps_can_be_evaluated(archive: Path) -> None:
    frame = pandas.DataFrame(numpy.zeros((3, 2)))
    frame["when"] = [pandas.NaT, None, pandas.Timestamp("2026-11-21")]
    frame["whole"] = pandas.array([1, None, 3], dtype="Int64")
    frame["target"] = ["a", "b", "c"]
    result = runreport.evaluate(
        lambda given: list("abx") if given.shape == (3, 4) else [], frame,
        targets="target", metrics="exact_match",
    )  # fmt: skip
    assert result.metrics["exact_match/v1"] == pytest.approx(2 / 3)


def test_a_second_evaluation_replaces_the_table_of_the_run(archive: Path) -> None:
    with runreport.start_run() as run:
        for _ in range(2):
            runreport.evaluate(answers, DATA, targets="truth", metrics=["exact_match"])
    table = runreport.load_table("eval_results_table.json", run_ids=[run.info.run_id])
    assert len(table) == 3


def test_a_model_by_uri_is_named_and_gives_its_chances(archive: Path) -> None:
    from sklearn.linear_model import LogisticRegression

    data, target = numpy.array([[1.0], [2.0], [3.0], [4.0]]), numpy.array([0, 0, 1, 1])
    info = runreport.sklearn.log_model(LogisticRegression().fit(data, target))
    runreport.end_run()
    result = runreport.evaluate(info.model_uri, data, targets=target, model_type="classifier")
    assert {"roc_auc", "log_loss"} <= set(result.metrics)
    assert runreport.get_run(result.run_id).data.tags["evaluated_model"] == info.model_uri


def test_nobody_found_where_nobody_is_scores_nothing(archive: Path) -> None:
    found = runreport.evaluate(
        data={"x": [1, 2], "p": [0, 0], "t": [0, 0]}, predictions="p", targets="t",
        model_type="classifier",
    ).metrics  # fmt: skip
    assert (found["accuracy_score"], found["precision_score"], found["f1_score"]) == (1, 0, 0)
    other = runreport.evaluate(
        data={"x": [1, 2], "p": ["n", "y"], "t": ["n", "n"]}, predictions="p", targets="t",
        model_type="classifier", evaluator_config={"pos_label": "n"},
    ).metrics  # fmt: skip
    assert other["recall_score"] == 0.5


@pytest.mark.parametrize("label", [None, [1], float("nan")])
def test_labels_that_are_no_classes_are_refused(archive: Path, label: Any) -> None:
    with pytest.raises(InvalidValue, match="Classes must be single values"):
        runreport.evaluate(
            data={"x": [1, 2], "p": [0, 1], "t": [0, label]}, predictions="p", targets="t",
            model_type="classifier",
        )  # fmt: skip


def test_columns_named_as_the_results_are_keep_their_values(archive: Path) -> None:
    result = runreport.evaluate(
        lambda x: ["a"], {"outputs": ["mine"], "truth": ["a"]}, targets="truth",
        metrics=["exact_match"],
    )  # fmt: skip
    table = result.tables["eval_results_table"]
    assert list(table["input outputs"]) == ["mine"] and list(table["outputs"]) == ["a"]
    with pytest.raises(InvalidValue, match="'typo', which is not known; known: col_mapping"):
        runreport.evaluate(
            answers, DATA, targets="truth", metrics=["exact_match"],
            evaluator_config={"typo": 1},
        )  # fmt: skip

"""Make tests/golden/evaluated: experiments with charts of every kind, results tables, a model with
versions and aliases, a failed run. Run once per archive format, never to make a test pass:

    python tests/golden/make_evaluated.py
"""

from __future__ import annotations

import contextlib
import math

from make_archive import HERE, stored_archive

import runreport

MLMODEL = """
artifact_path: model
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.0
model_size_bytes: 1024
signature:
  inputs: '[{"type": "string", "name": "question", "required": true}]'
  outputs: '[{"type": "string", "required": true}]'
"""
QUESTIONS = ("What is a run?", "What is a step?", "Where are artifacts?")


def log_answers(scores: tuple[float | None, ...]) -> None:
    """A results table as an evaluation writes it."""
    table = {
        "inputs": list(QUESTIONS),
        "targets": ["An execution", "A time", "In the archive"],
        "outputs": [f"Answer {place}, {score}" for place, score in enumerate(scores)],
        "exact/v1/score": list(scores),
        "judge/v1/justification": ["Right.", "Half of it.", "No: <b>wrong</b>."],
    }
    runreport.log_table(table, "eval_results_table.json")
    known = [score for score in scores if score is not None]
    runreport.log_metric("exact/v1/mean", sum(known) / len(known))


def sweep() -> None:
    """Runs over two params, with curves; one diverges, one fails."""
    runreport.set_experiment("Sweep")
    for number in range(12):
        rate, depth = (0.0001, 0.01, 1.0)[number % 3], (2, 4, 8)[number // 4]
        with runreport.start_run(run_name=f"sweep-{number}"):
            runreport.log_params(
                {"lr": rate, "depth": depth, "optimizer": ("adam", "sgd")[number % 2]}
            )
            runreport.set_tags({"team": ("red", "blue")[number % 2]})
            for step in range(20):
                runreport.log_metric(
                    "val_loss", 1 / (1 + rate * 90 + step / 9) + depth / 50, step=step
                )
            runreport.log_metric("val_accuracy", 0.6 + depth / 40 + math.log10(rate) / 100)
    with runreport.start_run(run_name="diverged"):
        runreport.log_params({"lr": 10.0, "depth": 8, "optimizer": "sgd"})
        for step in range(6):
            runreport.log_metric("val_loss", math.nan if step > 3 else 2.0**step, step=step)
    with contextlib.suppress(MemoryError), runreport.start_run(run_name="failed"):
        runreport.log_params({"lr": 0.1, "depth": 64, "optimizer": "sgd"})
        raise MemoryError("out of memory: 64 layers")


def answers() -> None:
    """Two evaluated runs, each a version of one model."""
    runreport.set_experiment("Answers")
    client = runreport.MlflowClient()
    for number, scores in enumerate(((1.0, 0.5, None), (1.0, 1.0, 0.0))):
        with runreport.start_run(run_name=f"answers-{number}") as run:
            runreport.log_param("prompt", f"v{number}")
            log_answers(scores)
            runreport.log_text(MLMODEL, "model/MLmodel")
        version = runreport.register_model(f"runs:/{run.info.run_id}/model", "answerer")
        client.update_model_version("answerer", version.version, f"Prompt **v{number}**.")
    client.set_registered_model_alias("answerer", "champion", "2")
    client.set_model_version_tag("answerer", "1", "state", "retired")


if __name__ == "__main__":
    with stored_archive(HERE / "evaluated"):
        sweep()
        answers()

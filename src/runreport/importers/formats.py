"""The formats that are known, in the order in which they are asked: who knows more goes first."""

from __future__ import annotations

from runreport.importers import (
    catboost,
    dvclive,
    lightning,
    mlflow_db,
    mlflow_files,
    neptune,
    sacred,
    tables,
    tensorboard,
    trackio,
    trainer,
    wandb,
    yolo,
)
from runreport.importers.scanning import Format

FORMATS = (
    Format(
        "mlflow",
        "MLflow database",
        mlflow_db.claim,
        "mlflow.db (SQLite with tables runs and experiments)",
    ),
    Format(
        "mlflow",
        "MLflow folder",
        mlflow_files.claim,
        "mlruns/ (meta.yaml with experiment_id and artifact_location)",
    ),
    Format("wandb", "W&B", wandb.claim, "wandb/run-*/ (run-*.wandb, files/)"),
    Format("trackio", "Trackio", trackio.claim, "<project>.db or .parquet with run_name, metrics"),
    Format("neptune", "Neptune export", neptune.claim, "*_part_0.parquet with attribute_path"),
    Format("dvclive", "DVCLive", dvclive.claim, "dvclive/ (metrics.json, plots/metrics/*.tsv)"),
    Format(
        "catboost", "CatBoost", catboost.claim, "catboost_info/ (catboost_training.json, *.tsv)"
    ),
    Format("sacred", "Sacred", sacred.claim, "run.json with experiment and start_time"),
    Format(
        "lightning",
        "Lightning",
        lightning.claim,
        "version_N/ (hparams.yaml, metrics.csv) and lightning_logs/",
    ),
    Format("yolo", "YOLO", yolo.claim, "results.csv with train/, val/ or metrics/; args.yaml"),
    Format("trainer", "Hugging Face Trainer", trainer.claim, "trainer_state.json"),
    Format("tensorboard", "TensorBoard", tensorboard.claim, "event files (*tfevents*)"),
    Format(
        "csv", "Table", tables.claim_tables, "*.csv, *.log whose first column is epoch or step"
    ),
    Format("jsonl", "JSON lines", tables.claim_lines, "*.jsonl of objects with step or epoch"),
)
NAMES = tuple(dict.fromkeys(one.name for one in FORMATS))
"""The names that a person may type."""


def of_name(name: str) -> tuple[Format, ...]:
    """The formats of one name."""
    return tuple(one for one in FORMATS if one.name == name)

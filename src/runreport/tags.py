"""Tags that runreport or MLflow give a meaning, and which tags somebody set."""

from __future__ import annotations

NAME_TAG = "mlflow.runName"
NOTE_TAG = "mlflow.note.content"
COMMIT_TAG = "mlflow.source.git.commit"
BRANCH_TAG = "mlflow.source.git.branch"
DIRTY_TAG = "mlflow.source.git.dirty"
PARENT_TAG = "mlflow.parentRunId"
ERROR_TAG, MESSAGE_TAG, TRACEBACK_TAG = (
    "runreport.error",
    "runreport.error.message",
    "runreport.error.traceback",
)
"""Why a run failed."""
OVERRIDDEN_TAG = "overridden."
"""Begins the tag that keeps what autologging recorded of a param that was then set by hand."""
SYSTEM_TAG = "mlflow."
"""Begins the tags that MLflow's names are of; a report shows what they say elsewhere."""
RECORDED_TAGS = (SYSTEM_TAG, "runreport.", OVERRIDDEN_TAG)
"""Begin the tags that were recorded rather than set by somebody."""


def is_set_tag(key: str) -> bool:
    """Whether somebody set a tag, so that lists of tags show it."""
    return not key.startswith(RECORDED_TAGS)

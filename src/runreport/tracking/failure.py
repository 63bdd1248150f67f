"""Why a run failed, as tags: the exception's type, its message, and the end of its traceback."""

from __future__ import annotations

from runreport.tags import ERROR_TAG, MESSAGE_TAG, TRACEBACK_TAG

MAX_MESSAGE = 500
MAX_TRACEBACK = 6000
LAST_LINES = 40


def failure_tags(error: BaseException) -> dict[str, str]:
    """What of an exception is kept with its run."""
    import traceback

    try:
        message, lines = str(error), traceback.format_exception(error)
    except Exception:  # a message that cannot be made
        message, lines = "", []
    return told_failure(type(error).__name__, message, "".join(lines))


def told_failure(kind: str, message: str, output: str) -> dict[str, str]:
    """The tags of a failure; of its output the end."""
    end = "\n".join(output.splitlines()[-LAST_LINES:])[-MAX_TRACEBACK:]
    tags = {ERROR_TAG: kind, MESSAGE_TAG: message[:MAX_MESSAGE], TRACEBACK_TAG: end}
    return {key: value for key, value in tags.items() if value}

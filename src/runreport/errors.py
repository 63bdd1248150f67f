"""The errors runreport raises, one tree, split by what the caller can do about them.

Every message says what is wrong (with its value), where, what is allowed and what to do.
``MlflowException`` is the root under the name MLflow code catches.
"""

from __future__ import annotations


class RunreportError(Exception):
    """Root of all errors that a person can act on; never shown with a stack by the CLI."""

    error_code = "INTERNAL_ERROR"
    """MLflow's name for this class of error, for code that switches on it."""

    def __init__(self, message: str, error_code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if error_code is not None:
            self.error_code = error_code


MlflowException = RunreportError


class InvalidValue(RunreportError, ValueError):
    """A name, value, filter or argument is not allowed: fix the call."""

    error_code = "INVALID_PARAMETER_VALUE"


class InvalidFilter(InvalidValue):
    """A filter, ordering or field cannot be understood; the message points at the column."""

    def __init__(
        self, problem: str, column: int, text: str, word: str | None = None, what: str = "filter"
    ) -> None:
        start = max(0, column - 1 - _BEFORE)
        shown = text[start : column - 1 + _BEHIND].replace("\n", " ").replace("\t", " ")
        caret = " " * (column - 1 - start) + "^"
        super().__init__(f"Invalid {what} at column {column}: {problem}.\n  {shown}\n  {caret}")
        self.problem = problem
        self.column = column
        """From 1."""
        self.text = text
        self.word = word
        """The name that is not known, where that is what is wrong."""
        self.what = what

    def __reduce__(self) -> tuple[object, ...]:
        """Another process may raise it."""
        return type(self), (self.problem, self.column, self.text, self.word, self.what)


_BEFORE, _BEHIND = 120, 60
"""How much of a long text an error shows around its column."""


class NotFound(RunreportError, LookupError):
    """No such experiment, run or artifact: fix the call."""

    error_code = "RESOURCE_DOES_NOT_EXIST"


class AlreadyExists(RunreportError):
    """The name is taken: choose another."""

    error_code = "RESOURCE_ALREADY_EXISTS"


class InvalidState(RunreportError):
    """The thing exists but is in a state that forbids the call, e.g. a deleted run."""

    error_code = "INVALID_STATE"


class ConfigError(RunreportError, ValueError):
    """runreport.toml or a theme's theme.toml is wrong: fix the file."""

    error_code = "INVALID_PARAMETER_VALUE"


class ArchiveError(RunreportError):
    """The archive cannot be used: not one, written by a newer runreport, or unreadable."""


class Damaged(ArchiveError):
    """A file of the archive is not what was written; readers leave it out and say so."""


class Misremembered(ArchiveError):
    """A file of the archive is damaged although it is listed as it was when it was found sound."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"The metrics file of {path} is damaged, but has the size and times with which an "
            "earlier build read it. Build again: all files are opened then."
        )
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        """Another process may raise it."""
        return type(self), (self.path,)


class WriteFailed(RunreportError, OSError):
    """An event could not be written: raised at the call that lost it."""

    error_code = "IO_ERROR"
    is_written = False
    """Whether it is in the archive all the same: only the disk did not confirm it."""


class BuildError(RunreportError):
    """The site cannot be built or published where it was asked to be."""

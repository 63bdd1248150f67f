"""Names of registered models and their aliases, and the URIs made of them."""

from __future__ import annotations

import re
from typing import NamedTuple

from runreport.errors import InvalidValue

MAX_NAME = 250
_ALIAS = re.compile(r"[\w-]+")
_VERSION = re.compile(r"v\d+", re.IGNORECASE)
LATEST = "latest"


class ModelUri(NamedTuple):
    """A registered version as a URI names it: by number, by alias, or the latest."""

    name: str
    version: int | None
    alias: str | None


def check_model_name(name: object) -> str:
    """A registered model's name.

    Raises:
        InvalidValue: it is empty, too long, or holds what a URI is made of.
    """
    if not isinstance(name, str) or not name.strip():
        raise InvalidValue(
            f"Model name {name!r} is not allowed; it must be non-empty text, such as 'churn'."
        )
    if len(name) > MAX_NAME:
        raise InvalidValue(
            f"Model name {name[:40]!r}… has {len(name)} characters; at most {MAX_NAME} are "
            "allowed."
        )
    bad = next((c for c in name if c in "/:@" or not c.isprintable()), None)
    if bad is not None:
        raise InvalidValue(
            f"Model name {name!r} holds {bad!r}; names may not hold '/', ':' and '@', which "
            "models:/ URIs are made of, nor control characters."
        )
    return name


def check_alias(alias: object) -> str:
    """An alias of a version.

    Raises:
        InvalidValue: it is no word, or could be taken for a version.
    """
    if not isinstance(alias, str) or not _ALIAS.fullmatch(alias) or len(alias) > MAX_NAME:
        raise InvalidValue(
            f"Alias {alias!r} is not allowed; use letters, digits, '_' and '-', "
            "such as 'champion'."
        )
    if alias.lower() == LATEST or _VERSION.fullmatch(alias):
        raise InvalidValue(
            f"Alias {alias!r} is not allowed; 'latest' and 'v1', 'v2' … stand for versions."
        )
    return alias


def check_version(version: object) -> int:
    """A version's number, given as a number or as text.

    Raises:
        InvalidValue: it is none.
    """
    text = str(version).strip()
    if isinstance(version, bool) or not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise InvalidValue(f"Version {version!r} is not allowed; versions count from 1.")
    return int(text)


RUNS = "runs:/"
"""Begins the URI of a file or folder that a run logged."""


def run_uri(run_id: str, path: str) -> str:
    """``runs:/<run id>/<path>``."""
    return f"{RUNS}{run_id}/{path}"


def split_run_uri(uri: str) -> tuple[str, str] | None:
    """The run id and the path of ``runs:/<run id>/<path>``, either of which may be empty; None of
    another URI."""
    if not uri.startswith(RUNS):
        return None
    run_id, _, path = uri.removeprefix(RUNS).strip("/").partition("/")
    return run_id, path


def version_uri(name: str, version: int | str) -> str:
    """``models:/<name>/<version>``."""
    return f"models:/{name}/{version}"


def parse_model_uri(uri: str) -> ModelUri:
    """What ``models:/<name>/<version>``, ``models:/<name>@<alias>`` or ``…/latest`` names.

    Raises:
        InvalidValue: it is no such URI.
    """
    rest = uri.removeprefix("models:/").strip("/") if uri.startswith("models:/") else ""
    name, slash, version = rest.rpartition("/")
    if slash and name:
        if version.lower() == LATEST:
            return ModelUri(check_model_name(name), None, None)
        if version.isdecimal():
            return ModelUri(check_model_name(name), check_version(version), None)
    owner, at, alias = rest.rpartition("@")
    if at and owner and not slash:
        return ModelUri(check_model_name(owner), None, check_alias(alias))
    raise InvalidValue(
        f"Model URI {uri!r} is not understood; write models:/<name>/<version>, "
        "models:/<name>@<alias> or models:/<name>/latest."
    )

"""A text as a comment on a pull request: written once, then changed in place."""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from runreport import __version__
from runreport.errors import RunreportError
from runreport.report.formatting import safe
from runreport.report.reviews.forms import MOST_BYTES

MOST = MOST_BYTES - 200
"""Bytes of a text that leave room for what its comment is known by."""
_API = "https://api.github.com"
_JOB = "github-actions[bot]"
"""Who writes with the token of a job."""
_PAGE = 100
_MOST_PAGES = 100
_TIMEOUT_S = 30
_LONGEST = 300
"""Characters of what a host says that are repeated."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """Where a comment goes."""

    api: str
    repository: str
    """``owner/name``"""
    number: int
    token: str


def find_target(environment: Mapping[str, str], number: int | None = None) -> PullRequest:
    """The pull request that a job is about.

    Args:
        number: of it, where the job does not know.

    Raises:
        RunreportError: there is none, or no token.
    """
    token = (environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or "").strip()
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not token:
        raise RunreportError(
            "A comment needs GITHUB_TOKEN. In a workflow: env: GITHUB_TOKEN: ${{ github.token }}, "
            "and permissions: pull-requests: write."
        )
    if not re.fullmatch(r"[!-~]+", token):  # it is never put into a message
        raise RunreportError("GITHUB_TOKEN has characters that no token has.")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise RunreportError(
            f"GITHUB_REPOSITORY is {repository!r}; it must be owner/name, as in a workflow."
        )
    found = number or _number(environment)
    if found is None:
        raise RunreportError(
            "This job is about no pull request. Run it on: pull_request, or name one: "
            "--pull-request NUMBER."
        )
    api = environment.get("GITHUB_API_URL") or _API
    if not re.fullmatch(r"https?://[\w.:-]+(?:/[\w./-]*)?", api):
        raise RunreportError(f"GITHUB_API_URL is {api!r}; it must be an address, like {_API}.")
    return PullRequest(api.rstrip("/"), repository, found, token)


def _number(environment: Mapping[str, str]) -> int | None:
    """The pull request of the event that started a job."""
    match = re.fullmatch(r"refs/pull/(\d+)/(?:merge|head)", environment.get("GITHUB_REF", ""))
    if match:
        return int(match[1])
    try:
        with open(environment.get("GITHUB_EVENT_PATH", ""), encoding="utf-8") as file:
            event = json.load(file)
        return int(event["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def post(target: PullRequest, text: str, title: str = "") -> str:
    """Put a text on a pull request, in place of an earlier one of the same title.

    Returns:
        The address of the comment.

    Raises:
        RunreportError: the host cannot be reached, or refuses.
    """
    mark = _mark(title)
    body = {"body": f"{mark}\n{text}"}
    issue = f"/repos/{target.repository}/issues"
    earlier = _earlier(target, f"{issue}/{target.number}/comments", mark)
    if earlier is None:
        made = _asked(target, "POST", f"{issue}/{target.number}/comments", body)
    else:
        made = _asked(target, "PATCH", f"{issue}/comments/{earlier}", body)
    return str(made.get("html_url", "")) if isinstance(made, dict) else ""


def _mark(title: str) -> str:
    """What a comment is known by, which nobody sees."""
    digest = hashlib.sha256(title.encode(errors="replace")).hexdigest()[:12]
    return f"<!-- runreport compare {digest} -->"


def _earlier(target: PullRequest, path: str, mark: str) -> int | None:
    """The comment that an earlier job wrote: nobody else's, whatever that begins with."""
    found = [own for own in _comments(target, path) if str(own.get("body")).startswith(mark)]
    if not found:
        return None
    writer = _writer(target)
    for own in found:
        user = own.get("user")
        if isinstance(user, dict) and user.get("login") == writer:
            return int(own["id"])
    return None


def _writer(target: PullRequest) -> str:
    """Whose token it is; a job's may not ask that."""
    try:
        return str(_asked(target, "GET", "/user")["login"])
    except (RunreportError, KeyError, TypeError):
        return _JOB


def _comments(target: PullRequest, path: str) -> Iterator[dict[str, Any]]:
    for page in range(1, _MOST_PAGES + 1):
        found = _asked(target, "GET", f"{path}?per_page={_PAGE}&page={page}")
        own = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        yield from own
        if len(own) < _PAGE:
            return


def _asked(target: PullRequest, method: str, path: str, body: object = None) -> Any:
    """What the host answers.

    Raises:
        RunreportError: it cannot be reached, or refuses.
    """
    request = urllib.request.Request(
        f"{target.api}{path}",
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={
            "Authorization": f"Bearer {target.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": f"runreport/{__version__}",
            "Content-Type": "application/json",
        },
    )
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RunreportError(_refusal(target, method, path, error)) from error
    except (OSError, ValueError, HTTPException, RecursionError) as error:
        told = safe(str(error) or type(error).__name__)[:_LONGEST]
        raise RunreportError(
            f"{target.api} cannot be reached, or answers oddly: {told}"
        ) from error


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the host it is for, and to no other."""

    def redirect_request(self, *_args: Any) -> None:
        """Follow nothing; the answer is an error then."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _refusal(
    target: PullRequest, method: str, path: str, error: urllib.error.HTTPError
) -> str:  # fmt: skip
    try:
        told = safe(json.load(error).get("message", ""))[:_LONGEST]
    except (ValueError, AttributeError, OSError, HTTPException, RecursionError):
        told = ""
    hint = (
        " A job's token needs permissions: pull-requests: write; that of a fork's pull request "
        "may only read."
        if error.code in (401, 403)
        else ""
    )
    where = path.partition("?")[0]
    return f"{method} {target.api}{where}: {error.code} {told or error.reason}.{hint}"

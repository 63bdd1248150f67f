"""A comment on a pull request: written once, then changed in place; on a server of comments."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from comments import TOKEN, Host, comments_host

from runreport.errors import RunreportError
from runreport.posting import PullRequest, find_target, post
from runreport.report.reviews.forms import MOST_BYTES


@pytest.fixture
def host() -> Iterator[Host]:
    with comments_host() as server:
        yield server


def target(host: Host, token: str = TOKEN) -> PullRequest:
    return PullRequest(host.api, "org/name", 7, token)


def test_a_second_text_takes_the_place_of_the_first(host: Host) -> None:
    assert post(target(host), "first") == "https://host/comment"
    post(target(host), "second")
    (comment,) = host.comments
    assert comment["body"].endswith("\nsecond") and "first" not in comment["body"]


def test_texts_of_other_titles_have_comments_of_their_own(host: Host) -> None:
    for title in ("nightly", "weekly", "nightly"):
        post(target(host), title, title)
    assert [own["body"].split("\n")[1] for own in host.comments] == ["nightly", "weekly"]


def test_an_earlier_comment_is_found_behind_hundreds_of_others(host: Host) -> None:
    for number in range(130):
        host.add("somebody", f"comment {number}")
    post(target(host), "first")
    post(target(host), "second")
    assert len(host.comments) == 131 and host.comments[-1]["body"].endswith("second")


def test_somebody_elses_comment_is_never_changed(host: Host) -> None:
    post(target(host), "first")
    forged = host.comments[0]["body"]
    host.comments.clear()
    host.add("mallory", forged)
    post(target(host), "second")
    assert [own["user"]["login"] for own in host.comments] == ["mallory", "github-actions[bot]"]
    assert host.comments[0]["body"] == forged


def test_a_refusal_says_what_is_needed(host: Host) -> None:
    with pytest.raises(RunreportError, match=r"401 Resource not accessible.*pull-requests: write"):
        post(target(host, "wrong"), "text")
    host.refuses = 422
    with pytest.raises(RunreportError, match="422"):
        post(target(host), "text")


def test_a_token_does_not_follow_to_another_place(host: Host) -> None:
    host.moves = True
    with pytest.raises(RunreportError, match="302"):
        post(target(host), "text")
    assert not [own for own in host.asked if "elsewhere" in own]


def test_a_host_that_is_not_there_is_named() -> None:
    gone = PullRequest("http://127.0.0.1:9", "org/name", 7, TOKEN)
    with pytest.raises(RunreportError, match=r"127\.0\.0\.1:9 cannot be reached, or"):
        post(gone, "text")


JOB = {"GITHUB_TOKEN": TOKEN, "GITHUB_REPOSITORY": "org/name"}


def test_a_jobs_pull_request_is_found_by_its_ref_or_its_event(tmp_path: Path) -> None:
    assert find_target({**JOB, "GITHUB_REF": "refs/pull/12/merge"}).number == 12
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 13}}')
    found = find_target({**JOB, "GITHUB_EVENT_PATH": str(event), "GITHUB_REF": "refs/heads/main"})
    assert (found.number, found.api) == (13, "https://api.github.com")
    assert find_target({**JOB, "GITHUB_API_URL": "https://own/api/v3/"}, 5) == PullRequest(
        "https://own/api/v3", "org/name", 5, TOKEN
    )


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "GITHUB_TOKEN"),
        ({"GITHUB_TOKEN": TOKEN}, "GITHUB_REPOSITORY is ''"),
        ({**JOB, "GITHUB_REPOSITORY": "a/../b"}, "owner/name"),
        ({**JOB, "GITHUB_TOKEN": "ghp_a b"}, "characters that no token has"),
        ({**JOB, "GITHUB_API_URL": "http://[::1", "GITHUB_REF": "refs/pull/1/head"}, "an address"),
        (JOB, "--pull-request NUMBER"),
        ({**JOB, "GITHUB_EVENT_PATH": "/none", "GITHUB_REF": "refs/heads/x"}, "--pull-request"),
    ],
)
def test_what_a_job_lacks_is_said(environment: dict[str, str], told: str) -> None:
    with pytest.raises(RunreportError, match=told):
        find_target(environment)


def test_the_longest_review_and_its_mark_fit_a_comment(host: Host) -> None:
    from runreport.posting import MOST

    post(target(host), "x" * MOST, "é" * 500)
    assert len(host.comments[0]["body"].encode()) <= MOST_BYTES


def test_a_token_that_was_pasted_with_a_line_end_is_the_token() -> None:
    found = find_target({**JOB, "GITHUB_TOKEN": f"{TOKEN}\n", "GITHUB_REF": "refs/pull/1/merge"})
    assert found.token == TOKEN


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [_HEAD % 99 + b"[]", b"nonsense\r\n\r\n", _HEAD % 200_000 + b"[" * 200_000],
    ids=["cut short", "no HTTP", "too deep"],
)
def test_a_host_that_answers_oddly_is_one_message(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answers() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(answer)

        threading.Thread(target=answers, daemon=True).start()
        api = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(RunreportError, match="answers oddly"):
            post(PullRequest(api, "org/name", 7, TOKEN), "text")

"""A judge behind an HTTP endpoint that speaks OpenAI's chat completions.

Which one is configuration: RUNREPORT_JUDGE_URL with RUNREPORT_JUDGE_KEY, or OPENAI_BASE_URL with
OPENAI_API_KEY; and RUNREPORT_JUDGE_MODEL.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from runreport.errors import InvalidValue

DEFAULT_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4o-mini"
MAX_TOKENS = 1_000_000
_RETRIED = (408, 409, 429, 500, 502, 503, 504, 529)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
_ANSWER_BYTES = 4_000_000


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key must not follow to another host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


class JudgeFailed(Exception):
    """One question was not answered; the others may be."""


class CostCapReached(JudgeFailed):
    """The tokens that may be spent are spent."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a judge is asked."""

    url: str
    model: str
    key: str
    timeout_seconds: float = 60.0
    retries: int = 4
    max_tokens: int = MAX_TOKENS
    """What all questions of a metric may spend together, as the endpoint counts."""


class Judge:
    """Asks an endpoint and keeps count of what it spends."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.spent = 0
        self._lock = threading.Lock()

    def ask(self, prompt: str, parameters: dict[str, Any]) -> str:
        """The answer to one prompt.

        Raises:
            InvalidValue: the endpoint refuses the key, the model or the request.
            CostCapReached: no more may be spent.
            JudgeFailed: it did not answer, after all retries.
        """
        with self._lock:
            if self.spent >= self.endpoint.max_tokens:
                raise CostCapReached(
                    f"not asked: {self.spent:,} of {self.endpoint.max_tokens:,} tokens are spent "
                    "(RUNREPORT_JUDGE_MAX_TOKENS)"
                )
        body = {
            "model": self.endpoint.model,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0.0,
            **parameters,
        }
        answer = self._post(json.dumps(body).encode())
        usage = answer.get("usage")
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        if (
            not isinstance(tokens, int) or tokens <= 0
        ):  # an endpoint that does not count: about four characters a token
            tokens = (len(prompt) + len(json.dumps(answer))) // 4
        with self._lock:
            self.spent += tokens
        try:
            content = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            content = None
        if not isinstance(content, str):
            raise JudgeFailed(f"no answer in {json.dumps(answer)[:200]}")
        return content

    def _post(self, body: bytes) -> dict[str, Any]:
        pause = _FIRST_PAUSE
        for attempt in range(self.endpoint.retries + 1):
            try:
                return self._post_once(body)
            except urllib.error.HTTPError as error:
                problem = f"{error.code} {error.reason}: {_text_of(error)}"
                if error.code not in _RETRIED:
                    raise InvalidValue(
                        f"The judge at {self.endpoint.url} refused model "
                        f"{self.endpoint.model!r}: {problem}. Check RUNREPORT_JUDGE_URL, "
                        "RUNREPORT_JUDGE_MODEL and RUNREPORT_JUDGE_KEY (or OPENAI_API_KEY)."
                    ) from error
                pause = _wanted_pause(error, pause)
            except (OSError, http.client.HTTPException, ValueError) as error:
                problem = str(error) or type(error).__name__
            if attempt < self.endpoint.retries:
                time.sleep(min(pause, _LONGEST_PAUSE))
                pause *= 2
        raise JudgeFailed(f"no answer after {self.endpoint.retries + 1} attempts: {problem}")

    def _post_once(self, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self.endpoint.key:
            headers["Authorization"] = f"Bearer {self.endpoint.key}"
        url = f"{self.endpoint.url.rstrip('/')}/chat/completions"
        request = urllib.request.Request(url, body, headers)
        with _OPENER.open(request, timeout=self.endpoint.timeout_seconds) as response:
            answer = json.loads(response.read(_ANSWER_BYTES))
        if not isinstance(answer, dict):
            raise ValueError(f"the answer is no object: {str(answer)[:100]}")
        return answer


def find_endpoint(model: str | None = None) -> Endpoint:
    """The endpoint that the configuration names.

    Args:
        model: a name, or MLflow's ``openai:/<name>``; RUNREPORT_JUDGE_MODEL by default.

    Raises:
        InvalidValue: there is no key and no endpoint of one's own, or a setting is no number.
    """
    own = os.environ.get("RUNREPORT_JUDGE_URL", "")
    url = own or os.environ.get("OPENAI_BASE_URL") or DEFAULT_URL
    # OpenAI's key is for OpenAI's variables only, whatever host the others name.
    key = os.environ.get("RUNREPORT_JUDGE_KEY", "")
    if not key and not own:
        key = os.environ.get("OPENAI_API_KEY", "")
    name = model or os.environ.get("RUNREPORT_JUDGE_MODEL") or DEFAULT_MODEL
    if not url.startswith(("http://", "https://")):
        raise InvalidValue(f"The judge's URL is {url!r}; it must start with http:// or https://.")
    if not key and not own:
        raise InvalidValue(
            "A judge needs a language model. Set OPENAI_API_KEY (or RUNREPORT_JUDGE_KEY), or "
            "RUNREPORT_JUDGE_URL to an OpenAI-compatible endpoint, such as "
            "http://localhost:8000/v1, or pass a function: make_genai_metric(..., model=judge)."
        )
    scheme, colon, rest = name.partition(":/")
    if colon and scheme not in ("openai", "endpoints"):
        raise InvalidValue(
            f"Judge model {name!r} is not understood; name a model of the endpoint, such as "
            "'gpt-4o-mini' or 'openai:/gpt-4o-mini'."
        )
    return Endpoint(
        url,
        rest.lstrip("/") if colon else name,
        key,
        timeout_seconds=_setting("RUNREPORT_JUDGE_TIMEOUT", 60.0),
        retries=int(_setting("RUNREPORT_JUDGE_RETRIES", 4)),
        max_tokens=int(_setting("RUNREPORT_JUDGE_MAX_TOKENS", MAX_TOKENS)),
    )


def _setting(name: str, default: float) -> float:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:
        raise InvalidValue(f"{name} is {text!r}; it must be a number from 0 on.")
    return value


def _text_of(error: urllib.error.HTTPError) -> str:
    try:
        return error.read(500).decode(errors="replace").strip()
    except OSError:
        return ""


def _wanted_pause(error: urllib.error.HTTPError, pause: float) -> float:
    try:
        return max(pause, float(error.headers.get("Retry-After", "")))
    except ValueError:
        return pause

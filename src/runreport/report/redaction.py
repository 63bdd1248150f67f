"""What a published site leaves out: secrets, and what the environment says of people and places.

Works on the index before any page model is made, so no page can show what was taken out.
Distinct values are scanned once. ``docs/publishing.md`` says what is found and how to allow it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.entities import ModelVersion, RegisteredModel
from runreport.events import data_object
from runreport.query.index import RunIndex
from runreport.query.registry import Registry
from runreport.report.findings import Finding

REDACTED = "[redacted]"

SECRET_FORMS = (
    ("AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"),
    ("GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}"),
    ("OpenAI or Anthropic key", r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{20,}"),
    ("Slack token", r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    ("Slack webhook", r"https://hooks\.slack\.com/services/[A-Za-z0-9/_-]+"),
    ("Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("Stripe key", r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"),
    ("npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    ("PyPI token", r"\bpypi-[A-Za-z0-9_-]{50,}"),
    ("Databricks token", r"\bdapi[0-9a-f]{32}"),
    ("SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    ("JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|\Z)"),
    ("password in a URL", r"(?<=://)[^\s/:@\"']*:[^\s/@\"']+(?=@)"),
    ("bearer token", r"(?i)(?<=bearer )[A-Za-z0-9._~+/-]{16,}=*"),
)
_ANY_SECRET = re.compile(
    "|".join(
        f"(?P<f{number}>{form.removeprefix('(?i)')})" if not form.startswith("(?i)")
        else f"(?P<f{number}>(?i:{form.removeprefix('(?i)')}))"
        for number, (_, form) in enumerate(SECRET_FORMS)
    )
)  # fmt: skip
_SECRET_WORD = (
    r"(?:password|passwd|passphrase|secret|credentials?|api[_.-]?key|access[_.-]?key|"
    r"private[_.-]?key|(?:auth|access|api|bearer|refresh|session|hf|hub|github|gh|wandb)[_.-]?token)s?"
)
_SECRET_KEY = re.compile(rf"(?i)(?:^|[_.\-/ ]){_SECRET_WORD}$|^token$")
_ASSIGNED = re.compile(
    rf"(?i)((?<![a-z]){_SECRET_WORD}[\"']?\s*[:=]\s*|--(?:{_SECRET_WORD}|token)[ =]|"
    r"\btoken\s*=\s*)"
    r"(?!(?:none|null|true|false)\b)(\"[^\"\n]+\"|'[^'\n]+'|[^\s\"',;&{}\[\]()]{4,})"
)
"""A secret's name and its value: ``password=…``, ``"api_key": "…"``, ``--token …``."""
_HOME = re.compile(
    r"(?<![\w/])(?:/(?:home|Users)/[^/\s:\"']+|/root(?=/)|[A-Za-z]:\\Users\\[^\\\s\"']+)"
)
_ABSOLUTE = re.compile(
    r"(?<![\w.:/~\\<-])(?:/(?:[\w.@+ -]*[\w@+-]/)+(?=[\w.@+-])|[A-Za-z]:\\(?:[^\\\s\"']+\\)+)"
)
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"
)
"""E-mail and IP version 4 addresses."""
_SHORT = 200
"""Characters of a text that is remembered; longer ones hardly come twice."""
_COMMON_NAMES = frozenset(
    ("admin app azureuser build ci codespace colab ec2-user jenkins jovyan localhost root "
     "runner ubuntu user vscode worker").split()
)  # fmt: skip
"""User and host names that name nobody, and that are words elsewhere."""

PRIVATE_TAGS = ("mlflow.user", "mlflow.source.git.repoURL")
PUBLIC_RECORD = ("python", "platform", "packages", "job")
"""What of the environment a site shows without ``[publish] environment = true``; of git: commit,
branch and whether files differed."""


class Redactor:
    """Takes secrets and home folders out of texts and remembers what it found where."""

    def __init__(
        self,
        *,
        publish_environment: bool = False,
        allow_secrets: bool = False,
        names: Iterable[str] = (),
    ) -> None:
        """Prepare to redact.

        Args:
            names: of users and hosts, as the archive recorded them.
        """
        self.publish_environment = publish_environment
        self.allow_secrets = allow_secrets
        self.names = frozenset(names)
        """Of users and hosts, which no page may show."""
        told = sorted({name for name in self.names if len(name) > 2} - _COMMON_NAMES, key=len)
        words = "|".join(re.escape(name) for name in reversed(told))
        self._names = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if words else None
        self._found: Counter[tuple[str, str]] = Counter()
        self._harmless: dict[str, str] = {}
        """Texts without a secret as they may be published; the same versions of packages, hosts
        and values stand in thousands of runs."""
        self._secret_keys: dict[str, bool] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was redacted until now, by kind and place."""
        return tuple(
            Finding(kind, place, count) for (kind, place), count in sorted(self._found.items())
        )

    def found_since(self, before: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """What was redacted after `findings` was ``before``."""
        earlier = Counter({(one.kind, one.place): one.count for one in before})
        new = self._found - earlier
        return tuple(Finding(kind, place, count) for (kind, place), count in sorted(new.items()))

    def add(self, findings: Iterable[Finding]) -> None:
        """Count what an earlier build redacted in pages that stand as it made them."""
        for one in findings:
            self._found[one.kind, one.place] += one.count

    def text(self, text: str, place: str, key: str | None = None) -> str:
        """A text as it may be published.

        Args:
            place: where it stands, for the report of findings.
            key: the name it was logged under; one like ``api_key`` makes any value a secret.
        """
        if not self.allow_secrets and key and text and self._is_secret_key(key):
            self._found["value of a secret name", place] += 1
            return REDACTED
        known = self._harmless.get(text)
        if known is None:
            before = self._found.total()
            known = self._published(text, place)
            if self._found.total() == before and len(text) <= _SHORT:
                self._harmless[text] = known
        return known

    def _is_secret_key(self, key: str) -> bool:
        if key not in self._secret_keys:
            self._secret_keys[key] = _SECRET_KEY.search(key) is not None
        return self._secret_keys[key]

    def _published(self, text: str, place: str) -> str:
        if not self.allow_secrets:
            if _ANY_SECRET.search(text):
                text = _ANY_SECRET.sub(lambda match: self._replace(match, place), text)
            if _ASSIGNED.search(text):
                text = _ASSIGNED.sub(lambda match: self._replace_value(match, place), text)
        return text if self.publish_environment else self._without_places(text)

    def _without_places(self, text: str) -> str:
        """A text without home folders, absolute paths (all but the file's name), users, hosts."""
        if "/" in text or "\\" in text:
            text = _ABSOLUTE.sub("…/", _HOME.sub("~", text))
        if "@" in text or "." in text:
            text = _ADDRESS.sub("[private]", text)
        return text if self._names is None else self._names.sub("[private]", text)

    def _replace_value(self, match: re.Match[str], place: str) -> str:
        if match[2].strip("\"'") == REDACTED:
            return match[0]
        self._found["value of a secret name", place] += 1
        quote = match[2][0] if match[2][0] in "\"'" else ""
        return f"{match[1]}{quote}{REDACTED}{quote}"

    def _replace(self, match: re.Match[str], place: str) -> str:
        assert match.lastgroup is not None
        self._found[SECRET_FORMS[int(match.lastgroup[1:])][0], place] += 1
        return REDACTED


def private_names(index: RunIndex) -> set[str]:
    """The users and hosts that an archive's runs recorded."""
    users = index.tags.filter(pc.equal(index.tags.column("key"), "mlflow.user"))
    names = set(pc.unique(users.column("value")).to_pylist())
    for text in pc.unique(index.records.column("data")).to_pylist():
        record = data_object(text)
        names |= {str(record[key]) for key in ("user", "host") if record.get(key)}
    return names


def redact_index(index: RunIndex, redactor: Redactor) -> RunIndex:
    """The index as a site may show it."""
    tags, runs = index.tags, index.runs
    if not redactor.publish_environment:
        private = pa.array(PRIVATE_TAGS, pa.string())
        tags = tags.filter(pc.invert(pc.is_in(tags.column("key"), value_set=private)))
        users = pa.repeat("", runs.num_rows)
        runs = runs.set_column(runs.column_names.index("user_id"), "user_id", users)
    params = _redact_column(_redact_names(index.params, "key", redactor), redactor, "params")
    tags = _redact_column(_redact_names(tags, "key", redactor), redactor, "tags")
    return replace(
        index,
        runs=_redact_names(runs, "run_name", redactor),
        params=params,
        tags=tags,
        metrics=_redact_names(index.metrics, "key", redactor),
        datasets=_redact_names(
            _redact_names(index.datasets, "name", redactor), "context", redactor
        ),
        records=_redact_records(index.records, redactor),
        experiments={
            identity: state._replace(
                name=redactor.text(state.name, "experiment names"),
                tags={
                    key: redactor.text(value, f"experiment tags.{key}", key)
                    for key, value in state.tags.items()
                },
            )
            for identity, state in index.experiments.items()
        },
        registry=_redact_registry(index.registry, redactor),
    )


def _redact_registry(registry: Registry, redactor: Redactor) -> Registry:
    """The registered models without who registered them."""

    def text(value: str, place: str, key: str = "") -> str:
        return redactor.text(value, f"models.{place}", key)

    def tags(pairs: dict[str, str]) -> dict[str, str]:
        return {text(key, "tags"): text(value, "tags", key) for key, value in pairs.items()}

    models = (
        RegisteredModel(
            text(model.name, "names"),
            model.creation_timestamp,
            model.last_updated_timestamp,
            text(model.description or "", "descriptions"),
            tags=tags(model.tags),
            aliases={text(alias, "aliases"): n for alias, n in model.aliases.items()},
        )
        for model in registry.models
    )
    versions = (
        ModelVersion(
            text(one.name, "names"),
            one.version,
            one.creation_timestamp,
            one.last_updated_timestamp,
            text(one.description or "", "descriptions"),
            source=one.source,
            run_id=one.run_id,
            tags=tags(one.tags),
            aliases=[text(alias, "aliases") for alias in one.aliases],
        )
        for one in registry.versions
    )
    return Registry(tuple(models), tuple(versions))


def _redact_names(table: pa.Table, column: str, redactor: Redactor) -> pa.Table:
    """A table whose names hold nothing private; each distinct one is scanned once."""
    place = "run names" if column == "run_name" else "names"
    names = pc.unique(table.column(column)).to_pylist()
    changed = {n: text for n in names if n and (text := redactor.text(n, place)) != n}
    if not changed:
        return table
    published = [changed.get(name, name) for name in table.column(column).to_pylist()]
    return table.set_column(
        table.column_names.index(column), column, pa.array(published, pa.string())
    )


def _redact_column(table: pa.Table, redactor: Redactor, what: str) -> pa.Table:
    """Scan each distinct (key, value) once and put the results in place."""
    distinct = table.group_by(["key", "value"], use_threads=False).aggregate([])
    changed: dict[tuple[str, str], str] = {}
    for key, value in zip(
        distinct.column("key").to_pylist(), distinct.column("value").to_pylist(), strict=True
    ):
        text = _source_name(value) if key == "mlflow.source.name" else value
        if redactor.publish_environment:
            text = value
        text = redactor.text(text, f"{what}.{key}", key)
        if text != value:
            changed[key, value] = text
    if not changed:
        return table
    keys, values = table.column("key").to_pylist(), table.column("value").to_pylist()
    published = [changed.get(pair, pair[1]) for pair in zip(keys, values, strict=True)]
    return table.set_column(
        table.column_names.index("value"), "value", pa.array(published, pa.string())
    )


def _source_name(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _redact_records(records: pa.Table, redactor: Redactor) -> pa.Table:
    if redactor.publish_environment and redactor.allow_secrets:
        return records
    known: dict[str | None, str | None] = {None: None}
    for text in pc.unique(records.column("data")).to_pylist():
        if text is not None:
            record = public_record(data_object(text), redactor)
            known[text] = json.dumps(record, separators=(",", ":"))
    data = [known[text] for text in records.column("data").to_pylist()]
    return records.set_column(
        records.column_names.index("data"), "data", pa.array(data, pa.string())
    )


def public_record(record: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    """What of a recorded environment may be published."""
    shown = dict(record)
    if not redactor.publish_environment:
        shown = {key: record[key] for key in PUBLIC_RECORD if key in record}
        git = record.get("git")
        if isinstance(git, dict):
            shown["git"] = {key: git.get(key) for key in ("commit", "branch", "dirty")}
    return {key: _redact_value(value, redactor, key) for key, value in shown.items()}


def _redact_value(value: Any, redactor: Redactor, key: str) -> Any:
    if isinstance(value, str):
        return redactor.text(value, "environment", key)
    if isinstance(value, list):
        words = [redactor.text(str(word), "environment") for word in value]
        joined = redactor.text("\0".join(words).replace("\0", " "), "environment")
        # A secret may follow its option; then the words can no longer be told apart.
        return words if joined == " ".join(words) else joined.split(" ")
    if isinstance(value, dict):
        return {name: _redact_value(entry, redactor, str(name)) for name, entry in value.items()}
    return value

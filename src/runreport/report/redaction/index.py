"""The index as a site may show it: every name and value of it, and what leads back to the archive.

Pages, curves, scripts and downloads are made from it and from nothing else, so none of them can
show what was taken out here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.reading import Snapshot
from runreport.events import data_object
from runreport.query.arrow import one_dictionary
from runreport.query.index import RunIndex
from runreport.query.registry import Registry
from runreport.registered import ModelVersion, RegisteredModel
from runreport.report.config import Config
from runreport.report.redaction.redactor import Redactor
from runreport.report.redaction.stored import STORED

PRIVATE_TAGS = ("mlflow.user", "mlflow.source.git.repoURL")
PUBLIC_RECORD = ("python", "platform", "packages", "job")
"""What of the environment a site shows without ``[publish] environment = true``; of git: commit,
branch and whether files differed."""
BLANK = "(blank name)"
"""What is shown of a name that nobody can see."""

"""Column of artifacts: the path under which the archive has a file, which no page shows."""
_HOME = re.compile(r"(?:/home\d*/|/Users/|[A-Za-z]:[\\/]+Users[\\/]+)([^/\\\s\"':]+)")
_ROOT = re.compile(r"/([A-Za-z0-9_.-]+)/[^/]")


def make_redactor(config: Config, index: RunIndex, snapshot: Snapshot) -> Redactor:
    """The redactor for an archive, which knows whose it is."""
    names, roots = set(), set()
    for text in _told(index):
        names |= set(_HOME.findall(text))
        roots |= {match[1] for match in (_ROOT.match(text),) if match}
    return Redactor(
        publish_environment=config.publish_environment,
        allow_secrets=config.allow_secrets,
        names=private_names(index) | names,
        roots=roots,
        allow=config.allow,
        salt=_first_writer(snapshot),
    )


def private_names(index: RunIndex) -> set[str]:
    """The users and hosts that an archive's runs recorded."""
    users = index.tags.filter(pc.equal(index.tags.column("key"), "mlflow.user"))
    names = set(pc.unique(users.column("value")).to_pylist())
    for record in _records(index):
        names |= {str(record[key]) for key in ("user", "host") if record.get(key)}
    return names


def _records(index: RunIndex) -> Iterator[dict[str, Any]]:
    for text in pc.unique(index.records.column("data")).to_pylist():
        yield data_object(text)


def _told(index: RunIndex) -> Iterator[str]:
    """The folders and command lines that runs recorded."""
    for record in _records(index):
        words = record.get("command")
        yield str(record.get("folder") or "")
        yield from map(str, words if isinstance(words, list) else ())


def _first_writer(snapshot: Snapshot) -> str:
    """Who logged the first fact: known to the archive alone, and the same whatever comes later."""
    events = snapshot.events
    if not events.num_rows:
        return ""
    first = pc.min(events.column("counter"))
    writers = events.filter(pc.equal(events.column("counter"), first)).column("writer_id")
    return str(pc.min(writers.cast(pa.string())).as_py())


def redact_index(index: RunIndex, redactor: Redactor) -> RunIndex:
    """The index as a site may show it."""
    tags, runs = index.tags, index.runs
    if not redactor.publish_environment:
        private = pa.array(PRIVATE_TAGS, pa.string())
        tags = tags.filter(pc.invert(pc.is_in(tags.column("key"), value_set=private)))
        users = pa.repeat("", runs.num_rows)
        runs = runs.set_column(runs.column_names.index("user_id"), "user_id", users)

    def named(table: pa.Table, *columns: str, place: str = "names") -> pa.Table:
        for column in columns:
            table = _mapped(table, column, lambda name: redactor.name(name, place))
        return table

    stored = index.artifacts.append_column(STORED, index.artifacts.column("path"))
    return replace(
        index,
        runs=_mapped(named(runs, "run_name", place="run names"), "run_name", _visible),
        params=_redact_values(named(index.params, "key"), index.params, redactor, "params"),
        tags=_redact_values(named(tags, "key"), tags, redactor, "tags"),
        metrics=named(index.metrics, "key"),
        artifacts=_mapped(stored, "path", lambda path: redactor.path(path, "file names")),
        datasets=named(index.datasets, "name", "context"),
        records=_redact_records(index.records, redactor),
        experiments={
            identity: state._replace(
                name=redactor.name(state.name, "experiment names"),
                tags={
                    redactor.name(key, "names"): redactor.value(
                        value, f"experiment tags.{redactor.name(key, 'names')}", key
                    )
                    for key, value in state.tags.items()
                },
            )
            for identity, state in index.experiments.items()
        },
        registry=_redact_registry(index.registry, redactor),
    )


def _visible(name: str) -> str:
    """A name one can see and click."""
    return name if any(sign.isprintable() and not sign.isspace() for sign in name) else BLANK


def _redact_registry(registry: Registry, redactor: Redactor) -> Registry:
    """The registered models without who registered them."""

    def name(value: str, place: str) -> str:
        return redactor.name(value, f"models.{place}")

    def text(value: str | None) -> str:
        return redactor.text(value or "", "models.descriptions")

    def tags(pairs: dict[str, str]) -> dict[str, str]:
        return {
            name(key, "tags"): redactor.value(value, "models.tags", key)
            for key, value in pairs.items()
        }

    models = (
        RegisteredModel(
            name(model.name, "names"),
            model.creation_timestamp,
            model.last_updated_timestamp,
            text(model.description),
            tags=tags(model.tags),
            aliases={name(alias, "aliases"): n for alias, n in model.aliases.items()},
        )
        for model in registry.models
    )
    versions = (
        ModelVersion(
            name(one.name, "names"),
            one.version,
            one.creation_timestamp,
            one.last_updated_timestamp,
            text(one.description),
            source=one.source,
            run_id=one.run_id,
            tags=tags(one.tags),
            aliases=[name(alias, "aliases") for alias in one.aliases],
        )
        for one in registry.versions
    )
    return Registry(tuple(models), tuple(versions))


def _mapped(
    table: pa.Table, column: str, published: Callable[[str], str], *, is_coded: bool = False
) -> pa.Table:
    """A table with the texts of a column as they may be published; each is asked for once.

    Args:
        is_coded: each stands there once, too, where it is another than before.
    """
    coded = one_dictionary(table.column(column))
    texts = coded.dictionary.to_pylist()
    shown = [published(text) if text else text for text in texts]
    if shown == texts:
        return table
    values = pa.DictionaryArray.from_arrays(coded.indices, pa.array(shown, pa.string()))
    values = values if is_coded else values.cast(pa.string())
    return table.set_column(table.column_names.index(column), column, values)


def _redact_values(shown: pa.Table, logged: pa.Table, redactor: Redactor, what: str) -> pa.Table:
    """Scan each distinct (key, value) once and put the results in place.

    Args:
        shown: the table with its names as they may be published.
        logged: the same rows as they were logged.
    """
    distinct = logged.group_by(["key", "value"], use_threads=False).aggregate([])
    distinct = distinct.filter(pc.invert(redactor.passes(distinct)))
    changed: dict[tuple[str, str], str] = {}
    for key, value in zip(
        distinct.column("key").to_pylist(), distinct.column("value").to_pylist(), strict=True
    ):
        text = value
        if key == "mlflow.source.name" and not redactor.publish_environment:
            text = value.replace("\\", "/").rstrip("/").rpartition("/")[2]
        text = redactor.value(text, f"{what}.{redactor.name(key, 'names')}", key)
        if text != value:
            changed[key, value] = text
    if not changed:
        return shown
    keys, values = logged.column("key").to_pylist(), logged.column("value").to_pylist()
    published = [changed.get(pair, pair[1]) for pair in zip(keys, values, strict=True)]
    return shown.set_column(
        shown.column_names.index("value"), "value", pa.array(published, pa.string())
    )


def _redact_records(records: pa.Table, redactor: Redactor) -> pa.Table:
    if redactor.publish_environment and redactor.allow_secrets:
        return records

    def published(text: str) -> str:
        record = public_record(data_object(text), redactor)
        return json.dumps(record, separators=(",", ":"))

    # Thousands of runs recorded the same long text.
    return _mapped(records, "data", published, is_coded=True)


def public_record(record: dict[str, Any], redactor: Redactor) -> dict[str, Any]:
    """What of a recorded environment may be published."""
    shown = dict(record)
    if not redactor.publish_environment:
        shown = {key: record[key] for key in PUBLIC_RECORD if key in record}
        git = record.get("git")
        if isinstance(git, dict):
            shown["git"] = {key: git.get(key) for key in ("commit", "branch", "dirty")}
    return {
        key: _redact_value(value, redactor, key, has_versions=key in ("packages", "python"))
        for key, value in shown.items()
    }


def _redact_value(value: Any, redactor: Redactor, key: str, *, has_versions: bool) -> Any:
    place = "environment"
    if isinstance(value, str):
        return redactor.text(value, place, key, has_versions=has_versions)
    if isinstance(value, list):
        words = [redactor.text(str(word), place) for word in value]
        joined = redactor.text("\0".join(words).replace("\0", " "), place)
        # A secret may follow its option; then the words can no longer be told apart.
        return words if joined == " ".join(words) else joined.split(" ")
    if isinstance(value, dict):
        return {
            # The name of a package says nothing of its version, not even that of google-auth.
            name: _redact_value(
                entry, redactor, "" if has_versions else str(name), has_versions=has_versions
            )
            for name, entry in value.items()
        }
    return value

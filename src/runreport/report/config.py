"""``runreport.toml``: a strict schema, unknown keys refused with the nearest name.

``docs/configuration.md`` lists the keys; a test compares it with the tables here.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from runreport.errors import ConfigError
from runreport.nearest import did_you_mean

FILE_NAME = "runreport.toml"
DIRECTIONS = ("max", "min")

SITE_KEYS = (
    "title",
    "description",
    "theme",
    "options",
    "notes",
    "experiments",
    "models",
    "views",
    "publish",
    "check",
    "claim",
)
EXPERIMENT_KEYS = ("primary_metric", "direction", "columns", "baseline", "description")
"""Also allowed at the top level, where they hold for every experiment."""
MODEL_KEYS = ("primary_metric", "direction", "description")
VIEW_KEYS = ("description", "experiments", "runs", "filter", "charts")
CLAIM_KEYS = (
    "name", "text", "holds", "metric", "experiment", "experiments", "filter", "runs",
)  # fmt: skip
PUBLISH_KEYS = (
    "url",
    "environment",
    "allow_secrets",
    "allow",
    "unsearched",
    "max_file_mb",
    "max_run_pages",
    "curve_points",
    "html",
)
HTML_FORMS = ("sandboxed", "scripted")
PROPERTIES = (
    "run_name", "status", "start_time", "duration", "run_id", "source", "experiment_name",
)  # fmt: skip
"""Columns a run table can show beside ``metrics.*``, ``params.*`` and ``tags.*``."""


@dataclass(frozen=True, slots=True)
class ExperimentConfig:
    """How one experiment, or one registered model, is shown."""

    primary_metric: str | None = None
    """None: the report chooses one and calls no run best."""
    direction: str | None = None
    """``max`` or ``min``; None: no run is called best."""
    columns: tuple[str, ...] = ()
    """Empty: the report chooses."""
    description: str = ""
    """Markdown."""
    baseline: str = ""
    """Id, unique beginning of one, or name of the run that others are compared with."""

    def settled(self, primary: str) -> ExperimentConfig:
        """The same with a metric that its direction is about, where it names none.

        Args:
            primary: what the report takes for the primary metric.
        """
        is_open = self.direction is not None and self.primary_metric is None
        return replace(self, primary_metric=primary) if is_open and primary else self


@dataclass(frozen=True, slots=True)
class ViewConfig:
    """A comparison that is built as a page."""

    name: str
    description: str = ""
    """Markdown."""
    experiments: tuple[str, ...] = ()
    """By name; empty: all."""
    runs: tuple[str, ...] = ()
    """Ids or unique beginnings; empty: all that the filter finds."""
    filter: str = ""
    charts: tuple[str, ...] = ()
    """As links have them, e.g. ``bar;x=params.lr;y=metrics.loss``; empty: the report chooses."""


@dataclass(frozen=True, slots=True)
class Config:
    """A whole ``runreport.toml``."""

    title: str = "Run report"
    description: str = ""
    theme: str = "default"
    default: ExperimentConfig = field(default_factory=ExperimentConfig)
    experiments: Mapping[str, ExperimentConfig] = field(default_factory=dict)
    models: Mapping[str, ExperimentConfig] = field(default_factory=dict)
    views: tuple[ViewConfig, ...] = ()
    checks: tuple[Mapping[str, Any], ...] = ()
    """Rules of ``[[check]]``, as they stand; `report.checks.rules` reads them."""
    claims: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Those of ``[[claim]]``, by name; blocks of notes show them."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of the theme, over its own."""
    notes: str | None = None
    """Folder of Markdown files that become pages."""
    url: str = ""
    """Where the site will lie, e.g. ``https://org.github.io/repo/``; empty: nobody said."""
    max_run_pages: int = 20_000
    """Runs that get a page of their own; the others are shown by one page with script."""
    curve_points: int = 40_000
    """Points of a run's long curves that are published for readers who zoom in."""
    html: str = "sandboxed"
    """``scripted`` publishes HTML artifacts as pages, which a host then runs."""
    publish_environment: bool = False
    """Publish user, host, command line, folder and diff, which are left out otherwise."""
    allow_secrets: bool = False
    """Publish what looks like a secret instead of redacting it."""
    allow: tuple[str, ...] = ()
    """Patterns with ``*`` and ``?`` of what is no secret and not private, or of its places."""
    unsearched: bool = False
    """Publish files that cannot be searched for secrets, e.g. encrypted ones."""
    max_file_mb: float = 25.0
    """Artifacts over this size are named but not copied into the site."""
    path: str = FILE_NAME
    """The file, for messages."""
    folder: str = "."
    """Where the file lies; a project's own theme folder is beside it."""

    def for_experiment(self, name: str) -> ExperimentConfig:
        """What holds for one experiment: its own table over the top level."""
        return self._settled(self.experiments.get(name))

    def for_model(self, name: str) -> ExperimentConfig:
        """What holds for one registered model: its own table over the top level."""
        return self._settled(self.models.get(name))

    def _settled(self, own: ExperimentConfig | None) -> ExperimentConfig:
        default = self.default
        if own is None:
            return default
        is_own_metric = own.primary_metric is not None
        return ExperimentConfig(
            own.primary_metric or default.primary_metric,
            own.direction or (None if is_own_metric else default.direction),
            own.columns or default.columns,
            own.description,
            own.baseline or default.baseline,
        )


def load_config(path: str | None) -> Config:
    """Read a config file.

    Args:
        path: the file; None looks for ``runreport.toml`` here, and takes the defaults when there
            is none. One beside the archive is not looked for: it may be somebody else's.

    Raises:
        ConfigError: it is missing, no TOML, or holds an unknown key or a wrong value.
    """
    if path is None:
        if not os.path.isfile(FILE_NAME):
            return Config()
        path = FILE_NAME
    try:
        with open(path, "rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ConfigError(f"Could not read {path}: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is no UTF-8 text, as TOML is: save it as that.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    return parse_config(content, path)


def parse_config(content: Mapping[str, Any], path: str = FILE_NAME) -> Config:
    """A config from parsed TOML.

    Raises:
        ConfigError: an unknown key or a wrong value; the message names file and key.
    """
    _refuse_unknown(content, (*SITE_KEYS, *EXPERIMENT_KEYS), path, "")
    publish = _typed(content, "publish", dict, path, "") or {}
    _refuse_unknown(publish, PUBLISH_KEYS, path, "publish.")
    experiments = _typed(content, "experiments", dict, path, "") or {}
    models = _typed(content, "models", dict, path, "") or {}
    shared = {key: content[key] for key in EXPERIMENT_KEYS if key in content}
    shared.pop("description", None)  # at the top level it describes the site
    defaults = Config()
    return Config(
        title=_typed(content, "title", str, path, "") or defaults.title,
        description=_typed(content, "description", str, path, "") or "",
        theme=_typed(content, "theme", str, path, "") or defaults.theme,
        default=_parse_experiment(shared, path, ""),
        experiments={
            name: _parse_experiment(table, path, f"experiments.{name}.")
            for name, table in experiments.items()
        },
        models={
            name: _parse_experiment(table, path, f"models.{name}.", MODEL_KEYS)
            for name, table in models.items()
        },
        views=tuple(
            _parse_view(name, table, path)
            for name, table in (_typed(content, "views", dict, path, "") or {}).items()
        ),
        checks=_tables(content, "check", path),
        claims=_claims(content, path),
        options=_typed(content, "options", dict, path, "") or {},
        notes=_typed(content, "notes", str, path, ""),
        url=_address(publish, path),
        max_run_pages=int(
            _positive(publish, "max_run_pages", defaults.max_run_pages, path, "publish.")
        ),
        curve_points=_count(publish, "curve_points", defaults.curve_points, path, "publish."),
        html=_one_of(publish, "html", HTML_FORMS, path, "publish.") or defaults.html,
        publish_environment=bool(_typed(publish, "environment", bool, path, "publish.")),
        allow_secrets=bool(_typed(publish, "allow_secrets", bool, path, "publish.")),
        allow=_texts(publish, "allow", path, "publish."),
        unsearched=bool(_typed(publish, "unsearched", bool, path, "publish.")),
        max_file_mb=_positive(publish, "max_file_mb", defaults.max_file_mb, path, "publish."),
        path=path,
        folder=os.path.dirname(os.path.abspath(path)),
    )


def _parse_experiment(
    table: Any, path: str, prefix: str, known: tuple[str, ...] = EXPERIMENT_KEYS
) -> ExperimentConfig:
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {prefix.rstrip('.')} must be a table of settings.")
    _refuse_unknown(table, known, path, prefix)
    direction = _one_of(table, "direction", DIRECTIONS, path, prefix)
    return ExperimentConfig(
        _typed(table, "primary_metric", str, path, prefix),
        direction,
        _texts(table, "columns", path, prefix),
        _typed(table, "description", str, path, prefix) or "",
        _typed(table, "baseline", str, path, prefix) or "",
    )


def _parse_view(name: str, table: Any, path: str) -> ViewConfig:
    prefix = f"views.{name}."
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: views.{name} must be a table of settings.")
    _refuse_unknown(table, VIEW_KEYS, path, prefix)
    return ViewConfig(
        name,
        _typed(table, "description", str, path, prefix) or "",
        _texts(table, "experiments", path, prefix),
        _texts(table, "runs", path, prefix),
        _typed(table, "filter", str, path, prefix) or "",
        _texts(table, "charts", path, prefix),
    )


def _texts(table: Mapping[str, Any], key: str, path: str, prefix: str) -> tuple[str, ...]:
    values = _typed(table, key, list, path, prefix) or []
    for value in values:
        if not isinstance(value, str):
            raise ConfigError(
                f"{path}: {prefix}{key} holds {value!r}; it must hold texts in quotes."
            )
    return tuple(values)


def _one_of(
    table: Mapping[str, Any], key: str, allowed: tuple[str, ...], path: str, prefix: str
) -> str | None:
    value: str | None = _typed(table, key, str, path, prefix)
    if value is not None and value not in allowed:
        names = " and ".join(map(repr, allowed))
        raise ConfigError(f"{path}: {prefix}{key} is {value!r}; allowed are {names}.")
    return value


def _address(publish: Mapping[str, Any], path: str) -> str:
    """Where the site will lie, with a slash at its end."""
    url: str = _typed(publish, "url", str, path, "publish.") or ""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:  # e.g. half of an IPv6 address
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ConfigError(
            f"{path}: publish.url is {url!r}; it is the address of the site's first page, e.g. "
            '"https://org.github.io/repo/".'
        )
    return url.rstrip("/") + "/"


def _refuse_unknown(
    table: Mapping[str, Any], known: tuple[str, ...], path: str, prefix: str
) -> None:
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known)
            names = ", ".join(dict.fromkeys(known))
            raise ConfigError(f"{path}: unknown key {prefix + key!r}.{hint} Known: {names}.")


def _typed(table: Mapping[str, Any], key: str, kind: type, path: str, prefix: str) -> Any:
    value = table.get(key)
    if value is not None and not isinstance(value, kind):
        words = {str: "text in quotes", bool: "true or false", list: "a list", dict: "a table"}
        raise ConfigError(f"{path}: {prefix}{key} is {value!r}; it must be {words[kind]}.")
    if isinstance(value, str) and "\0" in value:
        raise ConfigError(f"{path}: {prefix}{key} is {value!r}; it may hold no NUL.")
    return value


def _tables(content: Mapping[str, Any], key: str, path: str) -> tuple[Mapping[str, Any], ...]:
    found = content.get(key, [])
    if not isinstance(found, list) or not all(isinstance(own, dict) for own in found):
        raise ConfigError(f"{path}: {key} is {found!r}; write each as a table: [[{key}]].")
    return tuple(found)


def _claims(content: Mapping[str, Any], path: str) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for table in _tables(content, "claim", path):
        name = table.get("name")
        if not isinstance(name, str) or not name or name in found:
            raise ConfigError(
                f"{path}: a [[claim]] needs a name of its own, by which notes show it; "
                f"{name!r} is none."
            )
        _refuse_unknown(table, CLAIM_KEYS, path, f"claim {name}.")
        found[name] = table
    return found


def _count(table: Mapping[str, Any], key: str, default: int, path: str, prefix: str) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigError(
            f"{path}: {prefix}{key} is {value!r}; it must be a whole number, 0 for none."
        )
    return value


def _positive(table: Mapping[str, Any], key: str, default: float, path: str, prefix: str) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise ConfigError(f"{path}: {prefix}{key} is {value!r}; it must be a number above 0.")
    return float(value)

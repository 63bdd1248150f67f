"""The packages that runs were logged with: what many runs share, each list of them once a site."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runreport.report.runs.environment import NAME, VERSION, object_of
from runreport.report.tables.column_scripts import script_json
from runreport.report.urls import SHARED

_OWN = ("runreport", "runreport-static")
"""How this distribution is and was called. On PyPI the first is another's, the second not yet."""
_OWN_COMMENT = "# What logged the run is installed from its own repository:"


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of an environment, as files that all of its runs lead to."""

    digest: str
    """Of names and versions."""
    count: int
    requirements: str = field(repr=False)
    """As pip reads them; empty where pip would read none of them."""
    script: str = field(repr=False)
    """All of them, for the scripts."""

    @property
    def requirements_path(self) -> str:
        """From the site's root."""
        return f"{SHARED}/requirements-{self.digest}.txt"

    @property
    def script_path(self) -> str:
        """From the site's root."""
        return f"{SHARED}/packages-{self.digest}.js"


def make_packages(record: Mapping[str, Any]) -> Packages | None:
    """The packages of what was recorded of an environment; None where none were."""
    packages = object_of(record, "packages")
    if not packages:
        return None
    return _packages(tuple(sorted((str(name), str(own)) for name, own in packages.items())))


def _packages(listed: tuple[tuple[str, str], ...]) -> Packages:
    told = script_json(listed)
    digest = hashlib.sha256(told.encode(errors="replace")).hexdigest()[:12]
    return Packages(
        digest, len(listed), _requirements(listed), f'runreport.packages("{digest}",{told});\n'
    )


def _requirements(listed: tuple[tuple[str, str], ...]) -> str:
    return "".join(
        f"{_OWN_COMMENT}\n# {name}=={version}\n" if name in _OWN else f"{name}=={version}\n"
        for name, version in listed
        if NAME.fullmatch(name) and VERSION.fullmatch(version)
    )

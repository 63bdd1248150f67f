"""State: what a build keeps beside its site, so that the next one makes only what has changed.

``site.state/`` holds no facts: without it, or with one of another version, config or theme, a
build makes everything anew and the site is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from runreport.build.part import Part, sizes_of
from runreport.site.places import Place

_SUMMARY, _FILES = "summary.json", "files.json"


@dataclass(frozen=True, slots=True)
class State:
    """What the last build left."""

    inputs: str
    """Digest of config, theme, version and options."""
    archive: str
    """Digest of the archive's listing."""
    summary: Mapping[str, Any]
    """What the build had to say."""
    common: str = ""
    """Digest of what all runs' pages depend on, e.g. the names that are redacted."""
    parts: Mapping[str, Part] | None = None
    digests: Mapping[str, tuple[str, int]] | None = None
    """Digest and size of every other file, by path."""
    token: str = ""
    """Of the build that left it and of no other."""
    made: Mapping[str, Any] | None = None
    """What was done aside, by its key: charts as SVG, the changes of histories."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Sizes of the site's files by path."""
        return sizes_of(self.digests or {}, self.parts or {})


def recall_summary(place: Place) -> State | None:
    """What the last build had to say; None where it left nothing that can be read."""
    content = place.note(_SUMMARY)
    try:
        summary, token = content["summary"], content["token"]
        return State(content["inputs"], content["archive"], {**summary}, token=token)
    except (KeyError, TypeError):
        return None


def recall(place: Place) -> State | None:
    """All that the last build left; None where some of it is missing or of another kind."""
    head = recall_summary(place)
    content = place.note(_FILES)
    if head is None:
        return None
    try:
        return State(
            head.inputs,
            head.archive,
            head.summary,
            content["common"],
            {
                name: Part(
                    str(key),
                    {path: int(size) for path, size in files.items()},
                    tuple((str(k), str(p), int(c)) for k, p, c in findings),
                )
                for name, (key, files, findings) in content["parts"].items()
            },
            {path: (digest, int(size)) for path, (digest, size) in content["digests"].items()},
            head.token,
            {key: value for key, value in content["made"].items() if _is_made(value)},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _is_made(value: Any) -> bool:
    """Whether a value may have been made aside: a list of texts, numbers or pairs of these. Of
    another kind nothing is known, and it is made anew."""
    plain = (str, int, float)
    return isinstance(value, list) and all(
        isinstance(one, plain) or (isinstance(one, list) and len(one) == 2) for one in value
    )


def remember(place: Place, state: State) -> None:
    """Leave a state for the next build."""
    parts = state.parts or {}
    place.keep(
        _FILES,
        {
            "common": state.common,
            "parts": {name: (p.key, dict(p.files), p.findings) for name, p in parts.items()},
            "digests": state.digests,
            "made": state.made,
        },
    )
    place.keep(
        _SUMMARY,
        {
            "inputs": state.inputs,
            "archive": state.archive,
            "summary": state.summary,
            "token": uuid4().hex,
        },
    )


def forget(place: Place) -> None:
    """Remove a state, before the site it tells of is changed.

    A build that dies meanwhile leaves none, and the next one makes everything anew.
    """
    place.forget(_SUMMARY, _FILES)

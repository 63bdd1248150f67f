"""Where pages and files lie in a site: one function maps any logged name to a safe path.

Slugs are lossless by construction: wherever a slug is not the name itself, six hex digits of the
name's SHA-256 follow, so a later name never changes an earlier URL, and no two names meet, not
even on a disk that folds case or Unicode forms.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_SAFE_FILE = re.compile(r"[a-z0-9_][a-z0-9._-]*")
_ACTIVE_ENDINGS = frozenset(
    "html htm xhtml xht shtml svg svgz xml xsl xslt js mjs mht mhtml hta htc swf php asp aspx "
    "jsp".split()
)
"""Endings under which a host would serve a page or image that can run script."""
_MAX_SLUG = 60
SHARED = "shared"
"""The folder of files that the pages of many runs lead to."""


def slug(name: str) -> str:
    """A URL part for a name: the name itself if it is ``[a-z0-9-]``, else one with a hash."""
    folded = unicodedata.normalize("NFKD", name).lower()
    base = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:_MAX_SLUG].strip("-")
    if base == name and base and not _RESERVED.fullmatch(base):
        return base
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{base}-{digest}" if base else digest


def experiment_folder(name: str, experiment_id: str | None = None) -> str:
    """The folder of an experiment's pages.

    Args:
        experiment_id: given for the second and further experiments of one name, which a merge of
            archives may bring.
    """
    if experiment_id is None:
        return f"e/{slug(name)}"
    digest = hashlib.sha256(f"{name}\0{experiment_id}".encode()).hexdigest()[:6]
    return f"e/{slug(name)}-{digest}"


def run_folder(run_id: str) -> str:
    """The folder of what lies beside a run's page: its evaluation, long curves, a diff."""
    own = slug(run_id)
    return f"r/{own[:2]}/{own}"


def run_url(run_id: str) -> str:
    """The page of a run. No folder is made for it: file systems take longer to make one than to
    write a page."""
    return f"{run_folder(run_id)}.html"


def view_url(folder: str, run_id: str) -> str:
    """The page of a run that has none of its own.

    Args:
        folder: of its experiment.
    """
    return f"r/view.html#v=1&e={quote(folder.removeprefix('e/'))}&id={quote(run_id)}"


def tag_folder(key: str, value: str) -> str:
    """The folder of the page of one value of a tag."""
    return f"t/{slug(key)}/{slug(value)}"


def note_folder(stem: str) -> str:
    """The folder of a note's page.

    Args:
        stem: the name of its file without ending.
    """
    return f"n/{slug(stem)}"


def comparison_folder(name: str) -> str:
    """The folder of a saved comparison."""
    return f"compare/{slug(name)}"


def model_folder(name: str) -> str:
    """The folder of a registered model's page."""
    return f"m/{slug(name)}"


def version_folder(name: str, version: int) -> str:
    """The folder of the page of one version of a model."""
    return f"{model_folder(name)}/v{version}"


def job_folder(kind: str, identity: str) -> str:
    """The folder of the page of one CI, SLURM or Spark job."""
    return f"j/{slug(f'{kind}/{identity}')}"


LONGEST_PATH = 600
"""Characters of a file's path in a site; a longer one no system and no server may take."""


def file_path(path: str) -> str:
    """Where an artifact lies inside a folder of files.

    Each part keeps its name when that is safe everywhere; else it gets a hash. A file that a
    browser could run as a page gets ``.txt`` appended.
    """
    *folders, name = path.split("/")
    is_active = name.rpartition(".")[2].lower() in _ACTIVE_ENDINGS
    # With a hash, so that it never meets a file that was logged under that very name.
    last = _file_part(name, is_plain=False) + ".txt" if is_active else _file_part(name)
    placed = "/".join([*map(_file_part, folders), last])
    if len(placed) <= LONGEST_PATH:
        return placed
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"long-path-{digest}/{last}"


def _file_part(part: str, *, is_plain: bool = True) -> str:
    is_plain = (
        is_plain
        and _SAFE_FILE.fullmatch(part) is not None
        and not part.endswith(".")
        and not _RESERVED.fullmatch(part)
        and len(part) <= 120
    )
    if is_plain:
        return part
    stem, dot, ending = part.rpartition(".")
    if not (dot and stem and re.fullmatch(r"[A-Za-z0-9]{1,10}", ending)):
        stem, ending = part, ""
    folded = unicodedata.normalize("NFKD", stem).lower()
    base = re.sub(r"[^a-z0-9_]+", "-", folded).strip("-")[:80] or "file"
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{base}-{digest}" + (f".{ending.lower()}" if ending else "")


def up(path: str) -> str:
    """The relative way from a page to the site's root, e.g. ``../../`` for ``e/x/index.html``."""
    return "../" * path.count("/")

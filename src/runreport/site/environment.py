"""What templates are rendered with: loaders, filters, drawings, and the policy of every page."""

from __future__ import annotations

import contextlib
import os

import jinja2
from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from runreport.archive.user_cache import user_cache
from runreport.cards import STATUS_MARKS
from runreport.report.checks.judging import MARKS
from runreport.report.formatting import format_size, plural
from runreport.report.shown import lacking_decimals
from runreport.site.checks_svg import check_svg
from runreport.site.history_svg import history_svg
from runreport.site.lines import curve_svg, importance_svg, sparkline_svg, spread_svg
from runreport.site.theme import Theme

SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "media-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'"
)


class _Marks(dict[str, tuple[str, str]]):
    """Marks by status; another tool, or a later version, may have statuses of its own."""

    def __missing__(self, status: str) -> tuple[str, str]:
        return "?", "unknown"


_MARKS = _Marks(STATUS_MARKS)


def make_environment(theme: Theme) -> Environment:
    """What a theme's templates are rendered with, whatever they say."""
    # Somebody else's templates must not reach what Python reaches; ours are spared the checks.
    kind = Environment if theme.is_built_in else ImmutableSandboxedEnvironment
    environment = kind(
        loader=_loader(theme),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # a build reads a template once
        bytecode_cache=_compiled() if theme.is_built_in else None,
    )
    environment.filters.update(
        plural=plural, size=format_size, lacking_decimals=lacking_decimals, long_name=_long_name
    )
    environment.globals.update(
        marks=_MARKS,
        outcome_marks=MARKS,
        curve_svg=curve_svg,
        sparkline_svg=sparkline_svg,
        history_svg=history_svg,
        importance_svg=importance_svg,
        spread_svg=spread_svg,
        check_svg=check_svg,
    )
    return environment


def _long_name(name: str) -> Markup | str:
    """A name that is cut in its middle where it has no room, so that its end can be read."""
    if len(name) <= 30:
        return name
    return Markup('<span class="long" title="{0}"><span>{1}</span><span>{2}</span></span>').format(
        name, name[:-18], name[-18:]
    )


class _Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled; a full disk keeps none of them and fails no build."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one."""
        with contextlib.suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> FileSystemBytecodeCache | None:
    """Where our own templates are kept compiled, which takes as long as many a build: a folder of
    this user's that nobody else can write to; None where there is no such folder.

    What is kept is run as it is, so it must not lie beside a site, which may come from anyone.
    """
    folder = user_cache(f"templates-{jinja2.__version__}")
    return None if folder is None else _Compiled(folder)


def _loader(theme: Theme) -> BaseLoader:
    """The nearest template of a name; with the name of its theme before it, that of a parent."""
    named = {
        name: FileSystemLoader(os.path.join(folder, "templates"))
        for name, folder in theme.named.items()
    }
    return ChoiceLoader([FileSystemLoader(theme.template_folders), PrefixLoader(named)])

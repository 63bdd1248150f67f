"""The renderer: a theme and what all pages know of a site; values become pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from runreport.errors import ConfigError
from runreport.report.charts.templates import chart_templates
from runreport.report.fit_text import fit
from runreport.report.links import SiteInfo
from runreport.report.tables.column_scripts import script_json
from runreport.report.urls import up
from runreport.site.environment import SECURITY_POLICY, make_environment
from runreport.site.files import SiteFile
from runreport.site.scripts import theme_scripts
from runreport.site.theme import Asset, Theme, hashed_asset, is_built_in_folder


@dataclass(frozen=True, slots=True)
class Assets:
    """Where the theme's files lie in the site, from its root."""

    stylesheet: str
    script: str | None
    added: tuple[str, ...] = ()
    """Scripts that a theme adds to every page."""


class Renderer:
    """Renders pages with the environment they share."""

    def __init__(self, theme: Theme, site: SiteInfo, assets: Assets) -> None:
        self.theme = theme
        self.assets = assets
        self.data_ending = ".js" if theme.has_scripts else ".json"
        """How the file of a run's data ends, which is called as its page is."""
        self.environment = make_environment(theme)
        self.environment.globals.update(
            site=site,
            policy=SECURITY_POLICY,
            assets=assets,
            data_ending=self.data_ending,
            options=theme.options,
            parts_of_page=self._parts,
        )
        self._has_our_parts = is_built_in_folder(theme.folder_with("templates/parts.html"))
        self._parts_at: dict[str, TemplateModule] = {}

    @pass_context
    def _parts(self, context: Context) -> TemplateModule:
        """The macros that pages share. Ours ask for nothing of a page but its depth, and to make
        them for each page would take a tenth of its time."""
        template = self.environment.get_template("parts.html")
        if not self._has_our_parts:
            return template.make_module(context.get_all())
        depth = context["up"]
        if depth not in self._parts_at:
            self._parts_at[depth] = template.make_module({"up": depth})
        return self._parts_at[depth]

    def page(self, path: str, template: str, **values: Any) -> SiteFile:
        """One page.

        Raises:
            BuildError: the template cannot be rendered.
        """
        try:
            text = self.environment.get_template(template).render(up=up(path), path=path, **values)
        except RecursionError as error:
            raise ConfigError(
                f"Template {template} extends or includes itself without end. The one of a parent "
                f'is named with its theme: {{% extends "default/{template}" %}}.'
            ) from error
        except Exception as error:
            if self.theme.is_built_in and not isinstance(error, TemplateError):
                raise
            place = getattr(error, "filename", None) or template
            line = getattr(error, "lineno", None)
            where = f"Template {place}{f', line {line}' if line else ''}"
            raise ConfigError(f"{where}: {type(error).__name__}: {error}") from error
        return SiteFile(path, fit(text).encode())


def theme_files(theme: Theme) -> tuple[tuple[SiteFile, ...], Assets]:
    """The files of a theme, and where pages find them.

    Raises:
        ConfigError: the theme lacks a file.
    """
    files, assets = _assets(theme)
    return tuple(SiteFile(own.path, own.content) for own in files), assets


def _assets(theme: Theme) -> tuple[tuple[Asset, ...], Assets]:
    stylesheet = theme.stylesheet()
    icon = Asset("static/icon.svg", theme.read("static/icon.svg"))
    if not theme.has_scripts:
        return (stylesheet, icon), Assets(stylesheet.path, None)
    content = f"runreport.specs({script_json(chart_templates())});\n"
    vendor = theme.chart_scripts()
    scripts = theme_scripts(theme, hashed_asset("specs", "js", content.encode()), vendor)
    added = tuple(asset.path for asset in scripts.added)
    assets = Assets(stylesheet.path, scripts.first.path, added)
    return (stylesheet, icon, scripts.first, *scripts.added, *scripts.later, *vendor), assets

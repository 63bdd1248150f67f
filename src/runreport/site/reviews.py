"""A review as one page that stands alone: a file to attach, or to open from disk."""

from __future__ import annotations

import base64
import hashlib

from markupsafe import Markup

from runreport import __version__
from runreport.report.config import Config
from runreport.report.fit_text import fit
from runreport.report.reviews.review import Review
from runreport.report.reviews.sections import review_page
from runreport.site.environment import make_environment
from runreport.site.theme import load_theme


def review_html(review: Review, title: str, config: Config) -> str:
    """HTML with the theme's style in it, and nothing else to load.

    Raises:
        ConfigError: the theme is wrong.
    """
    theme = load_theme(config.theme, config.folder, config.options)
    style = theme.stylesheet().content.decode()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    text = (
        make_environment(theme)
        .get_template("review_alone.html")
        .render(
            page=review_page(review, title),
            policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
            "form-action 'none'",
            style=Markup(style),
            version=__version__,
            up="",
        )
    )
    return fit(text)

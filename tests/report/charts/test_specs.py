from __future__ import annotations

import json

from runreport.report.charts.templates import template
from runreport.site.theme import load_theme


def test_the_vendored_libraries_are_of_the_versions_altair_writes_for() -> None:
    import altair

    manifest = json.loads(load_theme("default").read("vendor/manifest.json"))
    versions = {entry["package"]: entry["version"] for entry in manifest}
    assert versions["vega-lite"].split(".")[0] == altair.VEGALITE_VERSION.lstrip("v").split(".")[0]
    assert versions["vega"].split(".")[0] == altair.VEGA_VERSION.split(".")[0]
    schema = template("versions")["$schema"].rpartition("/v")[2]
    assert schema.split(".")[0] == versions["vega-lite"].split(".")[0]

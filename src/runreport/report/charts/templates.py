"""The spec of each form of chart, as Altair wrote it, and how titles and looks are filled in.

`templates.json` holds what `specs` and `summary_specs` make of each form; a test compares the two
and writes it anew. Altair takes a second for all of them, which no build should pay again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from runreport.report.charts.chart import MUTED, Spec
from runreport.report.charts.forms import all_forms

FILE = "templates.json"
_TITLE = re.compile(r"\{(x|y|color)\}")


@lru_cache(maxsize=1)
def chart_templates() -> dict[str, Spec]:
    """The specs by the names of their forms; under ``shared`` what all have alike."""
    text = files("runreport.report.charts").joinpath(FILE).read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


def template(name: str) -> Spec:
    """The spec of a form without data, titles and looks, as a copy of its own."""
    found = chart_templates()
    copied: Spec = json.loads(json.dumps(found[name]))
    return {**found["shared"], **copied}


def titled(value: Any, titles: Mapping[str, str]) -> Any:
    """A spec with its titles; one that is empty is left out, as is its guide's."""
    if isinstance(value, list):
        return [titled(one, titles) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _title(own, titles)
        if key == "title" and isinstance(own, str)
        else titled(own, titles)
        for key, own in value.items()
    }


def _title(text: str, titles: Mapping[str, str]) -> str | None:
    return _TITLE.sub(lambda match: titles.get(match[1], ""), text) or None


def painted(spec: Spec, texts: Sequence[str], looks: Sequence[int]) -> Spec:
    """A spec whose colours, dashes, shapes and shades are those of some texts.

    Args:
        looks: of each text its place among those of a form; -1 for none of its own.
    """
    for layer in spec.get("layer", [spec]):
        if "xOffset" in layer.get("encoding", {}):
            layer["encoding"]["xOffset"]["scale"] = {"domain": [*texts]}
        for name, channel in layer.get("encoding", {}).items():
            scale = channel.get("scale") if isinstance(channel, dict) else None
            if scale and channel.get("field") == "color" and isinstance(scale.get("range"), list):
                if "domain" in scale or channel["type"] == "quantitative":
                    continue
                own = scale["range"]
                scale["domain"] = [*texts]
                none = MUTED if name == "color" else own[0]
                scale["range"] = [own[look % len(own)] if look >= 0 else none for look in looks]
    return spec


def written() -> str:
    """What `FILE` is to hold: a line a form."""
    makers = _makers()
    specs = {form.name: makers[form.type](form) for form in all_forms()}
    specs["versions"] = makers["versions"](None)
    shared = {key: specs["versions"][key] for key in ("$schema", "config")}
    lines = [f'"shared":{json.dumps(shared, separators=(",", ":"))}'] + [
        json.dumps(name) + ":" + json.dumps(
            {key: own for key, own in spec.items() if key not in shared}, separators=(",", ":")
        )
        for name, spec in specs.items()
    ]  # fmt: skip
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _makers() -> Mapping[str, Callable[[Any], Spec]]:
    from runreport.report.charts import specs, summary_specs

    return {
        "line": specs.line_spec,
        "band": specs.band_spec,
        "scatter": specs.scatter_spec,
        "parallel": specs.parallel_spec,
        "bar": summary_specs.bar_spec,
        "box": summary_specs.box_spec,
        "histogram": summary_specs.histogram_spec,
        "heatmap": summary_specs.heatmap_spec,
        "versions": lambda _: specs.versions_spec(),
    }

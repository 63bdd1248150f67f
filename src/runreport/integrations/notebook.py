"""``%load_ext runreport``: under each cell the runs it made, and their comparison.

The output is HTML by itself: no script, no request, so that it is still there when the notebook is
opened elsewhere. Charts are static pictures; which of the two is shown is a matter of two radio
buttons.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import runreport
from runreport.cards import MAX_RUNS, STYLE, runs_table
from runreport.entities import Run
from runreport.errors import RunreportError
from runreport.tracking import active

MAX_CHARTS = 6
MAX_CURVES = 8
"""Runs in one chart of curves."""

_SWITCH = """<style>
.rr-switch>input{{position:absolute;opacity:0}}
.rr-switch>label{{display:inline-block;padding:3px 10px;margin:0 4px 6px 0;cursor:pointer;
border-radius:6px;
border:1px solid color-mix(in srgb,currentColor 25%,transparent)}}
.rr-switch>input:checked+label{{background:color-mix(in srgb,currentColor 12%,transparent)}}
.rr-switch>input:focus-visible+label{{outline:2px solid #0a58ca}}
.rr-switch>.rr-pane{{display:none}}
#{key}-t:checked~.rr-table,#{key}-c:checked~.rr-charts{{display:block}}
.rr-charts svg{{max-width:100%;height:auto;margin:0 16px 8px 0;vertical-align:top}}
.rr-charts{{--fg:currentColor;--muted:#7a828c;--line:#9aa4af66;--bg:transparent;
--c1:#4296dc;--c2:#b81998;--c3:#0b8a72;--c4:#c38616;--c5:#7e19d3;--c6:#8a5a2b}}
</style>"""


class Widget:
    """Shows after each cell the runs that were started in it."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.seen = active.started_count()

    def before(self, *_: Any) -> None:
        """A cell is about to run."""
        self.seen = active.started_count()

    def after(self, *_: Any) -> None:
        """A cell has run; whatever fails here is not the cell's fault."""
        started = active.started_since(self.seen)
        self.seen = active.started_count()
        if not started:
            return
        from IPython.display import display

        try:
            html, text = (
                widget_html(started),
                f"{len(started)} run(s): " + ", ".join(one.run_id for one in started[-MAX_RUNS:]),
            )
        except (RunreportError, OSError, ImportError) as error:
            text = f"The runs of this cell cannot be shown: {error}"
            html = f"<div>{escape(text)}</div>"
        display({"text/html": html, "text/plain": text}, raw=True)


def load_ipython_extension(shell: Any) -> None:
    """Called by ``%load_ext runreport``."""
    unload_ipython_extension(shell)
    widget = Widget(shell)
    shell.events.register("pre_run_cell", widget.before)
    shell.events.register("post_run_cell", widget.after)
    shell._runreport_widget = widget


def unload_ipython_extension(shell: Any) -> None:
    """Called by ``%unload_ext runreport``."""
    widget = getattr(shell, "_runreport_widget", None)
    if widget is not None:
        shell.events.unregister("pre_run_cell", widget.before)
        shell.events.unregister("post_run_cell", widget.after)
        shell._runreport_widget = None


def widget_html(started: Sequence[active.Started]) -> str:
    """The runs of a cell as a table and, where there are several or curves, as charts."""
    shown = list(started[-MAX_RUNS:])
    runs = []
    for one in shown:
        with active.pointed_at(one.store):
            runs.append(runreport.get_run(one.run_id))
    table = runs_table(runs)
    if len(started) > len(shown):
        table = f'<div class="rr-muted">The last {len(shown)} of {len(started)} runs</div>{table}'
    charts = _charts(runs, shown)
    key = f"rr-{shown[-1].run_id[:12]}"
    if not charts:
        return f'{STYLE}<div class="rr-card">{table}</div>'
    return (
        f"{STYLE}{_SWITCH.format(key=key)}"
        f'<div class="rr-card rr-switch">'
        f'<input type="radio" name="{key}" id="{key}-t" checked><label for="{key}-t">Runs</label>'
        f'<input type="radio" name="{key}" id="{key}-c">'
        f'<label for="{key}-c">Run comparison</label>'
        f'<div class="rr-pane rr-table">{table}</div>'
        f'<div class="rr-pane rr-charts">{charts}</div></div>'
    )


def _charts(runs: Sequence[Run], started: Sequence[active.Started]) -> str:
    """A picture a metric: its curves where it has any, else a bar a run."""
    counts: dict[str, int] = {}
    for run in runs:
        for name in run.data.metrics:
            counts[name] = counts.get(name, 0) + 1
    pictures = []
    shown = sorted(counts, key=lambda name: (-counts[name], name))[:MAX_CHARTS]
    for place, name in enumerate(shown):
        # Ids of a picture's parts must be its own among all outputs of the notebook.
        key = f"rr-{runs[-1].info.run_id[:12]}-{place}"
        rows = _curves(name, runs, started)
        if len({row["run"] for row in rows}) < len(rows):
            pictures.append(_picture(key, name, rows, is_curve=True))
        elif counts[name] > 1:
            pictures.append(_picture(key, name, _bars(name, runs), is_curve=False))
    return "".join(pictures)


def _curves(
    name: str, runs: Sequence[Run], started: Sequence[active.Started]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for label, run, one in zip(_labels(runs), runs, started, strict=True):
        if name in run.data.metrics and len({row["run"] for row in rows}) < MAX_CURVES:
            history = one.store.metric_history(run.info.run_id, name)
            rows += [
                {"run": label, "color": label, "x": point.step, "y": point.value}
                for point in history
                if math.isfinite(point.value)
            ]
    return rows


def _bars(name: str, runs: Sequence[Run]) -> list[dict[str, Any]]:
    return [
        {"run": label, "x": label, "y": run.data.metrics[name]}
        for label, run in zip(_labels(runs), runs, strict=True)
        if math.isfinite(run.data.metrics.get(name, math.nan))
    ]


def _labels(runs: Sequence[Run]) -> list[str]:
    names = [run.info.run_name for run in runs]
    return [
        f"{name} {run.info.run_id[:6]}" if names.count(name) > 1 else name
        for name, run in zip(names, runs, strict=True)
    ]


def _picture(key: str, name: str, rows: list[dict[str, Any]], *, is_curve: bool) -> str:
    from runreport.report.charts.chart import Chart, vega_lite_version
    from runreport.report.charts.templates import painted, template, titled
    from runreport.site.chart_svg import chart_svg

    form = "line number linear run" if is_curve else "bar run linear none"
    spec = titled(template(form), {"x": "Step" if is_curve else "Run", "y": name})
    labels = [*dict.fromkeys(str(row["run"]) for row in rows)]
    spec = painted(spec, labels, range(len(labels)))
    chart = Chart(key, name, name, spec, tuple(rows), (), (), {})
    return str(chart_svg(chart, vega_lite_version(spec)))

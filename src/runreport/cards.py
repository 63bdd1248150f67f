"""Runs as HTML for notebooks: self-contained, without script, in the notebook's own colours."""

from __future__ import annotations

import time
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from runreport.numbers import format_number
from runreport.tags import is_set_tag

if TYPE_CHECKING:
    from runreport.entities import Run

MAX_RUNS = 50
MAX_METRICS = 6
MAX_PARAMS = 6
_MAX_TEXT = 60
STATUS_MARKS = {
    "FINISHED": ("✓", "finished"),
    "RUNNING": ("◐", "running"),
    "FAILED": ("✕", "failed"),
    "KILLED": ("■", "killed"),
    "SCHEDULED": ("–", "scheduled"),
    "UNKNOWN": ("?", "status unknown"),
}
"""Shape and word for each status, in the order in which they are counted."""
_COLOURS = {"FINISHED": "#1a7f37", "FAILED": "#c4242b", "RUNNING": "#0a58ca"}
_OTHER = "#57606a"
STYLE = """<style>
.rr-card{font:13px/1.4 system-ui,sans-serif;max-width:100%;overflow-x:auto;margin:4px 0}
.rr-card table{border-collapse:collapse;margin:4px 0;font:inherit;
font-variant-numeric:tabular-nums}
.rr-card th,.rr-card td{padding:4px 12px 4px 0;text-align:left!important;
border-bottom:1px solid color-mix(in srgb,currentColor 18%,transparent);vertical-align:baseline}
.rr-card th{font-weight:500;opacity:.7}
.rr-card td.rr-number,.rr-card th.rr-number{text-align:right!important}
.rr-card tr{background:none!important}.rr-card b{font-weight:600}
.rr-card .rr-muted{opacity:.7}
</style>"""


def run_html(run: Run) -> str:
    """One run: its name, status and what it logged."""
    info, data = run.info, run.data
    sections = [
        ("Metrics", [(key, format_number(value)) for key, value in sorted(data.metrics.items())]),
        ("Params", sorted(data.params.items())),
        ("Tags", sorted((k, v) for k, v in data.tags.items() if is_set_tag(k))),
    ]
    body = "".join(
        f"<tr><th>{title}</th><td>{_pairs(pairs)}</td></tr>" for title, pairs in sections if pairs
    )
    head = (
        f"<div><b>{escape(info.run_name)}</b> {status(info.status)} "
        f'<span class="rr-muted">{_time(info.start_time)} · {escape(info.run_id)}</span></div>'
    )
    return f'{STYLE}<div class="rr-card">{head}<table>{body}</table></div>'


def runs_html(runs: Sequence[Run]) -> str:
    """Some runs as a table: their metrics, and the params in which they differ."""
    return f'{STYLE}<div class="rr-card">{runs_table(runs)}</div>'


def runs_table(runs: Sequence[Run]) -> str:
    """The table of `runs_html` by itself."""
    shown = runs[:MAX_RUNS]
    metrics = _most_common([run.data.metrics for run in shown])[:MAX_METRICS]
    params = [
        key
        for key in _most_common([run.data.params for run in shown])
        if len({run.data.params.get(key) for run in shown}) > 1 or len(shown) == 1
    ][:MAX_PARAMS]
    heads = "".join(f'<th class="rr-number">{escape(key)}</th>' for key in metrics)
    heads += "".join(f"<th>{escape(key)}</th>" for key in params)
    rows = "".join(
        f"<tr><td><b>{escape(run.info.run_name)}</b></td><td>{status(run.info.status)}</td>"
        + "".join(
            f'<td class="rr-number">{format_number(run.data.metrics.get(key))}</td>'
            for key in metrics
        )
        + "".join(f"<td>{_short(run.data.params.get(key, '–'))}</td>" for key in params)
        + f'<td class="rr-muted">{_time(run.info.start_time)}</td></tr>'
        for run in shown
    )
    more = len(runs) - len(shown)
    count = f"{len(runs):,} run{'' if len(runs) == 1 else 's'}"
    note = f"{count}, the first {MAX_RUNS} shown" if more else count
    return (
        f'<div class="rr-muted">{note}</div><table><thead><tr><th>Run</th><th>Status</th>'
        f"{heads}<th>Started (UTC)</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def status(value: str) -> str:
    """A run's status as shape, word and colour."""
    mark, _ = STATUS_MARKS.get(value, ("–", ""))
    colour = _COLOURS.get(value, _OTHER)
    return f'<span style="color:{colour}">{mark} {escape(value.lower())}</span>'


def _most_common(each: Sequence[dict[str, float]] | Sequence[dict[str, str]]) -> list[str]:
    counts: dict[str, int] = {}
    for one in each:
        for key in one:
            counts[key] = counts.get(key, 0) + 1
    return sorted(counts, key=lambda key: (-counts[key], key))


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    return " &nbsp; ".join(
        f'<span class="rr-muted">{escape(key)}</span> <b>{_short(value)}</b>'
        for key, value in pairs
    )


def _short(text: str) -> str:
    return escape(text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…")


def _time(time_ms: int | None) -> str:
    if time_ms is None:
        return "–"
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.gmtime(time_ms / 1000))
    except (ValueError, OverflowError, OSError):
        return f"{time_ms} ms"

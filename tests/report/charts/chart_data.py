"""The columns, curves and charts of `chart_cases.json`, from which its expected parts are made."""

from __future__ import annotations

import math
from typing import Any

from runreport.report.meaning import better
from runreport.report.tables.kinds import order_of

NAN, INF = "NaN", "Infinity"
START = 1_750_000_000_000


def column(name: str, values: list[Any], **more: Any) -> dict[str, Any]:
    """A column as a manifest has it, with its values as JSON."""
    group = name.split(".", maxsplit=1)[0] if "." in name else "properties"
    kind = "text" if any(isinstance(v, str) and v not in (NAN, INF) for v in values) else "number"
    made = {
        "name": name,
        "label": name.partition(".")[2] or name,
        "group": group,
        "kind": kind,
        "distinct": len({v for v in values if v is not None}),
        "values": values,
    }
    if kind == "text" and group in ("params", "tags"):
        made["ordered"] = [*order_of(v for v in values if v is not None)]
    if group == "metrics" and better(made["label"]) == "min":
        made["better"] = "min"
    return {**made, **more}


def runs(count: int, *columns: dict[str, Any], curves: dict[str, Any] | None = None) -> Any:
    """Runs with the columns that all have."""
    ids = [f"{number:02x}" * 16 for number in range(1, count + 1)]
    own = [
        column("run_name", [f"run {number}" for number in range(count)], label="Run"),
        column("run_id", ids, label="Run ID"),
        column("status", ["FINISHED", "FAILED", "RUNNING"] * count, label="Status"),
        column("start_time", [START + n * 3_600_000 for n in range(count)], label="Started"),
        column("duration", [1500 * (n + 1) for n in range(count)], label="Duration"),
        column("_curves", ["1"] * count, group="hidden"),
    ]
    own[2]["values"] = own[2]["values"][:count]
    own[3]["kind"], own[4]["kind"] = "time", "duration"
    return {
        "primary": "loss",
        "columns": [*own, *columns],
        "curves": {ids[int(run)]: found for run, found in (curves or {}).items()},
    }


def curve(values: list[Any], **more: Any) -> dict[str, Any]:
    """A curve as a page has it."""
    count = len(values)
    return {
        "step": [*range(count)],
        "time": [START + 1000 * n for n in range(count)],
        "value": values,
        "logged": count,
        **more,
    }


def falling(start: float, count: int, rate: float = 0.7) -> dict[str, Any]:
    return curve([round(start * rate**n, 6) for n in range(count)])


def _sweep() -> Any:
    rates = ["0.0001", "0.001", "0.01", "0.1"] * 3
    return runs(
        12,
        column("params.lr", [float(rate) for rate in rates], texts=rates),
        column("params.decay", [0.0, 1e-5, 1e-3, 0.0] * 3),
        column("params.depth", [2, 4, 8, 10] * 3),
        column("params.seed", [n // 4 for n in range(12)]),
        column("params.width", [16 * (n + 1) for n in range(12)]),
        column(
            "params.opt",
            (["sgd", "adam", None] * 4),
            slots=[["adam", 7], ["sgd", 2], ["lion", 0]],
        ),
        column("params.size", ["large", "base", "small", "base"] * 3),
        column("params.net", [f"v{n % 5 * 5}" for n in range(12)]),
        column("params.flag", ["True", "False"] * 6),
        column("metrics.loss", [round(2.0 / (n + 1), 4) for n in range(12)], curves=True),
        column("metrics.acc", [round(1 - 1 / (n + 2), 4) for n in range(12)]),
        column("metrics.other", [n % 5 + 0.5 for n in range(12)], curves=True),
        column("metrics.speed", [10.0 ** (n % 6 - 2) for n in range(12)]),
        column("metrics.partly", [0.5, None, NAN, INF, -1.0, 0.0, 2.0, 3.0, None, 8.0, 9.0, 1.0]),
        column("metrics.same", [3.5] * 12),
        curves={
            n: {
                "loss": falling(2.0 / (n + 1), 6 - n % 3),
                **({"other": falling(1.0 + n % 5, 4, 0.9)} if n % 2 else {}),
            }
            for n in range(12)
        },
    )


def _odd() -> Any:
    bucket = curve(
        [1.0, 2.0, NAN, 4.0],
        count=[1, 100, 0, 3],
        low=[1.0, -1.0, NAN, 3.0],
        high=[1.0, 9.0, NAN, 5.0],
        spread=[0.0, 1.5, 0.0, 0.8],
        lost=50,
    )
    back = curve([1.0, 2.0, 3.0, 4.0])
    back["time"] = [START + 4000, START + 5000, START, START + 1000]
    found = {
        0: curve([1.0, NAN, 2.0, NAN, 3.0, 4.0]),
        1: bucket,
        2: curve([1.0, 2.0, INF, NAN]),
        3: curve([4.0, 3.0, 2.0, 1.0], resumed=[2]),
        4: curve([5.0, 4.0, 3.0, 2.0], ordered=True),
        5: back,
        6: curve([0.0, -1.0, 0.5, 2.0]),
        7: curve([NAN, NAN, INF]),
        8: curve([2.0, 2.5], step=[10, 20]),
    }
    return runs(
        9,
        column("metrics.loss", [1.0] * 9, curves=True),
        column("params.kind", ["a", "b", "a", "b", "a", "b", "a", "b", "a"]),
        column("params.size", ["s", "m", "l", "s", "m", "l", "s", "m", "l"]),
        column("params.rate", [1, 2, 3, 4, 5, 6, 7, 8, 900]),
        curves={run: {"loss": one} for run, one in found.items()},
    )


def _edge() -> Any:
    return runs(
        5,
        column("metrics.huge", [1e308, -1e308, 1.5e308, 0.0, 1.0]),
        column("metrics.vast", [0.0, 1e300, 1e308, 1.5e308, 1e304]),
        column("metrics.tiny", [5e-324, 1e-310, 2e-308, 1e-300, 3e-300]),
        column("metrics.loss", [1.0, 2.0, 3.0, 4.0, 5.0]),
        column("params.name", ["constructor", "__proto__", "", "–", "<b>"]),
        column("params.place", ["v10", "v9", "v2", "a", "B"]),
        column("params.mixed", ["1", "x", "01", "1.0", None]),
        column("tags.team", ["ä", "z", "é", "e", "Z"]),
    )


def _many() -> Any:
    return runs(
        30,
        column("params.kind", [f"kind {chr(97 + n % 25)}" for n in range(30)]),
        column("params.group", [f"g{chr(97 + n % 15)}" for n in range(30)]),
        column("params.width", [n % 12 + 1 for n in range(30)]),
        column("metrics.loss", [round(math.sin(n) + 2, 4) for n in range(30)], curves=True),
        curves={n: {"loss": falling(n + 1.0, 3)} for n in range(30)},
    )


def _undated() -> Any:
    """Runs that other tools logged: some times are there, some only since the start, some not."""
    times = {
        0: [START + 1000 * n for n in range(4)],
        1: [0, 0, 0, 0],
        2: [0, 1500, 3100, 4000],
        3: [0, START + 900, 0, START + 2100],
    }
    return runs(
        4,
        column("metrics.loss", [1.0] * 4, curves=True),
        column("params.kind", ["a", "b", "b", "a"]),
        curves={n: {"loss": curve([4.0 - n, 3.0, 2.0, 1.0 + n], time=own)}
                for n, own in times.items()},
    )  # fmt: skip


DATA = {
    "sweep": _sweep(), "odd": _odd(), "edge": _edge(), "many": _many(), "undated": _undated(),
}  # fmt: skip

CHARTS: dict[str, list[str]] = {
    "undated": [
        f"line;y=metrics.loss{more}"
        for more in ("", ";x=time", ";x=relative", ";x=relative;g=params.kind", ";x=time;g=status")
    ],
    "sweep": [
        *(f"line;y=metrics.loss{more}" for more in (
            "", ";x=time", ";x=relative", ";scale=log", ";smooth=0.5", ";smooth=0.9;scale=log",
            ";c=params.opt", ";c=params.lr", ";c=params.size", ";c=params.width", ";c=status",
            ";c=params.flag", ";c=metrics.acc", ";c=metrics.loss", ";g=status",
            ";c=metrics.speed", ";c=params.net",
            ";g=params.opt", ";g=params.size", ";g=params.lr", ";g=params.seed;scale=log",
            ";g=params.flag;x=relative", ";g=params.width", ";title=Mine",
        )),
        *(f"scatter;x={x};y=metrics.loss" for x in (
            "params.lr", "params.decay", "params.depth", "params.opt", "params.size", "params.net",
            "start_time", "duration", "metrics.partly", "metrics.speed", "run_name",
            "metrics.same", "params.width", "status",
        )),
        *(f"scatter;x=params.lr;y=metrics.acc;c={c}" for c in (
            "params.opt", "params.size", "params.depth", "params.width", "params.net", "status",
            "params.flag", "metrics.loss", "metrics.speed", "metrics.partly", "params.decay",
        )),
        "scatter;x=params.lr;y=metrics.partly;scale=log",
        "scatter;x=params.lr;y=metrics.partly",
        "scatter;x=params.depth;y=duration",
        "scatter;x=params.width;y=metrics.speed;scale=log",
        *(f"bar;x={x};y=metrics.loss" for x in (
            "run_name", "params.lr", "params.opt", "params.size", "params.net", "status",
        )),
        *(f"bar;x=params.depth;y=metrics.acc;c={c}" for c in (
            "params.opt", "params.size", "params.seed", "status", "params.width", "metrics.loss",
        )),
        "bar;x=run_name;y=metrics.acc;c=params.opt",
        "bar;x=params.size;y=metrics.partly",
        "bar;x=params.opt;y=duration",
        *(f"box;x={x};y=metrics.acc" for x in ("params.size", "params.lr", "params.opt")),
        "box;x=params.size;y=metrics.speed;scale=log",
        "box;x=params.depth;y=metrics.loss;c=params.flag",
        *(f"histogram;x={x}" for x in (
            "params.lr", "params.depth", "metrics.loss", "metrics.speed", "metrics.partly",
            "duration", "params.decay", "metrics.same", "params.width",
        )),
        *(f"line;y=metrics.loss{more}" for more in (
            ";xlim=1..3", ";xlim=2..", ";ylim=..1.5", ";xlim=1..3;ylim=0.1..0.7", ";ylim=clip",
            ";scale=log;ylim=0..1", ";scale=log;ylim=-5..-1",
            ";xscale=log", ";xscale=log;scale=log;xlim=2..4", ";xscale=log;g=params.seed",
            ";xscale=log;x=time", ";xscale=log;x=relative",
            ";g=params.seed;xlim=1..3", ";smooth=0.6;ylim=0.1..1",
            ";x=time;xlim=1750000001000..1750000003000",
        )),
        "line;y=metrics.loss,metrics.other", "line;y=metrics.other,metrics.loss;smooth=0.6",
        "line;y=metrics.loss,metrics.other;x=relative;scale=log",
        "line;y=metrics.loss,metrics.acc",
        *(f"scatter;x=params.lr;y=metrics.acc{more}" for more in (
            ";xlim=0.001..0.01", ";ylim=0.7..0.9", ";ylim=clip", ";xlim=..0.01;ylim=0.5..",
            ";xlim=-1..0.01", ";ylim=0.90000001..0.90000002",
        )),
        "scatter;x=params.depth;y=metrics.loss;xlim=3..9",
        "histogram;x=params.lr;c=params.opt",
        "histogram;x=metrics.acc;c=params.size",
        "heatmap;x=params.lr;y=params.size;c=metrics.loss",
        "heatmap;x=params.opt;y=params.depth;c=metrics.acc",
        "heatmap;x=params.net;y=params.flag;c=metrics.speed",
        "heatmap;x=status;y=params.seed;c=duration",
        "heatmap;x=params.opt;y=params.lr;c=params.depth",
        "parallel;x=params.opt,params.lr;c=params.depth",
        "bar;x=params.depth;y=metrics.acc;c=duration",
        "bar;x=run_name;y=params.depth",
        "parallel;x=params.lr,params.size,params.opt;c=metrics.loss",
        "parallel;x=params.decay,params.net,params.width;c=metrics.acc",
        "parallel;x=params.depth,metrics.loss;c=metrics.speed",
        "parallel;x=params.flag,metrics.same;c=metrics.partly",
    ],
    "odd": [
        *(f"line;y=metrics.loss{more}" for more in (
            "", ";x=time", ";x=relative", ";scale=log", ";smooth=0.6", ";smooth=0.99;scale=log",
            ";c=params.kind", ";c=params.rate", ";g=params.kind", ";g=params.kind;scale=log",
            ";g=params.kind;x=relative", ";g=params.size", ";g=params.size;x=time",
        )),
        "scatter;x=params.rate;y=metrics.loss",
        "histogram;x=params.rate;c=params.size",
    ],
    "edge": [
        "scatter;x=metrics.huge;y=metrics.loss",
        "scatter;x=metrics.tiny;y=metrics.loss",
        "scatter;x=params.name;y=metrics.loss;c=params.name",
        "scatter;x=params.place;y=metrics.loss;c=tags.team",
        "bar;x=params.name;y=metrics.loss",
        "bar;x=params.place;y=metrics.tiny",
        "bar;x=params.mixed;y=metrics.loss",
        "bar;x=tags.team;y=metrics.loss",
        "heatmap;x=params.name;y=params.place;c=metrics.loss",
        "parallel;x=params.mixed,params.place;c=metrics.huge",
        "parallel;x=metrics.tiny,params.name;c=metrics.loss",
        "box;x=params.mixed;y=metrics.huge",
        "histogram;x=metrics.tiny",
        "scatter;x=metrics.vast;y=metrics.loss",
        "histogram;x=metrics.vast",
    ],
    "many": [
        *(f"scatter;x=params.width;y=metrics.loss;c={c}" for c in (
            "params.kind", "params.group", "params.width",
        )),
        "bar;x=params.kind;y=metrics.loss;c=params.group",
        "bar;x=params.width;y=metrics.loss;c=params.kind",
        "bar;x=run_name;y=metrics.loss",
        "line;y=metrics.loss;g=params.kind",
        "line;y=metrics.loss;g=params.group",
        "line;y=metrics.loss;c=params.kind",
        "line;y=metrics.loss",
        "histogram;x=params.width;c=params.group",
        "heatmap;x=params.group;y=params.width;c=metrics.loss",
        "parallel;x=params.group,params.width;c=metrics.loss",
    ],
}  # fmt: skip

"""What the laws of the fold and of search are tried on: random events, and an index as values."""

from __future__ import annotations

from builders import event
from hypothesis import strategies as st

from runreport.archive.schema import encode_summary, float_text
from runreport.events import Event, Summary
from runreport.query.index import RunIndex


def values_of(index: RunIndex) -> dict[str, object]:
    """All that an index says, as plain values to compare."""
    tables = {
        name: getattr(index, name)
        for name in ("runs", "params", "tags", "metrics", "artifacts", "datasets", "records")
    }
    rows = {
        name: [{key: repr(value) for key, value in row.items()} for row in table.to_pylist()]
        for name, table in tables.items()
    }
    for name in tables.keys() - {"runs"}:
        rows[name].sort(key=lambda row: int(row["run"]))  # within a run the order counts
    return {**rows, "experiments": index.experiments, "registry": index.registry}


def summary_event(key: str, summary: Summary, **fields: object) -> Event:
    value, data = float_text(summary.last), encode_summary(summary)
    return event("metric_summary", key, value, data=data, **fields)


FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=32)
SUMMARIES = st.builds(
    Summary,
    count=st.integers(1, 9),
    last=FLOATS,
    min=FLOATS,
    max=FLOATS,
    sum=FLOATS,
    first_step=st.integers(-5, 5),
    last_step=st.integers(-5, 5),
    last_time=st.integers(0, 9),
)
WRITERS = st.sampled_from(["w1", "w2", "w3"])
KEYS = st.sampled_from(["a", "b", "mlflow.runName", "mlflow.user"])


@st.composite
def event_lists(draw: st.DrawFn) -> list[Event]:
    """Events whose identity decides their content, as a real archive's do."""
    drawn = []
    for number in range(draw(st.integers(0, 25))):
        kind = draw(
            st.sampled_from(
                ["run", "status", "param", "tag", "lifecycle", "artifact", "metric_summary",
                 "dataset", "weather", "model_version"]
            )
        )  # fmt: skip
        fields = {
            "writer_id": draw(WRITERS),
            "seq": number,
            "counter": draw(st.integers(1, 6)) << 16,
            "time": draw(st.integers(0, 9)),
            "run_id": draw(st.sampled_from(["r1", "r2", "r3"])),
        }
        if kind == "metric_summary":
            drawn.append(summary_event(draw(KEYS), draw(SUMMARIES), **fields))
            continue
        value = {
            "run": None,
            "status": draw(st.sampled_from(["RUNNING", "FINISHED", "FAILED"])),
            "model_version": str(draw(st.integers(1, 3))),
            "lifecycle": draw(st.sampled_from(["deleted", "active"])),
        }.get(kind, draw(st.sampled_from(["x", "y", None if kind == "tag" else "z"])))
        key = None if kind in ("run", "status") else draw(KEYS)
        drawn.append(event(kind, key, value, **fields))
    return drawn

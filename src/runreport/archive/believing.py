"""Believing segments: whether the rows of those that were read are facts, and the facts that their
footers declare.

Asked of many segments at once, since ten thousand small ones are read one by one; only one that
fails is looked at alone, and only that one is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.parquet_reading import check_text
from runreport.archive.ranges import outside
from runreport.archive.segment import Segment, declared_ranges
from runreport.archive.table_rules import judge_rows, with_plain_summaries
from runreport.errors import Damaged


def believe(segments: Sequence[Segment]) -> list[Segment | Damaged]:
    """Each segment as it may be used, or why it cannot be."""
    found: list[Segment | Damaged] = list(segments)
    for is_compacted in (True, False):
        places = [
            place
            for place, segment in enumerate(segments)
            if not segment.is_believed and segment.name.is_compacted == is_compacted
        ]
        batches = [[place] for place in places] if is_compacted else [places]
        for batch in batches:
            own = [segments[place] for place in batch]
            for place, judged in zip(batch, _judge(own), strict=True):
                found[place] = judged
    return found


def believed(segment: Segment) -> Segment:
    """A segment as it may be used.

    Raises:
        Damaged: it holds something that is no fact, or that its footer does not declare.
    """
    (judged,) = believe([segment])
    if isinstance(judged, Damaged):
        raise judged
    return judged


def _judge(segments: list[Segment]) -> list[Segment | Damaged]:
    """Segments of one kind: compacted ones come alone."""
    if not segments:
        return []
    together = pa.concat_tables([segment.events for segment in segments])
    if len(segments) > 1:  # what looks at ten thousand small pieces takes forty times as long
        together = together.combine_chunks()
    try:
        is_plain = _judge_table(together, segments)
    except Damaged as error:
        return [error] if len(segments) == 1 else [_judge([one])[0] for one in segments]
    return [_accepted(segment, is_plain=is_plain) for segment in segments]


def _judge_table(events: pa.Table, segments: Sequence[Segment]) -> bool:
    """Whether the summaries of believed events are written as this version does.

    Raises:
        Damaged: some row cannot be believed.
    """
    check_text(events)
    judged = judge_rows(events)
    if judged.problem:
        raise Damaged(f"row {judged.row + 1} of it is no fact: {judged.problem}")
    if _has_undeclared(events, segments):
        raise Damaged("it holds facts that its footer does not declare")
    return judged.is_plain


def _accepted(segment: Segment, *, is_plain: bool) -> Segment:
    events = segment.events if is_plain else with_plain_summaries(segment.events)
    return replace(segment, events=events, is_believed=True)


def _has_undeclared(events: pa.Table, segments: Sequence[Segment]) -> bool:
    """Whether a row is of a journal that the footer of its segment does not name.

    The record of a file that another tool left has a writer of its own, which nobody declares.
    """
    if segments[0].footer.compacted is not None:
        rest = outside(events, declared_ranges(segments[0]))
    else:
        rest = events.filter(pc.invert(_is_own(events, segments)))
    is_stray = pc.and_(pc.equal(rest.column("kind"), "artifact"), pc.equal(rest.column("seq"), 0))
    return bool(rest.num_rows) and not pc.all(is_stray).as_py()


def _is_own(events: pa.Table, segments: Sequence[Segment]) -> pa.ChunkedArray:
    """Which rows are of the one journal of their segment."""

    def spread(name: str, kind: pa.DataType) -> pa.ChunkedArray:
        return pa.chunked_array(
            [
                pa.repeat(pa.scalar(getattr(segment.footer, name), kind), segment.events.num_rows)
                for segment in segments
            ],
            kind,
        )

    seq = events.column("seq")
    is_in = pc.and_(
        pc.greater_equal(seq, spread("first_seq", pa.int64())),
        pc.less_equal(seq, spread("last_seq", pa.int64())),
    )
    return pc.and_(is_in, pc.equal(events.column("writer_id"), spread("writer_id", pa.string())))

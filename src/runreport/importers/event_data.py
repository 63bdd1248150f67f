"""What TensorBoard's events say: scalars in both encodings, hyperparameters, text, images, audio.

Source: TensorFlow's ``event.proto``, ``summary.proto``; TensorBoard's
``plugins/hparams/plugin_data.proto``.
"""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from runreport.archive.content import Curve
from runreport.errors import Damaged
from runreport.importers import protobuf
from runreport.importers.event_blocks import FARTHEST, KnownScalars, Points, Scalar
from runreport.importers.found import FoundFile
from runreport.importers.reading import param_text
from runreport.importers.records import DATA_BEGIN, FEW, Block
from runreport.importers.tensors import numbers_of

_FLOAT = struct.Struct("<f")
_NO_EVENT = (Damaged, struct.error, IndexError, ValueError, OverflowError)
_MEDIA = {"images": ("images", "png"), "audio": ("audio", "wav"), "text": ("text", "md")}
_ENDINGS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "wav"))


class _Point(NamedTuple):
    """A point that was read from a record alone."""

    tag: int
    place: int
    step: int
    time: int
    value: float


class EventData:
    """What the event files of one run say."""

    def __init__(self) -> None:
        self.curves: dict[str, Curve] = {}
        self.hparams: dict[str, Any] = {}
        self.files: list[FoundFile] = []
        self.first = b""
        """The first record, which no other run has."""
        self.begun: float | None = None
        self.ended: float | None = None
        self.left: Counter[str] = Counter()
        """What has no place in an archive, by kind."""
        self.source = ""
        """The file that is read, in which media stay."""
        self.bad = 0
        """Records that are no events."""
        self._plugins: dict[str, str] = {}
        self._known = KnownScalars(self._look)
        self._paths: set[str] = set()
        """Of its files."""
        self._place = 0
        """Of the record that is read, in its file."""
        self._points: list[_Point] = []

    def add(self, blocks: list[Block]) -> None:
        """Take in the events of a piece of a file."""
        blocks = sorted((own for own in blocks if own.begins), key=lambda own: own.begins[0])
        if not blocks:
            return
        self.first = self.first or blocks[0].record(0)
        found: list[Points] = []
        others: list[tuple[int, bytes]] = []
        for own in blocks:
            if len(own.begins) > FEW:
                points, rest = self._known.read(own)
                found += points
                others += rest
            else:
                others += [(at, own.record(number)) for number, at in enumerate(own.begins)]
        self._read_each(others)
        self._keep(found)

    def _read_each(self, records: list[tuple[int, bytes]]) -> None:
        """Read records one by one, in the order of the file."""
        for self._place, record in sorted(records):
            try:
                self._read(record)
            except _NO_EVENT:
                self.bad += 1

    def _keep(self, found: list[Points]) -> None:
        """Add points to their curves, in the order of the file."""
        if self._points:
            kinds = (pa.int32(), pa.int64(), pa.int64(), pa.int64(), pa.float64())
            alone = zip(*self._points, strict=True)
            found.append(Points(*map(pa.array, alone, kinds)))
            self._points = []
        if not found:
            return
        names = ("tags", "places", "steps", "times", "values")
        table = pa.table(
            {name: pa.chunked_array([getattr(own, name) for own in found]) for name in names}
        )
        table = table.take(
            pc.sort_indices(table, [("tags", "ascending"), ("places", "ascending")])
        )
        counts = pc.run_end_encode(table.column("tags").combine_chunks())
        begin = 0
        for tag, end in zip(counts.values.to_pylist(), counts.run_ends.to_pylist(), strict=True):
            curve = self.curves.setdefault(self._known.names[tag], Curve.empty())
            columns: tuple[array[Any], ...] = curve
            for column, name in zip(columns, names[2:], strict=True):
                data = memoryview(table.column(name).chunk(0).buffers()[1])
                column.frombytes(data[begin * 8 : end * 8])
            begin = end

    def _read(self, event: bytes) -> None:
        wall, step, summaries = 0.0, 0, []
        for field in protobuf.fields(event):
            if field.number == 1 and field.wire == protobuf.FIXED64:
                wall = protobuf.double(event, field)
            elif field.number == 2 and field.wire == protobuf.VARINT:
                step = protobuf.signed(field.value)
            elif field.number == 5 and field.wire == protobuf.BYTES:
                summaries.append(field)
        if wall and -FARTHEST < wall < FARTHEST:
            self.begun = wall if self.begun is None else min(self.begun, wall)
            self.ended = wall if self.ended is None else max(self.ended, wall)
        else:
            wall = 0.0
        for summary in summaries:
            for value in protobuf.fields(event, summary.begin, summary.end):
                if value.number == 1:
                    self._value(event, value, wall, step)

    def _look(self, record: bytes) -> Scalar | None:
        """What a record says that is one scalar behind its time and step and nothing else."""
        try:
            every = list(protobuf.fields(record))
            if [own.number for own in every] not in ([1, 5], [1, 2, 5]):
                return None
            values = list(protobuf.fields(record, every[-1].begin, every[-1].end))
            if len(values) != 1 or values[0].number != 1:
                return None
            parts, tag, plugin, _ = self._parts(record, values[0])
            if 2 not in parts and plugin != "scalars":
                return None  # an earlier record, not read yet, may say what it is
            return self._scalar(record, parts, tag, plugin)
        except _NO_EVENT:
            return None

    def _parts(
        self, data: bytes, value: protobuf.Field
    ) -> tuple[dict[int, protobuf.Field], str, str, bytes]:
        """The parts of a value, its tag, its plugin and that one's data."""
        parts = {f.number: f for f in protobuf.fields(data, value.begin, value.end)}
        tag = protobuf.text(data, parts[1]) if 1 in parts else ""
        return parts, tag, *self._plugin(data, tag, parts.get(9))

    def _scalar(
        self, data: bytes, parts: dict[int, protobuf.Field], tag: str, plugin: str
    ) -> Scalar | None:
        """The scalar that a value is: a number, or a tensor of one number."""
        if plugin == "hparams":
            return None
        if 2 in parts and parts[2].wire == protobuf.FIXED32:
            begin = parts[2].begin
            return Scalar(tag, _FLOAT.unpack_from(data, begin)[0], begin, 4)
        if 8 in parts and plugin in ("scalars", ""):
            found = numbers_of(data, parts[8])
            if len(found) == 1:
                return Scalar(tag, *found[0])
        return None

    def _value(self, data: bytes, value: protobuf.Field, wall: float, step: int) -> None:
        """Take in one value of a summary."""
        parts, tag, plugin, content = self._parts(data, value)
        scalar = self._scalar(data, parts, tag, plugin)
        if scalar is not None:
            number, time = self._known.number_of(tag), int(wall * 1000 + 0.5)
            self._points.append(_Point(number, self._place, step, time, scalar.value))
        elif plugin == "hparams":
            if content:
                self._hparams(content)
        elif 8 in parts and plugin in ("scalars", ""):
            self.left["tensors that are no scalars" if plugin else "tensors of no plugin"] += 1
        elif 8 in parts and plugin in _MEDIA:
            self._media(data, plugin, tag, step, parts[8])
        elif 4 in parts or 6 in parts:
            self._old_media(data, tag, step, parts)
        elif plugin != "histograms" and 5 not in parts:
            self.left[f"TensorBoard's {plugin or 'other'} values"] += 1
        else:
            self.left["histograms"] += 1

    def _plugin(self, data: bytes, tag: str, metadata: protobuf.Field | None) -> tuple[str, bytes]:
        """The plugin that a tag belongs to, which only its first value may say, and its data."""
        content = b""
        if metadata is not None:
            for field in protobuf.fields(data, metadata.begin, metadata.end):
                if field.number == 1 and field.wire == protobuf.BYTES:
                    for own in protobuf.fields(data, field.begin, field.end):
                        if own.number == 1:
                            self._plugins[tag] = protobuf.text(data, own)
                        elif own.number == 2:
                            content = data[own.begin : own.end]
        return self._plugins.get(tag, ""), content

    def _media(
        self, data: bytes, plugin: str, tag: str, step: int, tensor: protobuf.Field
    ) -> None:
        """Images, audio and text that are kept as tensors of texts."""
        parts = [
            field
            for field in protobuf.fields(data, tensor.begin, tensor.end)
            if field.number == 8 and field.wire == protobuf.BYTES
        ]
        if plugin == "text":
            text = b"\n\n".join(data[part.begin : part.end] for part in parts)
            self.files.append(FoundFile(self._path_of(plugin, tag, step, None, text), "", text))
            return
        if plugin == "images":
            parts = parts[2:]  # width and height come first
        elif plugin == "audio":
            parts = [part for part in parts if data.startswith(b"RIFF", part.begin)]
        for number, part in enumerate(parts):
            self._file(data, plugin, tag, step, number if len(parts) > 1 else None, part)

    def _old_media(
        self, data: bytes, tag: str, step: int, parts: dict[int, protobuf.Field]
    ) -> None:
        """Images and audio as messages of their own: the encoded bytes are their field 4."""
        kind, own = ("images", parts[4]) if 4 in parts else ("audio", parts[6])
        for field in protobuf.fields(data, own.begin, own.end):
            if field.number == 4 and field.wire == protobuf.BYTES:
                self._file(data, kind, tag, step, None, field)

    def _file(
        self,
        data: bytes,
        plugin: str,
        tag: str,
        step: int,
        number: int | None,
        part: protobuf.Field,
    ) -> None:
        """Keep where a file lies in the event file: those of a run may have gigabytes."""
        begin = self._place + DATA_BEGIN
        path = self._path_of(plugin, tag, step, number, data[part.begin : part.begin + 4])
        span = (begin + part.begin, begin + part.end)
        self.files.append(FoundFile(path, self.source, span=span))

    def _path_of(self, plugin: str, tag: str, step: int, number: int | None, begun: bytes) -> str:
        folder, ending = _MEDIA[plugin]
        ending = next((own for mark, own in _ENDINGS if begun.startswith(mark)), ending)
        name = "/".join(part for part in tag.replace("\\", "/").split("/") if part.strip(". "))
        count = "" if number is None else f"-{number}"
        path = f"{folder}/{name or 'untitled'}/{step}{count}.{ending}"
        if path in self._paths:  # logged twice at one step
            path = f"{folder}/{name or 'untitled'}/{step}{count}-{len(self.files)}.{ending}"
        self._paths.add(path)
        return path

    def _hparams(self, content: bytes) -> None:
        """The hyperparameters of a session. How it ended is passed over: most loggers write that
        it was a success together with its beginning."""
        for field in protobuf.fields(content):
            if field.number == 3 and field.wire == protobuf.BYTES:
                for own in protobuf.fields(content, field.begin, field.end):
                    if own.number == 1 and own.wire == protobuf.BYTES:
                        entry = {f.number: f for f in protobuf.fields(content, own.begin, own.end)}
                        if 1 in entry:
                            name = protobuf.text(content, entry[1])
                            self.hparams[name] = _value_of(content, entry.get(2))

    @property
    def params(self) -> dict[str, str]:
        """The hyperparameters as params."""
        return {name: param_text(value) for name, value in self.hparams.items()}

    @property
    def begun_ms(self) -> int | None:
        """When the first event was written."""
        return min(self._moments(self.begun, min), default=None)

    @property
    def ended_ms(self) -> int | None:
        """When the last event was written."""
        return max(self._moments(self.ended, max), default=None)

    def _moments(self, wall: float | None, end: Callable[[Iterable[int]], int]) -> Iterator[int]:
        """The first or the last moment of each curve, and of the events without points; a point
        without a time tells none."""
        if wall is not None:
            yield int(wall * 1000 + 0.5)
        for curve in self.curves.values():
            found = end(curve.times)
            known = [found] if found else [time for time in curve.times if time]
            if known:
                yield end(known)


def _value_of(data: bytes, field: protobuf.Field | None) -> Any:
    """A ``google.protobuf.Value`` that is no list and no object."""
    if field is None:
        return None
    for own in protobuf.fields(data, field.begin, field.end):
        if own.number == 2:
            number = protobuf.double(data, own)
            return int(number) if number.is_integer() and abs(number) < 2**53 else number
        if own.number == 3:
            return protobuf.text(data, own)
        if own.number == 4:
            return bool(own.value)
    return None

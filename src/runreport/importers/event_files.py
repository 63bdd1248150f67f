"""TensorBoard's event files: scalars in both encodings, hyperparameters, text, images, audio.

Almost all records of a file differ from one before by time, step and one number only. Where the
number lies in a record is learned from the first of its kind, so that a million scalars take two
seconds.
Source: TensorFlow's ``event.proto``, ``summary.proto``, ``tensor.proto``; TensorBoard's
``plugins/hparams/plugin_data.proto``.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from runreport.archive.content import Curve
from runreport.archive.lfs import lfs_pointer
from runreport.errors import Damaged
from runreport.importers import protobuf
from runreport.importers.found import FoundFile
from runreport.importers.reading import Files, param_text
from runreport.importers.records import read_records

_FARTHEST = 1e14
"""Seconds since the epoch, beyond which no clock counts."""
_DOUBLE = struct.Struct("<d")
_FLOAT = struct.Struct("<f")
_KINDS: dict[int, tuple[str, int]] = {
    1: ("f", 4),
    2: ("d", 8),
    3: ("i", 4),
    9: ("q", 8),
    19: ("e", 2),
}
"""How numbers are packed, by TensorFlow's numbers of types: float, double, int32, int64, half."""
_LOOKED_BACK = 64
_MEDIA = {"images": ("images", "png"), "audio": ("audio", "wav"), "text": ("text", "md")}
_ENDINGS = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "wav"))


class _Scalar(NamedTuple):
    """Where a record of a kind has its number."""

    begin: int
    """Counted from the summary's own beginning."""
    width: int
    curve: Curve


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
        self._plugins: dict[str, str] = {}
        self._learned: dict[int, list[tuple[int, int, dict[bytes, Curve]]]] = {}
        """By the length of a summary: where its number may lie, and which curve it is of."""

    def add(self, event: bytes) -> None:
        """Take in one event.

        Raises:
            Damaged: it is no event.
        """
        if len(event) > 11 and event[0] == 9:
            place, step = 9, 0
            if event[9] == 16:
                step, place = event[10], 11
                if step > 127 and event[11] < 128:
                    step, place = step & 127 | event[11] << 7, 12
                elif step > 127:
                    step, place = protobuf.varint(event, 10, len(event))
            for begin, width, curves in self._learned.get(len(event) - place, ()):
                number = place + begin
                curve = curves.get(event[place:number] + event[number + width :])
                if curve is not None:
                    (wall,) = _DOUBLE.unpack_from(event, 1)
                    if not -_FARTHEST < wall < _FARTHEST:
                        break
                    steps, times, values = curve
                    steps.append(step if step < 1 << 63 else step - (1 << 64))
                    times.append(int(wall * 1000 + 0.5))
                    unpack = _FLOAT if width == 4 else _DOUBLE
                    values.append(unpack.unpack_from(event, number)[0])
                    return
        self._read(event)

    def _read(self, event: bytes) -> None:
        wall, step, summaries = 0.0, 0, []
        for field in protobuf.fields(event):
            if field.number == 1 and field.wire == protobuf.FIXED64:
                wall = protobuf.double(event, field)
            elif field.number == 2 and field.wire == protobuf.VARINT:
                step = protobuf.signed(field.value)
            elif field.number == 5 and field.wire == protobuf.BYTES:
                summaries.append(field)
        if wall and -_FARTHEST < wall < _FARTHEST:
            self.begun = wall if self.begun is None else min(self.begun, wall)
            self.ended = wall if self.ended is None else max(self.ended, wall)
        else:
            wall = 0.0
        for summary in summaries:
            values = [
                f for f in protobuf.fields(event, summary.begin, summary.end) if f.number == 1
            ]
            for value in values:
                scalar = self._value(event, value, wall, step)
                if scalar is not None and len(values) == 1 and len(summaries) == 1 and wall:
                    self._learn(event, summary, scalar)

    def _learn(self, event: bytes, summary: protobuf.Field, scalar: _Scalar) -> None:
        """Keep where the number lies, if the summary is all that follows time and step."""
        if summary.end != len(event) or event[:1] != b"\x09":
            return
        place = protobuf.varint(event, 10, len(event))[1] if event[9] == 16 else 9
        rest, begin = event[place:], scalar.begin - place
        if rest[:1] != b"\x2a" or begin < 0:
            return
        key = rest[:begin] + rest[begin + scalar.width :]
        kinds = self._learned.setdefault(len(rest), [])
        for known, width, curves in kinds:
            if (known, width) == (begin, scalar.width):
                curves[key] = scalar.curve
                return
        kinds.append((begin, scalar.width, {key: scalar.curve}))

    def _value(self, data: bytes, value: protobuf.Field, wall: float, step: int) -> _Scalar | None:
        """Take in one value of a summary; where its number lies, if it is a plain one."""
        parts = {f.number: f for f in protobuf.fields(data, value.begin, value.end)}
        tag = protobuf.text(data, parts[1]) if 1 in parts else ""
        plugin, content = self._plugin(data, tag, parts.get(9))
        if plugin == "hparams":
            if content:
                self._hparams(content)
        elif 2 in parts and parts[2].wire == protobuf.FIXED32:
            number = _FLOAT.unpack_from(data, parts[2].begin)[0]
            curve = self._point(tag, wall, step, number)
            return _Scalar(parts[2].begin, 4, curve)
        elif 8 in parts and plugin in ("scalars", ""):
            return self._tensor(data, tag, parts[8], wall, step, plugin)
        elif 8 in parts and plugin in _MEDIA:
            self._media(data, plugin, tag, step, parts[8])
        elif 4 in parts or 6 in parts:
            self._old_media(data, tag, step, parts)
        elif plugin != "histograms" and 5 not in parts and not (8 in parts and not plugin):
            self.left[f"TensorBoard's {plugin or 'other'} values"] += 1
        else:
            self.left["histograms"] += 1
        return None

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

    def _point(self, tag: str, wall: float, step: int, value: float) -> Curve:
        curve = self.curves.setdefault(tag, Curve.empty())
        curve.add(step, int(wall * 1000 + 0.5), value)
        return curve

    def _tensor(
        self, data: bytes, tag: str, tensor: protobuf.Field, wall: float, step: int, plugin: str
    ) -> _Scalar | None:
        """A scalar that is kept as a tensor of one number."""
        found = numbers_of(data, tensor)
        if len(found) != 1:
            self.left["tensors that are no scalars" if plugin else "tensors of no plugin"] += 1
            return None
        number, begin, width = found[0]
        curve = self._point(tag, wall, step, number)
        return _Scalar(begin, width, curve) if begin >= 0 else None

    def _media(
        self, data: bytes, plugin: str, tag: str, step: int, tensor: protobuf.Field
    ) -> None:
        """Images, audio and text that are kept as tensors of texts."""
        parts = [
            data[field.begin : field.end]
            for field in protobuf.fields(data, tensor.begin, tensor.end)
            if field.number == 8 and field.wire == protobuf.BYTES
        ]
        if plugin == "images":
            parts = parts[2:]  # width and height come first
        elif plugin == "audio":
            parts = [part for part in parts if part.startswith(b"RIFF")]
        elif plugin == "text":
            parts = [b"\n\n".join(parts)]
        for number, part in enumerate(parts):
            self._file(plugin, tag, step, number if len(parts) > 1 else None, part)

    def _old_media(
        self, data: bytes, tag: str, step: int, parts: dict[int, protobuf.Field]
    ) -> None:
        """Images and audio as messages of their own: the encoded bytes are their field 4."""
        kind, own = ("images", parts[4]) if 4 in parts else ("audio", parts[6])
        for field in protobuf.fields(data, own.begin, own.end):
            if field.number == 4 and field.wire == protobuf.BYTES:
                self._file(kind, tag, step, None, data[field.begin : field.end])

    def _file(self, plugin: str, tag: str, step: int, number: int | None, data: bytes) -> None:
        folder, ending = _MEDIA[plugin]
        ending = next((own for mark, own in _ENDINGS if data.startswith(mark)), ending)
        name = "/".join(part for part in tag.replace("\\", "/").split("/") if part.strip(". "))
        count = "" if number is None else f"-{number}"
        path = f"{folder}/{name or 'untitled'}/{step}{count}.{ending}"
        taken = {file.path for file in self.files[-_LOOKED_BACK:]}
        if path in taken:  # logged twice at one step
            path = f"{folder}/{name or 'untitled'}/{step}{count}-{len(self.files)}.{ending}"
        self.files.append(FoundFile(path, "", data))

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
        if self.begun is None:
            return None
        return min([int(self.begun * 1000 + 0.5), *(min(c.times) for c in self.curves.values())])

    @property
    def ended_ms(self) -> int | None:
        """When the last event was written."""
        if self.ended is None:
            return None
        return max([int(self.ended * 1000 + 0.5), *(max(c.times) for c in self.curves.values())])


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


def numbers_of(data: bytes, tensor: protobuf.Field) -> list[tuple[float, int, int]]:
    """The numbers of a tensor, at most two, each with where it lies and how wide it is (-1 where
    it has no place of its own)."""
    kind = 1
    found: list[tuple[float, int, int]] = []
    for field in protobuf.fields(data, tensor.begin, tensor.end):
        if field.number == 1 and field.wire == protobuf.VARINT:
            kind = field.value
        elif field.number in (4, 5, 6) and field.wire in (protobuf.BYTES, protobuf.FIXED32,
                                                          protobuf.FIXED64):  # fmt: skip
            packed = {4: _KINDS.get(kind), 5: ("f", 4), 6: ("d", 8)}[field.number]
            found += _unpacked(data, field, packed)
        elif field.number in (7, 10, 13):
            found += _varints(data, field, kind)
    return found[:2]


def _unpacked(
    data: bytes, field: protobuf.Field, packed: tuple[str, int] | None
) -> Iterator[tuple[float, int, int]]:
    if packed is None:
        return
    code, width = packed
    for place in range(field.begin, min(field.end, field.begin + 2 * width) - width + 1, width):
        value = float(struct.unpack_from(f"<{code}", data, place)[0])
        yield (value, place, width) if code in "fd" else (value, -1, 0)


def _varints(data: bytes, field: protobuf.Field, kind: int) -> Iterator[tuple[float, int, int]]:
    """Whole numbers, or halves by their bits (field 13)."""
    values = []
    if field.wire == protobuf.VARINT:
        values = [field.value]
    elif field.wire == protobuf.BYTES:
        place = field.begin
        while place < field.end and len(values) < 2:
            value, place = protobuf.varint(data, place, field.end)
            values.append(value)
    for value in values:
        if field.number != 13:
            yield float(protobuf.signed(value)), -1, 0
        elif kind == 14:  # bfloat16: the upper half of a float
            yield float(_FLOAT.unpack(struct.pack("<I", (value & 65535) << 16))[0]), -1, 0
        else:
            yield float(struct.unpack("<e", struct.pack("<H", value & 65535))[0]), -1, 0


def is_event_file(name: str) -> bool:
    """Whether a file is called as event files are."""
    return ".tfevents." in name and not name.endswith((".zip", ".gz", ".dvc", ".py", ".txt"))


def read_event_files(places: list[str], files: Files) -> EventData:
    """What some event files of one run say; what is damaged is told."""
    found = EventData()
    for place in sorted(places, key=os.path.basename):
        name = files.name_of(place)
        begun = files.begin_of(place)
        if not begun or (pointer := lfs_pointer(begun[:1024])) is not None:
            if begun:
                files.told.lose(name, str(pointer))
            continue
        with open(place, "rb", buffering=1 << 20) as file:
            size = os.fstat(file.fileno()).st_size
            bad = 0
            for record in read_records(file, size, name, files.told):
                found.first = found.first or record
                try:
                    found.add(record)
                except (Damaged, struct.error, IndexError, ValueError, OverflowError):
                    bad += 1
            if bad:
                files.told.lose(name, f"{bad:,} of its records are no events")
    for what, count in found.left.items():
        files.told.left_out[what] += count
    return found

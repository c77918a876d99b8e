"""Just enough of protobuf's binary format to know a .caffemodel, and to find and write what is in one.

Source of the format: https://protobuf.dev/programming-guides/encoding.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .model import BVLC, Kind, load_schema

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRE_TYPES = {
    Kind.FLOAT: {_FIXED32, _BYTES},
    Kind.DOUBLE: {_FIXED64, _BYTES},
    Kind.STRING: {_BYTES},
    Kind.BYTES: {_BYTES},
    Kind.MESSAGE: {_BYTES},
}


class WireField(NamedTuple):
    """One field of a binary message: its number, and where it and its value stand in the buffer.

    `value` is what a varint says, else a view of the bytes of the value; `start` is before the tag.
    """

    number: int
    value: int | memoryview
    start: int
    end: int


def wire_fields(data: memoryview) -> Iterator[WireField]:
    """The fields of a binary message, in their order; no value is copied.

    Raises:
        ValueError: if the bytes end inside a field or are no message; what came before has been given.
    """
    position = 0
    while position < len(data):
        start = position
        tag, position = _whole_varint(data, position)
        wire_type, value = tag & 7, position
        if wire_type == _VARINT:
            number, position = _whole_varint(data, position)
            yield WireField(tag >> 3, number, start, position)
            continue
        if wire_type not in (_FIXED64, _BYTES, _FIXED32) or not tag >> 3:
            raise ValueError(f"no protobuf field begins at byte {start}")
        if wire_type == _BYTES:
            size, value = _whole_varint(data, position)
            position = value + size
        else:
            position += 8 if wire_type == _FIXED64 else 4
        if position > len(data):
            raise ValueError(f"{position - len(data)} bytes are missing at the end")
        yield WireField(tag >> 3, data[value:position], start, position)


def wire_bytes(number: int, *parts: bytes | memoryview) -> list[bytes | memoryview]:
    """A field of bytes, or of a message, with that number; its parts are not copied."""
    return [_tag(number, _BYTES) + _as_varint(sum(map(len, parts))), *parts]


def wire_varint(number: int, value: int) -> list[bytes | memoryview]:
    """A field of one integer."""
    return [_tag(number, _VARINT) + _as_varint(value)]


def wire_varints(number: int, values: Iterable[int]) -> list[bytes | memoryview]:
    """A packed repeated field of integers."""
    return wire_bytes(number, b"".join(map(_as_varint, values)))


def packed_varints(value: int | memoryview) -> list[int]:
    """The integers of one occurrence of a repeated field, which may be packed or a single one.

    Raises:
        ValueError: if the bytes end inside an integer.
    """
    if isinstance(value, int):
        return [value]
    found, position = [], 0
    while position < len(value):
        number, position = _whole_varint(value, position)
        found.append(number)
    return found


def layer_count(data: bytes) -> int | None:
    """How many layers a binary NetParameter has; None if the bytes are none, or one without layers.

    Only the fields at the top are read; the last one may be cut off. Source: BVLC's field numbers.
    """
    net = load_schema().view([BVLC]).message("NetParameter")
    numbers = {field.number: field for field in net.fields.values()}
    layers = position = 0
    while position < len(data):
        tag, position = _varint(data, position)
        field = numbers.get(tag >> 3)
        if field is None or tag & 7 not in _WIRE_TYPES.get(field.kind, {_VARINT, _BYTES}):
            return None
        layers += field.name in ("layer", "layers")
        position = _skip(data, position, tag & 7)
    return layers or None


def _skip(data: bytes, position: int, wire_type: int) -> int:
    if wire_type == _BYTES:
        length, position = _varint(data, position)
        return position + length
    if wire_type == _VARINT:
        return _varint(data, position)[1]
    return position + (8 if wire_type == _FIXED64 else 4)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    """A variable-length integer and where it ends; at most ten bytes, like all of them."""
    value = 0
    for index, byte in enumerate(data[position : position + 10]):
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, position + index + 1
    return value, position + 10


def _whole_varint(data: memoryview, position: int) -> tuple[int, int]:
    """Like `_varint`, but the integer must have an end."""
    value, end = 0, position
    for byte in data[position : position + 10]:
        value |= (byte & 0x7F) << 7 * (end - position)
        end += 1
        if byte < 0x80:
            return value, end
    raise ValueError(f"the bytes end inside the number at byte {position}")


def _tag(number: int, wire_type: int) -> bytes:
    return _as_varint(number << 3 | wire_type)


def _as_varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)

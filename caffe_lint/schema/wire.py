"""Just enough of protobuf's binary format to know a .caffemodel when one is passed as a prototxt."""

from .model import BVLC, Kind, load_schema

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_WIRE_TYPES = {
    Kind.FLOAT: {_FIXED32, _BYTES},
    Kind.DOUBLE: {_FIXED64, _BYTES},
    Kind.STRING: {_BYTES},
    Kind.BYTES: {_BYTES},
    Kind.MESSAGE: {_BYTES},
}


def layer_count(data: bytes) -> int | None:
    """How many layers a binary NetParameter has; None if the bytes are none, or one without layers.

    Only the fields at the top are read; the last one may be cut off.
    Source: BVLC's field numbers, and https://protobuf.dev/programming-guides/encoding.
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

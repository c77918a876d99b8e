"""The learned blobs of a .caffemodel (a binary NetParameter), read and written without Caffe.

Nothing is copied that stays as it is: blobs are views of the file, and layers are written back byte by byte.
"""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from math import prod
from sys import byteorder
from typing import NamedTuple

from ..schema import BVLC, ImpostorKind, load_schema, recognise
from ..schema.wire import WireField, packed_varints, wire_bytes, wire_fields, wire_varint, wire_varints

FLOAT_BYTES = 4
MAX_BYTES = 2**31 - 1
"""Protobuf neither writes nor reads a longer message (io.cpp, kProtoReadBytesLimit)."""

Bytes = bytes | memoryview


class WeightBlob(NamedTuple):
    """One learned blob: its shape, and its numbers as little-endian float32 in row-major order.

    `is_legacy` tells that the shape was stored as num, channels, height and width: a blob with fewer axes is
    then meant as well (blob.cpp, ShapeEquals).
    """

    shape: tuple[int, ...]
    data: Bytes
    is_legacy: bool = False

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    def fits(self, shape: tuple[int, ...]) -> bool:
        """Whether Caffe copies it into a blob of that shape (blob.cpp, ShapeEquals)."""
        if not self.is_legacy:
            return self.shape == shape
        return len(shape) <= len(self.shape) and (1,) * (len(self.shape) - len(shape)) + shape == self.shape


class LayerWeights(NamedTuple):
    """The learned blobs of a layer; `stored` is the layer as it stands in a file, None for a new one."""

    name: str
    type: str
    blobs: tuple[WeightBlob, ...]
    stored: memoryview | None = None
    is_old: bool = False
    """Whether it stands in a `layers` field, of the form before `layer`."""


class Weights:
    """The layers of a .caffemodel in the order of the file, and whatever else is in it, encoded."""

    def __init__(self, layers: Iterable[LayerWeights], rest: Bytes = b"") -> None:
        self.layers = tuple(layers)
        self.rest = rest

    @cached_property
    def by_name(self) -> dict[str, LayerWeights]:
        """The layers by name; of several with one name the last, which Caffe copies last (net.cpp)."""
        return {layer.name: layer for layer in self.layers}

    def replaced(self, removed: Collection[str], added: Iterable[LayerWeights]) -> "Weights":
        """The same without some layers, others in the place of the first of them."""
        kept: list[LayerWeights] = []
        place: int | None = None
        for layer in self.layers:
            if layer.name not in removed:
                kept.append(layer)
            elif place is None:
                place = len(kept)
        place = len(kept) if place is None else place
        return Weights([*kept[:place], *added, *kept[place:]], self.rest)


def read_weights(data: bytes) -> Weights:
    """Read a .caffemodel.

    Raises:
        ValueError: if the bytes are something else, or end too early, or a blob has too few numbers.
    """
    _refuse_others(data)
    view, numbers = memoryview(data), _numbers("NetParameter")
    layers: list[LayerWeights] = []
    rest: list[Bytes] = []
    try:
        for field in wire_fields(view):
            is_old = field.number == numbers["layers"]
            if not is_old and field.number != numbers["layer"]:
                rest.append(view[field.start : field.end])
                continue
            layer = _read_v1(_message(field)) if is_old else _read_layer(_message(field))
            layers.append(layer._replace(stored=view[field.start : field.end], is_old=is_old))
    except ValueError as error:
        behind = f" behind layer '{layers[-1].name}'" if layers else ""
        raise ValueError(f"this is no whole .caffemodel{behind}: {error}") from error
    if not layers:
        raise ValueError("this is no .caffemodel: it has no layers")
    return Weights(layers, b"".join(rest))


def write_weights(weights: Weights) -> bytes:
    """The bytes of a .caffemodel; what was read and not replaced comes out as it was.

    Raises:
        ValueError: if they are more than protobuf can hold.
    """
    # Caffe refuses a file with layers of both forms (upgrade_proto.cpp, UpgradeV1Net).
    stays_old = all(layer.is_old for layer in weights.layers)
    parts: list[Bytes] = [weights.rest]
    for layer in weights.layers:
        is_kept = layer.stored is not None and (stays_old or not layer.is_old)
        parts += [layer.stored] if is_kept and layer.stored is not None else _encoded(layer)
    size = sum(map(len, parts))
    if size > MAX_BYTES:
        raise ValueError(f"the weights take {size} bytes, a .caffemodel holds at most {MAX_BYTES}")
    return b"".join(parts)


def _refuse_others(data: bytes) -> None:
    """What Caffe would take for weights and load nothing from, and what it reads by other means."""
    if not data:
        raise ValueError("this file is empty, no .caffemodel")
    impostor = recognise(data[:4096])
    if impostor is not None and impostor.kind is ImpostorKind.HDF5:
        raise ValueError(
            "this is an HDF5 file, and only binary .caffemodel files can be read: load it in Caffe and "
            "save it with 'snapshot_format: BINARYPROTO' or net.save('x.caffemodel')"
        )
    if impostor is not None and impostor.kind not in (ImpostorKind.CAFFEMODEL, ImpostorKind.BINARY):
        raise ValueError(f"this is no .caffemodel ({impostor.kind.value})")
    if not any(byte < 0x20 and byte not in b"\t\n\r\f" for byte in data[:4096]):
        raise ValueError("this is a text file, not a binary .caffemodel")


@lru_cache
def _numbers(message: str) -> Mapping[str, int]:
    """BVLC's numbers of the fields of a message."""
    fields = load_schema().view([BVLC]).message(message).fields.values()
    return {field.name: field.number for field in fields if field.number is not None}


def _message(field: WireField) -> memoryview:
    if isinstance(field.value, int):
        raise ValueError(f"field {field.number} is a number, where a message or text belongs")
    return field.value


def _text(field: WireField) -> str:
    return bytes(_message(field)).decode("utf-8", "backslashreplace")


def _read_layer(message: memoryview, type_name: str = "LayerParameter") -> LayerWeights:
    """A layer of today's form, or of another with fields of the same names."""
    numbers = _numbers(type_name)
    name = layer_type = ""
    blobs: list[WeightBlob] = []
    for field in wire_fields(message):
        if field.number == numbers["name"]:
            name = _text(field)
        elif field.number == numbers["type"] and not isinstance(field.value, int):
            layer_type = _text(field)
        elif field.number == numbers["blobs"]:
            blobs.append(_read_blob(_message(field), f"blob {len(blobs)} of layer '{name}'"))
    return LayerWeights(name, layer_type, tuple(blobs))


def _read_v1(message: memoryview) -> LayerWeights:
    """A layer of the form before, which may hold one of the first form (upgrade_proto.cpp, UpgradeV0Net)."""
    layer, oldest = _read_layer(message, "V1LayerParameter"), _numbers("V1LayerParameter")["layer"]
    for field in wire_fields(message):
        if field.number == oldest:
            inner = _read_layer(_message(field), "V0LayerParameter")
            return LayerWeights(inner.name, inner.type, inner.blobs or layer.blobs)
    return layer


def _read_blob(message: memoryview, what: str) -> WeightBlob:
    """Blob::FromProto in blob.cpp: old sizes before a shape, doubles before floats."""
    numbers = _numbers("BlobProto")
    legacy = dict.fromkeys((numbers[name] for name in ("num", "channels", "height", "width")), 0)
    is_legacy = False
    shape: tuple[int, ...] = ()
    floats: list[memoryview] = []
    doubles: list[memoryview] = []
    for field in wire_fields(message):
        if field.number in legacy and isinstance(field.value, int):
            legacy[field.number], is_legacy = field.value, True
        elif field.number == numbers["shape"]:
            shape = tuple(_read_dims(_message(field)))
        elif field.number == numbers["data"]:
            floats.append(_message(field))
        elif field.number == numbers["double_data"]:
            doubles.append(_message(field))
    data = _as_floats(doubles) if doubles else floats[0] if len(floats) == 1 else b"".join(floats)
    blob = WeightBlob(tuple(legacy.values()) if is_legacy else shape, data, is_legacy)
    if len(data) != blob.size * FLOAT_BYTES:
        sizes = " x ".join(map(str, blob.shape))
        raise ValueError(f"{what} is {sizes} = {blob.size} numbers, {len(data) / FLOAT_BYTES:g} are there")
    return blob


def _read_dims(message: memoryview) -> Iterator[int]:
    dim = _numbers("BlobShape")["dim"]
    for field in wire_fields(message):
        if field.number == dim:
            yield from packed_varints(field.value)


def _as_floats(doubles: list[memoryview]) -> bytes:
    numbers = array("d", b"".join(doubles))
    if byteorder == "big":
        numbers.byteswap()
    return pack_floats(numbers)


def pack_floats(numbers: Iterable[float]) -> bytes:
    """Numbers as little-endian float32."""
    floats = array("f", numbers)
    if byteorder == "big":
        floats.byteswap()
    return floats.tobytes()


def unpack_floats(data: Bytes) -> "array[float]":
    """The numbers of little-endian float32."""
    floats = array("f", bytes(data))
    if byteorder == "big":
        floats.byteswap()
    return floats


def _encoded(layer: LayerWeights) -> list[Bytes]:
    """A `layer` field with a name, a type and blobs: all that Caffe reads of weights (net.cpp)."""
    numbers = _numbers("LayerParameter")
    parts = wire_bytes(numbers["name"], layer.name.encode())
    if layer.type:
        parts += wire_bytes(numbers["type"], layer.type.encode())
    for blob in layer.blobs:
        parts += wire_bytes(numbers["blobs"], *_encoded_blob(blob))
    return wire_bytes(_numbers("NetParameter")["layer"], *parts)


def _encoded_blob(blob: WeightBlob) -> list[Bytes]:
    """Blob::ToProto in blob.cpp; sizes that were stored in the old way keep their meaning only there."""
    numbers = _numbers("BlobProto")
    data = wire_bytes(numbers["data"], blob.data)
    if blob.is_legacy:
        names = ("num", "channels", "height", "width")
        sizes = zip(names, blob.shape, strict=True)
        return [part for name, size in sizes for part in wire_varint(numbers[name], size)] + data
    shape = wire_varints(_numbers("BlobShape")["dim"], blob.shape)
    return [*data, *wire_bytes(numbers["shape"], *shape)]

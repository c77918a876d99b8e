"""Weights files are read as protobuf reads them, written back byte by byte, and other files are refused."""

from array import array
from collections.abc import Mapping

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from caffe_lint.net.weights import (
    LayerWeights,
    WeightBlob,
    Weights,
    pack_floats,
    read_weights,
    unpack_floats,
    write_weights,
)
from caffe_lint.schema import BVLC, load_schema
from caffe_lint.schema.descriptors import message_class

FLOATS = st.floats(width=32, allow_nan=False)
SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)


@st.composite
def blobs(draw: st.DrawFn) -> WeightBlob:
    shape = draw(SHAPES)
    size = WeightBlob(shape, b"").size
    return WeightBlob(shape, pack_floats(draw(st.lists(FLOATS, min_size=size, max_size=size))))


LAYERS = st.tuples(
    st.text(max_size=20), st.sampled_from(["LSTM", ""]), st.lists(blobs(), max_size=3).map(tuple)
).map(lambda fields: LayerWeights(*fields))


def as_protobuf(data: bytes) -> Message:
    net = message_class("NetParameter", load_schema().view([BVLC]))()
    net.ParseFromString(data)
    return net


def made(**fields: object) -> bytes:
    net = message_class("NetParameter", load_schema().view([BVLC]))(**fields)
    return net.SerializeToString()


def stored(blob: WeightBlob) -> Mapping[str, object]:
    return {"shape": {"dim": blob.shape}, "data": unpack_floats(blob.data)}


@given(st.lists(LAYERS, min_size=1, max_size=4))
def test_reads_what_protobuf_writes_and_writes_it_back(layers: list[LayerWeights]) -> None:
    entries = [
        {
            "name": layer.name,
            "type": layer.type or "Slice",
            "blobs": [*map(stored, layer.blobs)],
            "bottom": ["x"],
        }
        for layer in layers
    ]
    data = made(name="a net", layer=entries)
    found = read_weights(data)
    assert [layer.name for layer in found.layers] == [layer.name for layer in layers]
    for layer, expected in zip(found.layers, layers, strict=True):
        assert [(blob.shape, bytes(blob.data)) for blob in layer.blobs] == [
            (blob.shape, bytes(blob.data)) for blob in expected.blobs
        ]
    assert write_weights(found) == data


@given(st.lists(LAYERS, min_size=1, max_size=4))
def test_protobuf_reads_what_is_written(layers: list[LayerWeights]) -> None:
    data = write_weights(Weights(layers))
    net = as_protobuf(data)
    entries = list(getattr(net, "layer"))  # noqa: B009  # a field of a class that is made at run time
    assert [(entry.name, entry.type) for entry in entries] == [(layer.name, layer.type) for layer in layers]
    for entry, layer in zip(entries, layers, strict=True):
        for found, blob in zip(entry.blobs, layer.blobs, strict=True):
            assert tuple(found.shape.dim) == blob.shape
            assert array("f", found.data) == unpack_floats(blob.data)
    assert write_weights(read_weights(data)) == data


OLD = {"num": 1, "channels": 1, "height": 2, "width": 3, "data": [1, 2, 3, 4, 5, 6]}


def test_layers_of_the_form_before_have_old_shapes() -> None:
    data = made(layers=[{"name": "ip", "type": 14, "blobs": [OLD]}])
    found = read_weights(data)
    (blob,) = found.by_name["ip"].blobs
    assert blob.shape == (1, 1, 2, 3)
    assert blob.fits((2, 3))
    assert not blob.fits((3, 2))
    assert not blob.fits((2, 3, 1, 1))
    assert write_weights(found) == data


def test_an_old_layer_beside_a_new_one_is_written_in_the_new_form() -> None:
    found = read_weights(made(layers=[{"name": "ip", "type": 14, "blobs": [OLD]}, {"name": "gone"}]))
    new = LayerWeights("lstm", "LSTM", (WeightBlob((2,), pack_floats([7, 8])),))
    net = as_protobuf(write_weights(found.replaced({"gone"}, [new])))
    assert not getattr(net, "layers")  # noqa: B009
    entries = {entry.name: entry for entry in getattr(net, "layer")}  # noqa: B009
    assert list(entries["ip"].blobs[0].data) == [1, 2, 3, 4, 5, 6]
    assert entries["ip"].blobs[0].height == 2
    assert list(entries["lstm"].blobs[0].data) == [7, 8]


def test_the_oldest_form_keeps_the_blobs_inside() -> None:
    inner = {"name": "ip", "type": "innerproduct", "blobs": [OLD]}
    (layer,) = read_weights(made(layers=[{"layer": inner}])).layers
    assert (layer.name, layer.blobs[0].shape) == ("ip", (1, 1, 2, 3))


def test_doubles_become_floats() -> None:
    blob = {"shape": {"dim": [2]}, "double_data": [0.5, 1e-3]}
    (layer,) = read_weights(made(layer=[{"name": "ip", "blobs": [blob]}])).layers
    assert unpack_floats(layer.blobs[0].data) == array("f", [0.5, 1e-3])


def test_floats_need_not_be_packed() -> None:
    numbers = b"".join(b"\x2d" + pack_floats([number]) for number in (1.5, -2.0))
    blob = b"\x3a\x03\x0a\x01\x02" + numbers
    layer = b"\x0a\x02ip" + b"\x3a" + bytes([len(blob)]) + blob
    (found,) = read_weights(b"\xa2\x06" + bytes([len(layer)]) + layer).layers
    assert unpack_floats(found.blobs[0].data) == array("f", [1.5, -2.0])


def test_of_two_layers_of_a_name_the_later_counts() -> None:
    entries = [{"name": "ip", "blobs": [{"shape": {"dim": [1]}, "data": [number]}]} for number in (1, 2)]
    assert unpack_floats(read_weights(made(layer=entries)).by_name["ip"].blobs[0].data)[0] == 2


GOOD = made(
    name="net", layer=[{"name": "ip", "type": "InnerProduct", "blobs": [stored(WeightBlob((4,), bytes(16)))]}]
)
WRONG = {
    "empty": (b"", "empty"),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), "HDF5 file"),
    "text": (b'name: "net"\nlayer { name: "ip" type: "InnerProduct" }\n', "a text file"),
    "text with layer first": (b"layer {\n}\n", "a text file"),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n", "git-lfs-pointer"),
    "zip": (b"PK\x03\x04" + bytes(100), "archive"),
    "no layers": (made(name="net\x01"), "no layers"),
    "too few numbers": (
        made(layer=[{"name": "ip", "blobs": [{"shape": {"dim": [2, 3]}, "data": [1.0]}]}]),
        "blob 0 of layer 'ip' is 2 x 3 = 6 numbers, 1 are there",
    ),
    "other bytes": (bytes(range(256)), "no whole .caffemodel"),
}


@pytest.mark.parametrize("name", WRONG)
def test_other_files_are_refused_with_what_they_are(name: str) -> None:
    data, message = WRONG[name]
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        read_weights(data)


def test_every_file_that_is_cut_off_is_refused() -> None:
    assert read_weights(GOOD).layers
    for size in range(len(GOOD)):
        with pytest.raises(ValueError, match=r"this (file )?is"):
            read_weights(GOOD[:size])


def test_large_blobs_are_not_copied() -> None:
    data = write_weights(Weights([LayerWeights("ip", "", (WeightBlob((1 << 20,), bytes(4 << 20)),))]))
    blob = read_weights(data).layers[0].blobs[0]
    assert isinstance(blob.data, memoryview)
    assert blob.data.obj is data

"""Typed access to what stands in a file, with Caffe's defaults for what does not."""

import pytest

from caffe_lint.schema import BVLC, Block, load_schema
from caffe_lint.text import Span, parse

NET = b"""name: 'net' force_backward: 1
layer {
  name: "conv" type: "Convolution" bottom: "a" bottom: ["b", "c"]
  phase: 1 loss_weight: 0.1
  convolution_param { num_output: 010 pad: [1, 2] weight_filler { type: "xavier" } }
}
layer { name: "clip" clip_param { min: 0.1 } permute_param { order: 1 } }
layer [{ name: "listed" }]
state: {}
"""


def root(data: bytes = NET, repo: str = BVLC) -> Block:
    return Block.root(parse(data).root, "NetParameter", load_schema().view([repo]))


def layer(index: int, data: bytes = NET) -> Block:
    return root(data).blocks("layer")[index]


def text(span: Span, data: bytes = NET) -> str:
    return data[span.start : span.end].decode()


def test_values_of_every_kind() -> None:
    conv = layer(0)
    assert conv.string("name") == "conv"
    assert conv.strings("bottom") == ["a", "b", "c"]
    assert conv.enum("phase") == "TEST"
    assert conv.reals("loss_weight") == [0.10000000149011612]
    assert root().boolean("force_backward") is True
    param = conv.block("convolution_param")
    assert param.integer("num_output") == 8
    assert param.integers("pad") == [1, 2]
    assert param.block("weight_filler").string("type") == "xavier"


def test_an_absent_block_reads_as_defaults() -> None:
    lrn = layer(0).block("lrn_param")
    assert lrn.message is None
    assert lrn.integer("local_size") == 5
    assert lrn.real("beta") == 0.75
    assert lrn.enum("norm_region") == "ACROSS_CHANNELS"
    assert lrn.names == []
    assert not lrn.has("alpha")
    assert lrn.fields("alpha") == []
    assert layer(0).block("convolution_param").block("bias_filler").real("value") == 0.0
    assert layer(0).block("convolution_param").boolean("bias_term") is True


def test_what_stands_in_a_block() -> None:
    conv = layer(0)
    assert conv.names == ["name", "type", "bottom", "phase", "loss_weight", "convolution_param"]
    assert conv.has("bottom")
    assert not conv.has("top")
    assert [field.value for field in conv.fields("bottom")] == ['"a"', '"b"', '"c"']
    name = conv.field("name")
    assert name
    assert name.value == '"conv"'
    assert conv.field("top") is None


def test_an_empty_list_is_nothing() -> None:
    block = root(b"input_dim: []")
    assert not block.has("input_dim")
    assert block.integers("input_dim") == []


def test_spans() -> None:
    conv = layer(0)
    assert text(conv.span("name")) == 'name: "conv"'
    assert text(conv.span("convolution_param")) == "convolution_param"
    assert text(conv.place) == "layer"
    assert text(conv.span("top")) == "layer"
    assert conv.block("lrn_param").place == conv.place
    assert text(conv.block("convolution_param").span("bias_term")) == "convolution_param"
    assert text(layer(2).place) == "{"
    assert root().place == Span(0, len(NET))


def test_a_field_that_the_view_lacks_is_read_as_others_know_it() -> None:
    ssd = root(b"layer { clip_param { min: 0.5 } }", "weiliu89/caffe").blocks("layer")[0]
    assert ssd.block("clip_param").real("min") == 0.5
    assert layer(1).block("permute_param").integers("order") == [1]


def test_what_does_not_convert_reads_as_if_absent() -> None:
    pooling = (
        root(b"layer { pooling_param { stride: 1.5 pool: max } }").blocks("layer")[0].block("pooling_param")
    )
    assert pooling.integer("stride") == 1
    assert pooling.enum("pool") == "MAX"
    assert root(b"input_dim: 1 input_dim: x input_dim: 3").integers("input_dim") == [1, 3]
    assert root(b"name { }").string("name") == ""
    assert root(b"state: 1").block("state").message is None


def test_of_a_singular_field_that_stands_twice_the_first_is_read() -> None:
    assert root(b'name: "a" name: "b"').string("name") == "a"
    twice = root(b"state { level: 1 } state { level: 2 }")
    assert twice.block("state").integer("level") == 1


def test_bytes_that_are_no_text_are_spelt_out() -> None:
    assert root(b'name: "\xd6\xd0"').string("name") == "\\xd6\\xd0"


def test_a_name_that_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError, match="no Caffe has a field 'nmae' in NetParameter"):
        root().string("nmae")


@pytest.mark.parametrize(
    ("method", "name", "message"),
    [
        ("integer", "name", "NetParameter.name is no singular integer"),
        ("real", "name", "NetParameter.name is no singular float or double"),
        ("boolean", "name", "NetParameter.name is no singular bool"),
        ("string", "force_backward", "NetParameter.force_backward is no singular string"),
        ("integer", "input_dim", "NetParameter.input_dim is no singular integer"),
        ("block", "name", "NetParameter.name is no message"),
        ("blocks", "name", "NetParameter.name is no message"),
    ],
)
def test_the_wrong_kind_of_value_is_an_error(method: str, name: str, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        getattr(root(), method)(name)


def test_the_empty_file_is_a_net_of_defaults() -> None:
    assert root(b"").string("name") == ""
    assert root(b"").blocks("layer") == []
